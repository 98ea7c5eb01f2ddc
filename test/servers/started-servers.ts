/** Stops of the servers that the global setup started, for the teardown: the two run in one process. */
export const startedServers: (() => Promise<void>)[] = [];
