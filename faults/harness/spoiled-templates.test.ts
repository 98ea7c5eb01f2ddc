import { expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { decodeTemplate } from '../../templates/template-format.ts';
import { createPeople } from './people.ts';
import { spoiledKinds } from './spoiled-templates.ts';

const [own, other] = createPeople({ tenant: 'trial', count: 4, seed: 1 }).own;
if (own === undefined || other === undefined) throw new Error('nobody has a template');
const from = { own: { ...own, trainedAtMs: own.trainedAtMs + 1 }, older: own, other, place: 0.5 };

it.each(spoiledKinds)('a template that is $kind is refused as $reason, or is sound and of somebody else', (spoiled) => {
  const { version, bytes } = spoiled.make({ ...from, random: createSeededRandom(spoiled.kind) });
  const read = decodeTemplate(bytes, version);
  if (spoiled.reason === 'foreign') expect(read).toMatchObject({ ok: true, template: { subject: other.subject } });
  else expect(read).toMatchObject({ ok: false, reason: spoiled.reason });
});
