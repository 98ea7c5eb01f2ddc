const cohortPrefix = 'cohort:';

/**
 * The key of a subject's state. The tenant is part of it: even where two tenants come to the same pseudonym, neither
 * meets the other's state or template.
 */
export function subjectKey(tenant: string, subject: string): string {
  return `${subject}:${tenant}`;
}

/** The key of what a tenant's cohort uses; no subject's, as those begin with hexadecimal digits. */
export function cohortKey(tenant: string): string {
  return cohortPrefix + tenant;
}

export function isCohortKey(key: string): boolean {
  return key.startsWith(cohortPrefix);
}
