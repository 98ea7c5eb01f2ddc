/** Records in one handler call where the subscription names no other number. */
export const defaultMaxRecordsPerBatch = 512;
/** Bytes fetched for one partition at a time where the subscription names no other number. */
export const defaultMaxBytesPerPartition = 1024 * 1024;
/** After this long without a sign of life a member counts as gone. */
export const defaultSessionTimeoutMs = 10_000;
