import type { Template } from '../../detection/words/template.ts';
import type { TokenSigner } from '../../ingest/device-token.ts';
import type { OutgoingRecord } from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import type { TemplateStore } from '../../templates/template-store.ts';
import type { EventLog } from '../event-log.ts';
import type { FleetMember, OtherProgram, ProcessFleet } from '../processes/process-fleet.ts';
import type { AckedLog } from './acked-log.ts';
import type { Cluster } from './cluster.ts';
import type { GatewaySender } from './gateway-sender.ts';
import type { Load } from './load.ts';
import type { People } from './people.ts';
import type { RememberedInput } from './remembered-input.ts';
import type { TokenIssuer } from './token-issuer.ts';
import type { VerdictWatch } from './verdict-watch.ts';

/** What a row was seen to do, in its own words. */
export type RunNote = { what: string } & Record<string, unknown>;

/** In what a gateway differs from the usual one of a run. */
export interface GatewayOptions {
  /** By the keys of its configuration; `undefined` takes one away. */
  settings?: Readonly<Record<string, unknown>>;
  program?: OtherProgram;
  /** Default: signs with the shared secret of the development mode. */
  tokens?: TokenIssuer;
  /** Who has a key of their own for pseudonyms has no templates under the new names: enrolment starts anew. */
  pseudonyms?: { key: string; epoch: string };
}

/** A gateway at work, and a way through it. */
export interface StartedGateway {
  load: Load;
  sender: GatewaySender;
  url: string;
  member: FleetMember;
}

/** One row with one seed: an installation of its own on the cluster's servers. */
export interface FaultRun {
  readonly cluster: Cluster;
  readonly seed: number;
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly tenant: string;
  readonly topics: TopicNames;
  readonly groups: { scorer: string; alerting: string };
  readonly fleet: ProcessFleet;
  readonly people: People;
  readonly acked: AckedLog;
  readonly watch: VerdictWatch;
  /** The behaviour topic, which a row may have Kafka forget some of. The judge knows all of it. */
  readonly input: RememberedInput;
  /** For the judge, who must not mend what it judges: writes nothing back. */
  readonly templates: Pick<TemplateStore, 'get'>;
  readonly notes: EventLog<RunNote>;
  /** How tokens are signed that the usual gateway believes. */
  sharedSecret(): TokenSigner;
  /** Straight to the behaviour topic. */
  readonly load: Load;
  /** Through a gateway of the fleet, started by this; the rest of the installation is as with `load`. */
  startGateway(options?: GatewayOptions): Promise<StartedGateway>;
  startScorers(count: number): Promise<void>;
  /** Those that run now. */
  scorers(): readonly FleetMember[];
  /** Stores the template and writes its activation. Returns its version. */
  activate(template: Omit<Template, 'version'>): Promise<string>;
  /** Records of anybody's, behind what is there; for sure. */
  put(records: readonly OutgoingRecord[]): Promise<void>;
  /** Acknowledged batches without a verdict so far, of these partitions or of all. */
  waiting(partitions?: ReadonlySet<number>): number;
  /** Resolves when `holds` does. Rejects naming `what` after `withinMs`, default a minute. */
  until(what: string, holds: () => boolean | Promise<boolean>, withinMs?: number): Promise<void>;
  /**
   * ms from `sinceMs` to the first verdict of a batch acknowledged after it, for each partition (or device, where a gateway
   * acknowledged) that had one before. For a load that goes on.
   */
  recoveries(sinceMs: number, partitions?: ReadonlySet<number>): Promise<number[]>;
  /** ms from a member's death to the first verdict by another one, for each of its partitions in which somebody types. */
  takeovers(diedAtMs: number, partitions: ReadonlySet<number>): Promise<number[]>;
  /** Over the scorers that run now. What others counted went with them. */
  scorersSay(metric: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** As `scorersSay`, of what is counted from now on; for scorers that live on. */
  countFromNow(metric: string, labels?: Readonly<Record<string, string>>): Promise<() => Promise<number>>;
  /** Nobody whose batches go to these partitions types any more, whatever the rate of `load`. */
  silence(partitions: Iterable<number>): void;
  /** Partitions of the input whose end the states of the scorers, as they are stored, do not contain. */
  behind(): Promise<number[]>;
  /** Ends the load and waits until everything acknowledged has its verdict, both groups have committed all and their states contain it. */
  settle(): Promise<void>;
  /** What is to be ended after everything was judged. */
  atEnd(end: () => Promise<void>): void;
  /** Stops the processes and the reading. Idempotent. */
  stop(): Promise<void>;
}
