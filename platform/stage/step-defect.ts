/** A step threw: this version cannot work the record through, and nobody knows what became of the states in its hands. */
export class StepDefect extends Error {
  override readonly name = 'StepDefect';
  /** Of the record. */
  readonly offset: number;

  constructor(offset: number, cause: unknown) {
    super(`the step of the record at ${offset} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.offset = offset;
  }
}
