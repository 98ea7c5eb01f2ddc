/** The longest that a text from outside may be in an alert, in characters as a reader counts them (code points). */
export const textLimits = {
  /** A tenant, an account's name, its domain: what CEF has room for. */
  name: 255,
  /** DNS knows no longer one. */
  hostName: 255,
  group: 128,
  /** Of a person, the first ones of the directory. */
  groups: 32,
  /** A feature and its unit. */
  feature: 128,
} as const;

/**
 * What no name needs and a reader or a parser may stumble over: control characters of C0 and C1 (line breaks, tabs,
 * escape), the line and paragraph separators, and the marks that embed, override or isolate a direction of writing, with
 * which a name can be made to look like another. Left-to-right and right-to-left marks stay: Arabic and Hebrew use them.
 */
const unwanted = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
/** With the `u` flag a surrogate only matches where it has no partner: such a string is no valid UTF-8. */
const loneSurrogate = /\p{Surrogate}/gu;
const replacement = '\ufffd';
const ellipsis = '…';

/**
 * A text from outside as it may stand in an alert: on one line, in valid Unicode, without spaces around it, at most `limit`
 * code points, the last of them an ellipsis where something was cut. Formula signs (`=`, `+`, `-`, `@`) stay: no format here is a spreadsheet, and a
 * name must be the directory's own to be found with.
 */
export function plainText(text: string, limit: number): string {
  // A code point is one unit or two: what has no more units than points are allowed needs no counting.
  const kept = text.length <= limit ? text : cut(text, limit);
  return kept.trim().replace(loneSurrogate, replacement).replace(unwanted, replacement);
}

function cut(text: string, limit: number): string {
  // What lies further back is cut anyway, and is not worth a walk over it.
  const points = [...text.slice(0, 2 * (limit + 1))];
  return points.length > limit ? [...points.slice(0, limit - 1), ellipsis].join('') : points.join('');
}
