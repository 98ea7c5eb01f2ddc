/** Where lines go. Each ends with a line feed. */
export interface LogDestination {
  write(line: string): void;
}

/** Fields that stand elsewhere on the line, or say nothing on a terminal. */
const placedFields = new Set(['level', 'time', 'pid', 'name', 'msg', 'err']);

/** Turns JSON log lines into lines for people: time, level, who, phrase, fields; the stack of an error below. */
export function createPrettyLines(destination: LogDestination): LogDestination {
  return { write: (line) => destination.write(prettyLine(line)) };
}

function prettyLine(line: string): string {
  const event: Record<string, unknown> = JSON.parse(line);
  const { level, time, name, msg, err } = event;
  const fields = Object.entries(event)
    .filter(([field]) => !placedFields.has(field))
    .map(
      ([field, value]) =>
        ` ${field}=${typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
  const clockTime = String(time).slice(11, 23);
  return `${clockTime} ${String(level).padEnd(5)} ${String(name)}: ${printable(msg)}${fields.join('')}${stackOf(err)}\n`;
}

/** An error's stack as indented lines, or what else stood in its place. */
function stackOf(err: unknown): string {
  if (err === undefined) return '';
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? String(err.stack) : JSON.stringify(err);
  return stack
    .split('\n')
    .map((stackLine) => `\n    ${printable(stackLine.trim())}`)
    .join('');
}

/** Without control characters: a phrase must not forge a second line or move the cursor. */
function printable(phrase: unknown): string {
  return String(phrase ?? '').replace(/\p{Cc}/gu, ' ');
}
