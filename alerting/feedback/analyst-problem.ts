/** Why a request of an analyst was refused; a closed list, so that it can label a counter. */
export const analystProblems = {
  'token-missing': { status: 401, title: 'No bearer token was given.' },
  'token-unknown': { status: 401, title: 'Nobody has this token.' },
  'rate-exceeded': { status: 429, title: 'Too many requests.' },
  'body-too-large': { status: 413, title: 'The body is too large.' },
  'content-type-unsupported': { status: 415, title: 'The body must be application/json.' },
  'body-malformed': { status: 400, title: 'The body is not what it should be.' },
  'incident-malformed': { status: 400, title: 'The incident id is not 32 lower-case hexadecimal digits.' },
  'tenant-foreign': { status: 403, title: 'The token is for another tenant.' },
  'not-found': { status: 404, title: 'There is nothing here.' },
  'broker-away': { status: 503, title: 'The ruling could not be recorded: send it again.' },
  'shutting-down': { status: 503, title: 'The process is about to end: send it again.' },
  internal: { status: 500, title: 'Something went wrong here.' },
} as const;
/** One of {@link analystProblems}. */
export type AnalystProblemCode = keyof typeof analystProblems;

/** A refusal as it is answered (RFC 9457). */
export interface AnalystProblem {
  code: AnalystProblemCode;
  /** Which field, and what is wrong with it; never its content. */
  detail?: string;
  retryAfterSeconds?: number;
}

/** The document of a refusal. */
export function analystProblemDocument({ code, detail }: AnalystProblem): object {
  const { status, title } = analystProblems[code];
  return { type: 'about:blank', title, status, code, ...(detail === undefined ? {} : { detail }) };
}
