/** Nested records of figures, as a suite gives them or as JSON holds them. */
export type Figures = Readonly<Record<string, unknown>>;

/** The record or value at a path of names joined by dots; `undefined` where there is none. */
function at(figures: Figures, path: string): unknown {
  let here: unknown = figures;
  for (const name of path.split('.')) here = isRecord(here) ? here[name] : undefined;
  return here;
}

function isRecord(value: unknown): value is Figures {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number at a path; `null` where there is none, or none that is finite. */
export function figureAt(figures: Figures, path: string): number | null {
  const found = at(figures, path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** How far a figure may be off, as its neighbours in the record tell. */
export interface FigureNoise {
  /** Standard deviation over seeds; `null` where it was not measured. */
  overSeeds: number | null;
  /** 95 % interval over users, or one standard deviation over draws of users; `null` where neither was measured. */
  overUsers: { interval: readonly [number, number] } | { sd: number } | null;
}

/**
 * The noise of the figure at a path, from its neighbours' names: `sdOverSeeds.<figure>` or `<figure>SdOverSeeds` over seeds,
 * of which `seeds` says how many (one says nothing); `<figure>Interval` or `<figure>Sd` over users.
 */
export function noiseAt(figures: Figures, path: string): FigureNoise {
  const cut = path.lastIndexOf('.') + 1;
  const [parent, name] = [path.slice(0, cut), path.slice(cut)];
  const interval = at(figures, `${parent}${name}Interval`);
  const [low, high] = Array.isArray(interval) ? (interval as unknown[]) : [];
  const sd = figureAt(figures, `${parent}${name}Sd`);
  return {
    overSeeds:
      figureAt(figures, `${parent}seeds`) === 1
        ? null
        : (figureAt(figures, `${parent}sdOverSeeds.${name}`) ?? figureAt(figures, `${parent}${name}SdOverSeeds`)),
    overUsers:
      typeof low === 'number' && typeof high === 'number' ? { interval: [low, high] } : sd === null ? null : { sd },
  };
}

/** A list of records that have names, by name; `undefined` for any other list. */
function byName(list: readonly unknown[]): Figures | undefined {
  const named = list
    .filter(isRecord)
    .flatMap((each) => (typeof each['name'] === 'string' ? [[each['name'], each]] : []));
  return named.length === list.length ? Object.fromEntries(named) : undefined;
}

/** Every finite number in the records, with its path, in their order. Lists are passed over, but those of records with names. */
export function numbersIn(figures: Figures, above = ''): { path: string; value: number }[] {
  return Object.entries(figures).flatMap(([name, value]) => {
    const path = `${above}${name}`;
    if (typeof value === 'number') return Number.isFinite(value) ? [{ path, value }] : [];
    const inner = Array.isArray(value) ? byName(value) : value;
    return isRecord(inner) ? numbersIn(inner, `${path}.`) : [];
  });
}
