/**
 * The part of a key by which Redis Cluster places it: what stands between the first `{` and the `}` behind it, where there
 * is anything, else the whole key. Keys with the same one lie on the same server.
 */
export function hashTag(key: string): string {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
}

/** Places in `keys`, by hash tag: what one command may name. In the order of the first of each. */
export function placesByHashTag(keys: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [place, key] of keys.entries()) {
    const tag = hashTag(key);
    const group = groups.get(tag);
    if (group === undefined) groups.set(tag, [place]);
    else group.push(place);
  }
  return [...groups.values()];
}
