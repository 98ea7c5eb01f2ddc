import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Found, findProgram } from './find-program.ts';

const howToGetIt = 'run `npm run setup:servers`, or install rsyslog and rsyslog-kafka';
/** Where distributions keep the modules: below a folder named for the machine, or not. */
const libraryFolders = ['/usr/lib', '/usr/lib64'];

/** rsyslog with its Kafka input: a collector that we did not write. */
export function findRsyslog(): Found {
  // A user's PATH often lacks the folder of the daemons.
  const found = findProgram('rsyslogd', howToGetIt, `${process.env['PATH'] ?? ''}:/usr/sbin`);
  if (!found.ok) return found;
  const module = libraryFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
    .some((folder) => existsSync(join(folder, 'rsyslog', 'imkafka.so')));
  return module ? found : { ok: false, reason: 'missing', detail: `rsyslog has no imkafka: ${howToGetIt}` };
}
