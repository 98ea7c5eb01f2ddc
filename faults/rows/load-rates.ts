/** Batches a second while a fault is prepared and overcome: a scorer keeps up with them on a busy machine. */
export const steadyPerSecond = 120;
/** At once, so that a fault meets work in hand. */
export const burstBatches = 400;
/** Of undisturbed work before a fault. */
export const beforeMs = 3_000;
