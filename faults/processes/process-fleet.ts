import { childEnvironment } from '../../cli/trial/child-environment.ts';
import { type ChildProcessHandle, type ProgramForm, startChild } from '../../cli/trial/child-process.ts';
import { untilReady } from '../../cli/trial/until-ready.ts';
import { freePorts } from '../../deploy/local/free-ports.ts';
import type { Clock } from '../../platform/clock.ts';
import { createEventLog, type EventsKept } from '../event-log.ts';

/** The processes of an installation. */
export type Role = 'ingest' | 'scorer' | 'alerting';

/** What happened to a process, by the name of its member. */
export type ProcessEvent = { member: string; pid: number } & (
  | { kind: 'started' | 'frozen' | 'thawed' | 'killed' }
  | { kind: 'ready'; afterMs: number }
  | { kind: 'ended'; how: string }
);

/** What every process of a fleet is started with. */
export interface ProcessFleetOptions {
  /** Of every member, by the keys of the configuration: `kafkaBrokers` and `redisUrl` may name proxies. */
  settings: Readonly<Record<string, unknown>>;
  /** Whose variables the processes inherit, our own settings apart. */
  env: NodeJS.ProcessEnv;
  /** Default: built, which starts in a fraction of the time. */
  program?: ProgramForm;
  clock: Clock;
  /** So often is a process that does not get ready started, as a supervisor would. Default: 1. */
  startAttempts?: number;
  /** Those that are gone count too: a restart takes no new place. Default: 32. */
  maxMembers?: number;
  /** Newest events kept. Default: 10,000. */
  maxEvents?: number;
}

/** A place in the fleet: after a restart another process, with the same settings and ports. */
export interface FleetMember {
  /** `scorer-2`: role and number, from 1. */
  readonly name: string;
  readonly adminUrl: string;
  /** Of its process, or of the last one. */
  pid(): number;
  state(): 'running' | 'frozen' | 'gone';
  /** The end of what it wrote to standard error. Default: 5 lines. */
  lastWords(lines?: number): string;
  /** SIGKILL: no chance to finish anything. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: all of it stands still, its connections stay open. */
  freeze(): void;
  /** SIGCONT: it goes on as if no time had passed. */
  thaw(): void;
  /** Any other signal; nothing happens where it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL for one that does not follow. Resolves when it is gone; idempotent. */
  stop(): Promise<void>;
  /** Kills what still runs, starts another one, and resolves when that is ready, with how long it took. */
  restart(): Promise<{ readyAfterMs: number }>;
}

/** A program in the place of the command: it reads the same settings. */
export interface OtherProgram {
  /** Compiled. */
  file: URL;
  args: readonly string[];
  /** It ends by itself, which then is no failure. */
  mayEnd: boolean;
}

/** Processes of our own to be tormented. None outlives this process. */
export interface ProcessFleet {
  /** Resolves when the new process is ready. Rejects with its last words when it ends before. */
  start(role: Role, settings?: Readonly<Record<string, unknown>>, other?: OtherProgram): Promise<FleetMember>;
  /** All that were started, in that order, also those that are gone. */
  members(): readonly FleetMember[];
  /** @throws with its last words, for one that ended without being told to */
  assertRunning(): void;
  events(): EventsKept<ProcessEvent>;
  /** Stops every process. Idempotent. */
  stop(): Promise<void>;
}

/** Nothing is started yet. */
export function createProcessFleet(options: ProcessFleetOptions): ProcessFleet {
  const { settings: shared, env, program = 'built', clock, startAttempts = 1 } = options;
  const { maxMembers = 32, maxEvents = 10_000 } = options;
  const log = createEventLog<ProcessEvent>(clock, maxEvents);
  const members: (FleetMember & { assertRunning(): void })[] = [];

  async function start(
    role: Role,
    own: Readonly<Record<string, unknown>> = {},
    other?: OtherProgram,
  ): Promise<FleetMember> {
    if (members.length >= maxMembers) throw new RangeError(`a fleet has at most ${maxMembers} members (maxMembers)`);
    const [adminPort] = await freePorts(1);
    const number = members.filter(({ name }) => name.startsWith(role)).length + 1;
    const settings = { ...shared, ...own, adminPort };
    const started = { name: role, env: childEnvironment(settings, env) };
    const member = createMember(`${role}-${number}`, `http://127.0.0.1:${adminPort}`, other?.mayEnd === true, () =>
      startChild({
        ...started,
        args: other?.args ?? [],
        program: other === undefined ? program : { file: other.file },
      }),
    );
    members.push(member);
    await member.restart();
    return member;
  }

  function createMember(name: string, adminUrl: string, mayEnd: boolean, startProcess: () => ChildProcessHandle) {
    let child: ChildProcessHandle | undefined;
    let frozen = false;
    let expectedGone = mayEnd;
    const pid = () => child?.pid ?? 0;
    const tell = (kind: 'started' | 'frozen' | 'thawed' | 'killed') => log.add({ kind, member: name, pid: pid() });

    async function kill(): Promise<void> {
      if (child?.running() !== true) return;
      expectedGone = true;
      tell('killed');
      await child.crash();
    }

    async function startOnce(): Promise<{ readyAfterMs: number }> {
      const startedAtMs = clock.nowMs();
      const started = startProcess();
      child = started;
      frozen = false;
      expectedGone = mayEnd;
      tell('started');
      const ended = (how: unknown) => log.add({ kind: 'ended', member: name, pid: started.pid, how: String(how) });
      void started.ended().then(ended, ended);
      await untilReady(started, adminUrl);
      const afterMs = clock.nowMs() - startedAtMs;
      log.add({ kind: 'ready', member: name, pid: started.pid, afterMs });
      return { readyAfterMs: afterMs };
    }

    return {
      name,
      adminUrl,
      pid,
      lastWords: (lines?: number) => child?.lastWords(lines) ?? '',
      state() {
        if (child?.running() !== true) return 'gone' as const;
        return frozen ? ('frozen' as const) : ('running' as const);
      },
      kill,
      freeze() {
        if (child?.running() !== true) return;
        frozen = true;
        child.signal('SIGSTOP');
        tell('frozen');
      },
      thaw() {
        if (child?.running() !== true || !frozen) return;
        frozen = false;
        child.signal('SIGCONT');
        tell('thawed');
      },
      signal(signal: NodeJS.Signals) {
        child?.signal(signal);
      },
      async stop() {
        expectedGone = true;
        await child?.stop();
      },
      async restart() {
        await kill();
        for (let attempt = 1; ; attempt++) {
          try {
            return await startOnce();
          } catch (error) {
            await kill();
            if (attempt >= startAttempts) throw error;
          }
        }
      },
      assertRunning() {
        if (!expectedGone) child?.assertRunning();
      },
    };
  }

  return {
    start,
    members: () => members,
    assertRunning() {
      for (const member of members) member.assertRunning();
    },
    events: () => log.read(),
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}
