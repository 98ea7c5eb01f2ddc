import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { createTokenIssuer, type TokenIssuer } from '../harness/token-issuer.ts';
import type { FleetMember } from '../processes/process-fleet.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const unauthorised = 401;
const keptLines = 1_000;

/** An issuer of tokens that changes its key, and the key set that the gateway reads at its start. */
interface RotatingIssuer extends TokenIssuer {
  keySetFile: string;
  /** The key set has these keys from now on, made where they are new. */
  publish(...keyIds: string[]): Promise<void>;
  /** New tokens are signed with this key. */
  signWith(keyId: string): void;
}

async function createRotatingIssuer(run: FaultRun): Promise<RotatingIssuer> {
  const folder = await createTemporaryFolder('gaitkeeper-keys-');
  run.atEnd(() => folder.remove());
  const keySetFile = join(folder.path, 'jwks.json');
  const keys = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();
  const keyOf = (keyId: string) => {
    const key = keys.get(keyId) ?? generateKeyPairSync('ed25519');
    keys.set(keyId, key);
    return key;
  };
  let current = '';
  const { tenant, clock } = run;
  const issuer = createTokenIssuer({
    ...{ tenant, clock },
    signer: () => ({ algorithm: 'EdDSA', key: keyOf(current).privateKey, keyId: current }),
  });
  return {
    ...issuer,
    keySetFile,
    async publish(...keyIds) {
      const published = keyIds.map((kid) => ({ ...keyOf(kid).publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }));
      await writeFile(keySetFile, JSON.stringify({ keys: published }));
    },
    signWith(keyId) {
      current = keyId;
    },
  };
}

/** Whether the gateway believes a token; what it says of the empty body behind it is of no interest. */
async function isBelieved(url: string, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'avro/binary' };
  const answer = await fetch(new URL('/v1/batches', url), { method: 'POST', headers, body: new Uint8Array(0) });
  await answer.arrayBuffer();
  return answer.status !== unauthorised;
}

/** As an operator does it: the gateway finishes what it has in hand, and reads the keys when it starts. */
async function restartGently(member: FleetMember): Promise<void> {
  await member.stop();
  await member.restart();
}

/**
 * Keys of device tokens: the new one is added, tokens move over to it, the old one is removed; then one is withdrawn at once,
 * while every device still has a token of it. Key and epoch of the pseudonyms: a second gateway has the new ones, both work for
 * a while, then the first one stops. The new names cannot be linked to the old ones, so nobody has a template of their own
 * under them. TLS is ended before the gateway, so there is no certificate of its own that could expire.
 */
export const keyRotation: Row = {
  name: 'key-rotation',
  number: 29,
  title: 'keys of tokens are replaced, with overlap and at once; key and epoch of the pseudonyms, by a second gateway',
  topology: 'one',
  short: false,
  async run(run) {
    await run.startScorers(1);
    const issuer = await createRotatingIssuer(run);
    const [device = '', subject = ''] = run.people.subjects;
    await issuer.publish('first');
    issuer.signWith('first');
    const settings = {
      ...{ ingestDevelopment: false, ingestDevelopmentSecret: undefined },
      ingestJwksFile: issuer.keySetFile,
    };
    const before = await run.startGateway({ settings, tokens: issuer });
    const breaches: string[] = [];
    const expectBelief = async (url: string, token: string, expected: boolean, when: string) => {
      const believed = await isBelieved(url, token);
      if (believed !== expected) breaches.push(`${when}: a token was ${believed ? 'believed' : 'refused'}`);
      return Number(believed === expected);
    };
    const firstToken = await issuer.issue(device, subject);
    before.load.start(steadyPerSecond);
    await delay(beforeMs);

    const atMs = run.clock.nowMs();
    await issuer.publish('first', 'second');
    await restartGently(before.member);
    issuer.signWith('second');
    const secondToken = await issuer.issue(device, subject);
    const random = run.random.fork('renewals');
    before.sender.renew(() => random.chance(0.5));
    const overlapMs = run.clock.nowMs();
    let accepted = await expectBelief(before.url, firstToken, true, 'in the overlap, the old key');
    accepted += await expectBelief(before.url, secondToken, true, 'in the overlap, the new key');
    await delay(beforeMs);
    const recoveriesMs = await run.recoveries(atMs);
    const inOverlap = before.sender.tookMs(overlapMs).length;

    before.sender.renew(() => true);
    await delay(beforeMs);
    await issuer.publish('second');
    await restartGently(before.member);
    let refused = await expectBelief(before.url, firstToken, false, 'after the overlap, the old key');
    accepted += await expectBelief(before.url, secondToken, true, 'after the overlap, the new key');
    const renewedInTurn = before.sender.renewals();
    if (renewedInTurn > 0) breaches.push(`${renewedInTurn} tokens were refused although they were renewed in time`);
    await delay(beforeMs);

    await issuer.publish('third');
    issuer.signWith('third');
    await restartGently(before.member);
    refused += await expectBelief(before.url, secondToken, false, 'after the withdrawal, the withdrawn key');
    await run.until('a refused token was fetched anew', () => before.sender.renewals() > 0);
    await delay(beforeMs);

    const pseudonyms = { key: randomBytes(32).toString('hex'), epoch: '2' };
    const after = await run.startGateway({ settings, tokens: issuer, pseudonyms });
    after.load.start(steadyPerSecond);
    await delay(beforeMs);
    await before.load.stop();
    await before.member.stop();
    const newNamesMs = run.clock.nowMs();
    await delay(beforeMs);
    recoveriesMs.push(...(await run.recoveries(newNamesMs)));

    const secrets = [pseudonyms.key, firstToken, secondToken];
    const told = [before, after].map(({ member }) => member.lastWords(keptLines)).join('\n');
    if (secrets.some((secret) => told.includes(secret))) breaches.push("a gateway's log has a key or a token");
    return {
      recoveriesMs,
      proofs: [
        {
          what: 'tokens believed, of both keys in the overlap and of the new one after it',
          seen: accepted,
          atLeast: 3,
        },
        { what: 'tokens of removed keys refused', seen: refused, atLeast: 2 },
        { what: 'batches acknowledged in the overlap', seen: inOverlap, atLeast: steadyPerSecond },
        { what: 'tokens that collectors fetched anew after a refusal', seen: before.sender.renewals() },
        {
          what: 'batches under the new pseudonyms',
          seen: after.sender.tookMs(newNamesMs).length,
          atLeast: steadyPerSecond,
        },
      ],
      figures: { renewals: before.sender.renewals(), retries: before.sender.retries() },
      breaches,
    };
  },
};
