import { InvalidArgumentError } from 'commander';

/** Parses 16 bytes as hexadecimal digits for a commander option: an id of the collector, a pseudonym, an incident's or a verdict's id. */
export function hexId(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('must be 32 lower-case hexadecimal digits');
  return text;
}
