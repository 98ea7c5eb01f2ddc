import type { Template } from '../detection/words/template.ts';
import { cohortSubject } from '../schemas/bounds.ts';
import type { TemplateActivation } from '../schemas/template-activation.ts';

/** Whether the template is of the tenant, the kind and the subject that the activation names. */
export function isTemplateOf(
  template: Template,
  { tenant, subject, kind }: Pick<TemplateActivation, 'tenant' | 'subject' | 'kind'>,
): boolean {
  const owner = template.kind === 'cohort' ? cohortSubject : template.subject;
  return template.tenant === tenant && template.kind === kind && owner === subject;
}
