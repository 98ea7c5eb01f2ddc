/** How the servers that are spoken to hang together, as the configuration names it. */
export const redisModes = ['single', 'cluster', 'sentinel'] as const;

/** One of {@link redisModes}. */
export type RedisMode = (typeof redisModes)[number];
