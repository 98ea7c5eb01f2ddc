import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type KeyObject,
  SignJWT,
} from 'jose';
import type { Clock } from '../platform/clock.ts';
import { type Refusal, refuse } from './outcomes.ts';

/** The `aud` of every device token. */
export const tokenAudience = 'gaitkeeper-ingest';

/** Subjects that one device token may name: a shared workstation, not a company. */
export const maxSubjectsPerToken = 64;

const idPattern = /^[0-9a-f]{32}$/;
const tenantPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What a verified token says: which device speaks, for whom, until when. Ids are the collector's own, not pseudonyms. */
export interface DeviceIdentity {
  device: string;
  subjects: ReadonlySet<string>;
  tenant: string;
  expiresAtMs: number;
}

/** The identity that a token proves, or why it proves none. */
export type TokenCheck = { ok: true; identity: DeviceIdentity } | Refusal;

/** Checks one compact JWT. Never throws: what cannot be verified is refused. */
export type TokenVerifier = (token: string) => Promise<TokenCheck>;

/**
 * Whom the gateway believes. The algorithms follow from the kind and never from the token, so a public key cannot be
 * passed off as an HMAC secret and `none` does not exist.
 */
export type TokenTrust =
  | { kind: 'public-keys'; keySet: JSONWebKeySet }
  | { kind: 'development-secret'; secret: Uint8Array };

/** Whom the verifier believes, and for how long. */
export interface TokenVerifierOptions {
  trust: TokenTrust;
  clock: Pick<Clock, 'nowMs'>;
  /** Longest `exp - iat`. */
  maxLifetimeMs: number;
  /** How far the issuer's clock may be off. */
  clockSkewMs: number;
}

/** Builds the verifier of device tokens. Claims: `sub`, `subjects`, `tenant`, `aud`, `iat`, `exp`. */
export function createTokenVerifier({ trust, clock, maxLifetimeMs, clockSkewMs }: TokenVerifierOptions): TokenVerifier {
  const key: JWTVerifyGetKey =
    trust.kind === 'public-keys' ? createLocalJWKSet(trust.keySet) : () => Promise.resolve(trust.secret);
  const algorithms = trust.kind === 'public-keys' ? (['EdDSA', 'Ed25519', 'ES256'] as const) : (['HS256'] as const);

  return async function verifyDeviceToken(token) {
    const nowMs = clock.nowMs();
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [...algorithms],
        audience: tokenAudience,
        requiredClaims: ['sub', 'iat', 'exp'],
        clockTolerance: clockSkewMs / 1000,
        currentDate: new Date(nowMs),
      });
      return identityOf(payload, { nowMs, maxLifetimeMs, clockSkewMs });
    } catch (error) {
      return refusalOf(error);
    }
  };
}

function identityOf(
  { sub = '', iat = 0, exp = 0, ...claims }: JWTPayload,
  { nowMs, maxLifetimeMs, clockSkewMs }: { nowMs: number; maxLifetimeMs: number; clockSkewMs: number },
): TokenCheck {
  const subjects = claims['subjects'];
  const tenant = claims['tenant'];
  if (!idPattern.test(sub))
    return refuse('token-claims', '"sub" must be the device id: 32 lower-case hexadecimal digits.');
  if (typeof tenant !== 'string' || !tenantPattern.test(tenant)) {
    return refuse(
      'token-claims',
      '"tenant" must be 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen.',
    );
  }
  if (
    !Array.isArray(subjects) ||
    subjects.length === 0 ||
    subjects.length > maxSubjectsPerToken ||
    !subjects.every((subject): subject is string => typeof subject === 'string' && idPattern.test(subject))
  ) {
    return refuse(
      'token-claims',
      `"subjects" must list 1 to ${maxSubjectsPerToken} subject ids of 32 lower-case hexadecimal digits.`,
    );
  }
  if (iat * 1000 > nowMs + clockSkewMs) return refuse('token-claims', '"iat" lies in the future.');
  if ((exp - iat) * 1000 > maxLifetimeMs) {
    return refuse('token-lifetime', `"exp" may be at most ${maxLifetimeMs / 1000} s after "iat".`);
  }
  return { ok: true, identity: { device: sub, subjects: new Set(subjects), tenant, expiresAtMs: exp * 1000 } };
}

/** Anything that jose could not verify is refused, also what it did not foresee: a gate fails closed. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return refuse('token-expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'aud'
      ? refuse('token-audience')
      : refuse('token-claims', `"${error.claim}" is missing or malformed, or its time has not come.`);
  }
  return refuse('token-invalid');
}

/** A key set that may be trusted, or what is wrong with the document. */
export type DeviceKeySet = { ok: true; keySet: JSONWebKeySet } | { ok: false; detail: string };

/** Reads a JWKS document. Refuses private and symmetric keys, and all but Ed25519 and P-256. */
export function parseDeviceKeySet(text: string): DeviceKeySet {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { ok: false, detail: 'the key set is not JSON' };
  }
  const keys = typeof document === 'object' && document !== null && 'keys' in document ? document.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0) return { ok: false, detail: 'the key set has no "keys"' };
  for (const [index, key] of keys.entries()) {
    if (typeof key !== 'object' || key === null) return { ok: false, detail: `key ${index} is not an object` };
    if ('d' in key) return { ok: false, detail: `key ${index} is a private key: a gateway must hold public keys only` };
    if (!isEd25519(key) && !isP256(key)) return { ok: false, detail: `key ${index} is neither Ed25519 nor P-256` };
  }
  return { ok: true, keySet: { keys } };
}

const isEd25519 = (key: { kty?: unknown; crv?: unknown }) => key.kty === 'OKP' && key.crv === 'Ed25519';
const isP256 = (key: { kty?: unknown; crv?: unknown }) => key.kty === 'EC' && key.crv === 'P-256';

/** What a device token says. */
export interface DeviceTokenClaims {
  /** 32 hexadecimal digits. */
  device: string;
  subjects: readonly string[];
  tenant: string;
  issuedAtMs: number;
  lifetimeMs: number;
}

/** With what a token is signed: the shared secret of the development mode, or an issuer's private key. */
export type TokenSigner =
  | { algorithm: 'HS256'; key: Uint8Array }
  | { algorithm: 'EdDSA' | 'ES256'; key: CryptoKey | KeyObject; keyId: string };

/** Issues a device token: for the development mode, demo, replay and tests. Production tokens come from the operator's issuer. */
export function signDeviceToken(claims: DeviceTokenClaims, signer: TokenSigner): Promise<string> {
  const issuedAt = Math.floor(claims.issuedAtMs / 1000);
  return new SignJWT({ subjects: claims.subjects, tenant: claims.tenant })
    .setProtectedHeader({
      typ: 'JWT',
      alg: signer.algorithm,
      ...(signer.algorithm === 'HS256' ? {} : { kid: signer.keyId }),
    })
    .setSubject(claims.device)
    .setAudience(tokenAudience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.floor(claims.lifetimeMs / 1000))
    .sign(signer.key);
}
