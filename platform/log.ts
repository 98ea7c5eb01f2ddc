import { type Logger as PinoLogger, pino } from 'pino';
import { redactFields, scrubLine } from './log-redaction.ts';
import { createPrettyLines, type LogDestination } from './pretty-log-lines.ts';

/** Fields first, then one lower-case phrase. Never a subject, a key or content: those fields are censored by name, see log-redaction.ts. */
type LogEvent = (fields: object, phrase: string) => void;

/** Where events go. A level below the logger's costs no redaction and writes nothing. */
export interface Logger {
  trace: LogEvent;
  debug: LogEvent;
  info: LogEvent;
  warn: LogEvent;
  error: LogEvent;
  fatal: LogEvent;
  /** A logger whose every event also carries `fields`. */
  child(fields: object): Logger;
}

/** From the least important to the most; `silent` writes nothing at all. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** `auto` is `pretty` on a terminal and `json` elsewhere. */
export const logFormats = ['json', 'pretty', 'auto'] as const;
/** One of {@link logFormats}. */
export type LogFormat = (typeof logFormats)[number];

/** Who speaks, how much, and in which form. */
export interface LoggerOptions {
  /** The process or part that speaks, on every line. */
  name: string;
  level: LogLevel;
  format: LogFormat;
  /** Standard error unless given: standard output belongs to results. */
  destination?: LogDestination;
}

const standardErrorFd = 2;

/**
 * Writes one line per event. Lines are written synchronously, so none is lost when the process ends; nothing logs per
 * record, so this costs nothing that can be measured.
 */
export function createLogger({ name, level, format, destination }: LoggerOptions): Logger {
  const lines = destination ?? pino.destination({ fd: standardErrorFd, sync: true });
  const pretty =
    format === 'pretty' || (format === 'auto' && destination === undefined && process.stderr.isTTY === true);
  const sink = pino(
    {
      name,
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (err: unknown) => err }, // already told by redactFields
      hooks: { streamWrite: scrubLine },
    },
    pretty ? createPrettyLines(lines) : lines,
  );
  return redacting(sink);
}

function redacting(sink: PinoLogger): Logger {
  const writer =
    (level: Exclude<LogLevel, 'silent'>): LogEvent =>
    (fields, phrase) => {
      if (sink.isLevelEnabled(level)) sink[level](redactFields(fields), phrase);
    };
  return {
    trace: writer('trace'),
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    fatal: writer('fatal'),
    child: (fields) => redacting(sink.child(redactFields(fields))),
  };
}
