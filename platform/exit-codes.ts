/** How a gaitkeeper process ends, after BSD's sysexits.h. An orchestrator restarts `unavailable` and `software`; the other two need a person. */
export const exitCodes = {
  ok: 0,
  /** The command line was wrong. */
  usage: 64,
  /** The broker, the store or a port could not be had. */
  unavailable: 69,
  /** A defect, or open work that had to be cut. */
  software: 70,
  /** The configuration was wrong. */
  configuration: 78,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
