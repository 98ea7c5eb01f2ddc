/** A promise, and what resolves it. */
export interface Settleable {
  promise: Promise<void>;
  resolve: () => void;
}

/** A promise for somebody else to resolve. */
export function settleable(): Settleable {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
