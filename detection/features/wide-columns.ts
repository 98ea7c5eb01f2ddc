/** Numbers of a window's keystrokes, one column each: their own timings and those of the keystroke that leads to them. */
export interface WideColumns {
  hold: Float64Array;
  previousHold: Float64Array;
  pressPress: Float64Array;
  releasePress: Float64Array;
  releaseRelease: Float64Array;
}

function roomFor(count: number): WideColumns {
  const column = () => new Float64Array(count);
  return {
    hold: column(),
    previousHold: column(),
    pressPress: column(),
    releasePress: column(),
    releaseRelease: column(),
  };
}

let columns = roomFor(256);

/** Working columns with room for `count` keystrokes, grown to the longest window so far. The next call gives the same ones: write them before reading. */
export function wideColumns(count: number): WideColumns {
  if (columns.hold.length < count) columns = roomFor(2 * count);
  return columns;
}
