import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeyRate } from '../platform/key-rate.ts';
import type { Answering } from './answering.ts';
import type { DeviceIdentity, TokenVerifier } from './device-token.ts';
import { type Refusal, refuse } from './outcomes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who speaks; set before the body is read. */
    identity: DeviceIdentity | undefined;
  }
}

/** Longest token looked at: 64 subjects and a signature fit many times over. */
const maxTokenCharacters = 8 * 1024;

/** Bounds of what a request may cost before its body is read. */
export interface AuthenticationOptions {
  bodyLimitBytes: number;
}

/** What checks a token, answers a refusal and knows whether the gateway is closing. */
export interface AuthenticationDependencies {
  verifyToken: TokenVerifier;
  answering: Answering;
  /** Of requests, by device. */
  deviceRate: KeyRate;
  isDraining(): boolean;
}

/** The hook that runs before the body is read: nobody makes the gateway buffer a body without a valid token and a rate within bounds. */
export function createAuthentication(
  app: FastifyInstance,
  { verifyToken, answering, deviceRate, isDraining }: AuthenticationDependencies,
  { bodyLimitBytes }: AuthenticationOptions,
) {
  app.decorateRequest('identity', undefined);

  async function check(request: FastifyRequest): Promise<Refusal | undefined> {
    if (isDraining()) return refuse('shutting-down');
    const token = bearerTokenOf(request.headers.authorization);
    if (token === undefined) return refuse('token-missing');
    if (token.length > maxTokenCharacters) return refuse('token-invalid', 'The token is too long.');
    const checked = await verifyToken(token);
    if (!checked.ok) return checked;
    request.identity = checked.identity;
    const rate = deviceRate(checked.identity.device);
    if (!rate.ok) return refuse('device-rate', undefined, rate.retryAfterSeconds);
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return refuse('content-encoding-unsupported');
    return undefined;
  }

  return async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const refusal = await check(request);
    if (refusal === undefined) return undefined;
    // A refused body is read to its end only where its end is known to be near.
    if (!(Number(request.headers['content-length']) <= bodyLimitBytes)) reply.header('connection', 'close');
    return answering.refuse(reply, refusal);
  };
}

function bearerTokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer /i.test(authorization)) return undefined;
  const token = authorization.slice('bearer '.length).trim();
  return token === '' ? undefined : token;
}
