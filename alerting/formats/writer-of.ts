import type { AlertFormat, AlertWriter } from '../alerts/format.ts';
import { ecsLine } from './ecs.ts';

const writers: Partial<Record<AlertFormat, AlertWriter>> = { ecs: ecsLine };

/** What writes alerts in a format. @throws Error for a format that cannot be written yet */
export function writerOf(format: AlertFormat): AlertWriter {
  const writer = writers[format];
  if (writer === undefined) throw new Error(`no writer of ${format}`);
  return writer;
}
