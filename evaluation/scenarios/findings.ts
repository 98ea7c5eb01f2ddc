import type { EcsHeldBack, EcsIncident } from '../../alerting/formats/ecs.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import type { IncidentPattern, Severity } from '../../schemas/incident.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';

/** Which batch something was said about. */
export interface BatchPlace {
  subject: string;
  device: string;
  sequence: number;
}

/** An alert that asks somebody to look, as it stands on the alert topic: an incident began, or its severity rose. */
export interface AskingAlert extends BatchPlace {
  incidentId: string;
  rule: IncidentPattern;
  severity: Severity;
  /** Whose template the verdict came from. */
  template: string;
  atMs: number;
}

/** A verdict, as far as it tells what somebody at the desk was asked for. */
export interface DeskVerdict extends BatchPlace {
  decision: Verdict['decision'];
  /** The clock with the most evidence, in thresholds. */
  strongestClock: string;
}

/** Everything that was said about the desks; by {@link placeKey}. */
export interface Findings {
  /** Each once, in the order in which they were raised. */
  alerts: readonly AskingAlert[];
  verdicts: ReadonlyMap<string, DeskVerdict>;
}

/** One string for one batch of one device. */
export function placeKey({ subject, device, sequence }: BatchPlace): string {
  return `${subject}/${device}/${sequence}`;
}

/** Reads the alert and verdict topics to their ends. @throws Error for a verdict that cannot be read, or where alerts were held back */
export async function readFindings(
  broker: Pick<Broker, 'read'>,
  topics: { verdicts: string; alerts: string },
): Promise<Findings> {
  const alerts = new Map<string, AskingAlert>();
  for await (const { value } of broker.read({ topic: topics.alerts, from: 'earliest', until: 'end' })) {
    // Written by alerting in this process a moment ago.
    const alert = JSON.parse(value?.toString() ?? '') as EcsIncident | EcsHeldBack;
    if (!('user' in alert)) throw new Error('alerts were held back: the desks raise more in an hour than may be told');
    if (alert.event.kind !== 'alert') continue;
    const { gaitkeeper } = alert;
    alerts.set(alert.event.id, {
      incidentId: gaitkeeper.alert.id,
      subject: alert.user.id,
      device: alert.device.id,
      sequence: gaitkeeper.verdict.sequence,
      rule: alert.event.action,
      severity: gaitkeeper.alert.severity,
      template: gaitkeeper.template.kind,
      atMs: Date.parse(alert['@timestamp']),
    });
  }
  const verdicts = new Map<string, DeskVerdict>();
  const codec = createVerdictCodec();
  for await (const { value } of broker.read({ topic: topics.verdicts, from: 'earliest', until: 'end' })) {
    const decoded = codec.decode(value);
    if (!decoded.ok) throw new Error(`a verdict cannot be read: ${decoded.detail}`);
    const { subject, device, sequence, decision, evidence } = decoded.value;
    const strongest = [...evidence].sort((a, b) => b.value / b.threshold - a.value / a.threshold)[0];
    const verdict = { subject, device, sequence, decision, strongestClock: strongest?.clock ?? 'none' };
    verdicts.set(placeKey(verdict), verdict);
  }
  return { alerts: [...alerts.values()], verdicts };
}
