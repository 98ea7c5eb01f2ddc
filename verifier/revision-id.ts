/** The id of one revision of an incident. */
export function revisionIdOf({ incidentId, revision }: { incidentId: string; revision: number }): string {
  return `${incidentId}/${revision}`;
}
