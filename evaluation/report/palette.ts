/**
 * Colours of series, told apart by people with any colour vision (after Okabe and Ito, 2008), each for a light and for a
 * dark page. Charts are drawn in the light ones; the page's style sheet changes them where the reader prefers dark.
 */
export const seriesColours = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#b94a00', dark: '#ff9d4d' },
  { light: '#00795a', dark: '#33c9a0' },
  { light: '#a0457f', dark: '#e79ac7' },
  { light: '#6b5b00', dark: '#e0cb4b' },
  { light: '#5a4fb0', dark: '#b3a9ff' },
] as const;

/** Of scores: the account's owner, and others. */
export const kindColours = { genuine: seriesColours[0].light, impostor: seriesColours[1].light } as const;

const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]] as const;

/** Colour and dash of so many series: colours first, then the same colours dashed, so that no two of 24 look alike. */
export function seriesLooks(count: number): { colours: string[]; dashes: number[][] } {
  const places = Array.from({ length: count }, (_, i) => i);
  return {
    colours: places.map((i) => seriesColours[i % seriesColours.length]?.light ?? 'currentColor'),
    dashes: places.map((i) => [...(dashes[Math.floor(i / seriesColours.length) % dashes.length] ?? [])]),
  };
}
