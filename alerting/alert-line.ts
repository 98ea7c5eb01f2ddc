/** What some collectors take for the end of a line, though JSON does not. */
const lineBreaks = /[\u0085\u2028\u2029]/g;

/** A document as one line of JSON, whatever its texts contain. */
export function alertLine(document: object): Buffer {
  const json = JSON.stringify(document);
  return Buffer.from(json.replace(lineBreaks, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`));
}
