import { connect } from 'node:net';

const attemptEveryMs = 20;

/**
 * Says one line to a Redis, by hand, and again until the answer matches: for what no client of ours needs to know. Rejects
 * with the last answer after `timeoutMs`.
 */
export function redisCommand(port: number, line: string, wanted: RegExp, timeoutMs = 20_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\r\n`));
    let last = 'nothing';
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(new Error(`redis on port ${port} answered "${line}" with ${last}, not ${wanted}`));
    }, timeoutMs);
    let again: NodeJS.Timeout | undefined;
    socket.once('error', (error) => {
      clearTimeout(deadline);
      clearTimeout(again);
      reject(error);
    });
    socket.on('data', (answer) => {
      last = answer.toString();
      if (!wanted.test(last)) {
        again = setTimeout(() => socket.write(`${line}\r\n`), attemptEveryMs);
        return;
      }
      clearTimeout(deadline);
      socket.destroy();
      resolve(last);
    });
  });
}
