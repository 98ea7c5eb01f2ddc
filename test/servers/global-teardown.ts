import { startedServers } from './started-servers.ts';

/** Stops what the global setup started. */
// biome-ignore lint/style/noDefaultExport: jest calls the default export.
export default async function globalTeardown(): Promise<void> {
  await Promise.all(startedServers.splice(0).map((stop) => stop()));
}
