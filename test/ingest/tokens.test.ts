import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { signDeviceToken, type TokenTrust } from '../../ingest/device-token.ts';
import {
  batchOf,
  clockSkewMs,
  codec,
  developmentSecret,
  device,
  deviceToken,
  startGateway,
  startMs,
  stopGateways,
  subject,
  tenant,
  tokenLifetimeMs,
} from './gateway-under-test.ts';

afterEach(stopGateways);

const other = 'ab'.repeat(16);
const ed25519 = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ed25519');
const claims = { device, subjects: [subject], tenant, issuedAtMs: startMs, lifetimeMs: tokenLifetimeMs };

const publicKeys: TokenTrust = {
  kind: 'public-keys',
  keySet: {
    keys: [
      { ...ed25519.publicKey.export({ format: 'jwk' }), kid: 'ed' } as { kty: string },
      { ...p256.publicKey.export({ format: 'jwk' }), kid: 'p256' } as { kty: string },
    ],
  },
};

const sign = (algorithm: 'EdDSA' | 'ES256', key: KeyObject, keyId: string) =>
  signDeviceToken(claims, { algorithm, key, keyId });

/** A token put together by hand, as an attacker would. */
function forge(header: object, payload: object, secret?: Buffer | string, hash = 'sha256'): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${secret === undefined ? '' : createHmac(hash, secret).update(signed).digest('base64url')}`;
}

const honestPayload = {
  sub: device,
  subjects: [subject],
  tenant,
  aud: 'gaitkeeper-ingest',
  iat: startMs / 1000,
  exp: startMs / 1000 + 600,
};

describe('in production', () => {
  it.each([
    ['EdDSA', () => sign('EdDSA', ed25519.privateKey, 'ed')],
    ['ES256', () => sign('ES256', p256.privateKey, 'p256')],
  ] as [string, () => Promise<string>][])('a token signed with %s by a key of the set is believed', async (_, make) => {
    const { post } = await startGateway({ trust: publicKeys });
    expect((await post(codec.encode(batchOf()), { authorization: `Bearer ${await make()}` })).status).toBe(202);
  });

  const publicPem = ed25519.publicKey.export({ format: 'pem', type: 'spki' }) as string;
  const publicJwk = JSON.stringify(publicKeys.keySet.keys[0]);
  it.each([
    ['signed by a stranger', () => sign('EdDSA', stranger.privateKey, 'ed')],
    ['signed by a stranger with a key id of their own', () => sign('EdDSA', stranger.privateKey, 'mine')],
    ['whose algorithm is none', () => forge({ alg: 'none' }, honestPayload)],
    ['whose algorithm is NONE, with a signature', () => forge({ alg: 'NONE' }, honestPayload, 'x')],
    [
      'that uses the public key as HMAC secret (PEM)',
      () => forge({ alg: 'HS256', kid: 'ed' }, honestPayload, publicPem),
    ],
    [
      'that uses the public key as HMAC secret (JWK)',
      () => forge({ alg: 'HS256', kid: 'ed' }, honestPayload, publicJwk),
    ],
    ['signed with the development secret', () => deviceToken()],
    ['that brings its own key', () => forge({ alg: 'HS256', jwk: { kty: 'oct', k: 'eA' } }, honestPayload, 'x')],
    ['that is not a token', () => 'hello'],
    ['that is far too long', () => 'a'.repeat(9000)],
    [
      'whose payload was edited',
      async () => {
        const [header, , signature] = (await sign('EdDSA', ed25519.privateKey, 'ed')).split('.');
        const payload = Buffer.from(JSON.stringify({ ...honestPayload, tenant: 'evil' })).toString('base64url');
        return [header, payload, signature].join('.');
      },
    ],
  ] as [string, () => string | Promise<string>][])('a token %s is refused', async (_, make) => {
    const { post, records, counted } = await startGateway({ trust: publicKeys });
    const answer = await post(codec.encode(batchOf()), { authorization: `Bearer ${await make()}` });
    expect([answer.status, answer.body.code]).toEqual([401, 'token-invalid']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="gaitkeeper-ingest", error="invalid_token"/);
    expect(await counted('token-invalid')).toBe(1);
    expect(await records()).toEqual([]);
  });

  it('no answer speaks of a development mode', async () => {
    const { send } = await startGateway({ trust: publicKeys });
    expect((await send(batchOf())).headers.has('gaitkeeper-development-mode')).toBe(false);
  });
});

describe('in development', () => {
  it('every answer says so', async () => {
    const { send, post } = await startGateway({ options: { development: true } });
    expect((await send(batchOf())).headers.get('gaitkeeper-development-mode')).toContain('not for production');
    expect((await post('', { authorization: '' })).headers.has('gaitkeeper-development-mode')).toBe(true);
  });

  it('the secret is believed with the one algorithm that was agreed on', async () => {
    const longSecret = Buffer.alloc(64, 'a development secret');
    const { post } = await startGateway({ trust: { kind: 'development-secret', secret: longSecret } });
    const token = forge({ alg: 'HS512' }, honestPayload, longSecret, 'sha512');
    const answer = await post(codec.encode(batchOf()), { authorization: `Bearer ${token}` });
    expect(answer).toMatchObject({ status: 401, body: { code: 'token-invalid' } });
  });

  it('an asymmetric token is not believed', async () => {
    const { post } = await startGateway();
    const authorization = `Bearer ${await sign('EdDSA', ed25519.privateKey, 'ed')}`;
    expect(await post(codec.encode(batchOf()), { authorization })).toMatchObject({ status: 401 });
  });
});

describe('a token', () => {
  const signed = (changes: object, header: object = {}) =>
    forge({ alg: 'HS256', ...header }, { ...honestPayload, ...changes }, developmentSecret);

  it.each<[string, string, () => string | Promise<string>]>([
    ['that is missing', 'token-missing', () => ''],
    ['for another service', 'token-audience', () => signed({ aud: 'payroll' })],
    ['for nobody', 'token-audience', () => signed({ aud: undefined })],
    ['that has expired', 'token-expired', () => signed({ iat: startMs / 1000 - 900, exp: startMs / 1000 - 61 })],
    ['without expiry', 'token-claims', () => signed({ exp: undefined })],
    ['without time of issue', 'token-claims', () => signed({ iat: undefined })],
    ['issued in the future', 'token-claims', () => signed({ iat: startMs / 1000 + 120 })],
    ['not valid yet', 'token-claims', () => signed({ nbf: startMs / 1000 + 120 })],
    ['that lives for a day', 'token-lifetime', () => signed({ exp: startMs / 1000 + 86_400 })],
    ['without device', 'token-claims', () => signed({ sub: undefined })],
    ['whose device is not an id', 'token-claims', () => signed({ sub: 'laptop-7' })],
    ['without tenant', 'token-claims', () => signed({ tenant: undefined })],
    ['whose tenant breaks out of a key', 'token-claims', () => signed({ tenant: 'a:b' })],
    ['without subjects', 'token-claims', () => signed({ subjects: [] })],
    ['whose subjects are a text', 'token-claims', () => signed({ subjects: subject })],
    ['with 65 subjects', 'token-claims', () => signed({ subjects: Array(65).fill(subject) })],
    ['that is too long, though signed', 'token-invalid', () => signed({ padding: 'a'.repeat(6200) })],
    ['with a critical header nobody knows', 'token-invalid', () => signed({}, { crit: ['x'], x: 1 })],
  ])('%s is refused as %s', async (_, code, make) => {
    const { post, records, counted } = await startGateway();
    const token = await make();
    const answer = await post(codec.encode(batchOf()), { authorization: token === '' ? '' : `Bearer ${token}` });
    expect([answer.status, answer.body.code]).toEqual([401, code]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(await counted(code)).toBe(1);
    expect(await records()).toEqual([]);
  });

  it.each([['Basic dTpw'], ['Bearer'], ['Bearer  '], ['hello']])(
    'is looked for in vain in "%s"',
    async (authorization) => {
      const { post } = await startGateway();
      expect(await post('', { authorization })).toMatchObject({ status: 401, body: { code: 'token-missing' } });
    },
  );

  it('is believed as long as clocks may differ, and not from memory after that', async () => {
    const { send, clock } = await startGateway();
    expect((await send(batchOf({ sequence: 1 }))).status).toBe(202);
    clock.advance(tokenLifetimeMs + clockSkewMs - 1000);
    expect((await send(batchOf({ sequence: 2 }))).status).toBe(202);
    clock.advance(1000);
    expect((await send(batchOf({ sequence: 3 }))).body).toMatchObject({ code: 'token-expired' });
    expect((await send(batchOf({ sequence: 4 }))).body).toMatchObject({ code: 'token-expired' });
  });

  it("of another device does not carry this device's batch", async () => {
    const { post, records } = await startGateway();
    const authorization = `Bearer ${await deviceToken({ device: other })}`;
    const answer = await post(codec.encode(batchOf()), { authorization });
    expect(answer).toMatchObject({ status: 403, body: { code: 'device-mismatch' } });
    expect(await records()).toEqual([]);
  });

  it('speaks for its own subjects only', async () => {
    const { send, records } = await startGateway();
    expect(await send(batchOf({ subject: other }))).toMatchObject({
      status: 403,
      body: { code: 'subject-not-allowed' },
    });
    expect(await records()).toEqual([]);
  });

  it('is checked before the body is read', async () => {
    const { post } = await startGateway();
    const answer = await post(Buffer.alloc(1024 * 1024), { authorization: 'Bearer forged' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'token-invalid' } });
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('keeps tenants apart: one person has unlinkable pseudonyms in two', async () => {
    const { post, send, records } = await startGateway();
    await send(batchOf());
    await post(codec.encode(batchOf()), { authorization: `Bearer ${await deviceToken({ tenant: 'globex' })}` });
    const seen = (await records()).map(({ value }) => {
      const decoded = codec.decode(value);
      if (!decoded.ok) throw new Error(decoded.detail);
      const { subject, device, session, context } = decoded.value;
      return [subject, device, session, context.network, context.domain, context.host];
    });
    expect(seen.flat()).not.toContain(null);
    expect(new Set(seen.flat()).size).toBe(12);
  });
});
