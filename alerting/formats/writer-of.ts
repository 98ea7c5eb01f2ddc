import type { AlertFormat, AlertWriter } from '../alerts/format.ts';
import { cefLine } from './cef.ts';
import { ecsLine } from './ecs.ts';
import { leefLine } from './leef.ts';
import { ocsfLine } from './ocsf.ts';
import { splunkRiskLine } from './splunk-risk.ts';

const writers = {
  ecs: ecsLine,
  ocsf: ocsfLine,
  cef: cefLine,
  leef: leefLine,
  'splunk-risk': splunkRiskLine,
} as const satisfies Record<AlertFormat, AlertWriter>;

/** What writes alerts in a format: one line of UTF-8 without its end, the same bytes for the same alert. */
export function writerOf(format: AlertFormat): AlertWriter {
  return writers[format];
}
