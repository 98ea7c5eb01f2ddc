/** The verdicts that the scorer with this admin server gave since it started, over all decisions. */
export async function verdictsCounted(adminUrl: string): Promise<number> {
  const page = await (await fetch(`${adminUrl}/metrics`)).text();
  return page
    .split('\n')
    .filter((line) => line.startsWith('gaitkeeper_verdicts_total{'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
