/** Text made safe to stand in HTML or SVG, between tags or in a quoted attribute. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A table; the first column names its row. Every cell is text and is escaped. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[], caption: string): string {
  const headCells = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => `<td>${escaped(cell)}</td>`).join('');
    return `<tr><th scope="row">${escaped(first)}</th>${cells}</tr>`;
  });
  return `<div class="wide"><table><caption>${escaped(caption)}</caption><thead><tr>${headCells}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}
