import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { activityKinds, handlings, inputRoutes, pointerDevices, strokeKinds } from '../detection/words/behaviour.ts';
import {
  decisions,
  evidenceClocks,
  modalities,
  rulingWords,
  templateKinds,
  undecidedReasons,
} from '../detection/words/verdict.ts';
import { type AvroNode, wordsOf } from './avro-node.ts';
import { describeSchemas } from './describe-schemas.ts';
import { closingReasons, incidentPatterns, incidentRulings, incidentStates, severities } from './incident.ts';
import { defaultConfluentIds, loadSchema, schemaNames, storedVersions } from './stored-schemas.ts';
import { controlActions } from './subject-control.ts';
import { suppressionActions } from './suppression.ts';
import { activatedKinds } from './template-activation.ts';

const everyVersion = schemaNames.flatMap((name) =>
  loadSchema(name).map((schema) => ({ title: `${name} ${schema.version}`, schema })),
);

describe('the stored schemas', () => {
  it('are exactly the files that lie beside this one', () => {
    const files = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readdirSync(new URL(`./${name}/`, import.meta.url)).map((file) => `${name}/${file}`));
    const stored = schemaNames.flatMap((name) => storedVersions[name].map((version) => `${name}/${version}.avsc`));
    expect(files.sort()).toEqual(stored.sort());
  });

  it('each have one Confluent id', () => {
    const ids = defaultConfluentIds();
    const all = schemaNames.flatMap((name) => storedVersions[name].map((version) => ids[name]?.[version]));
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(undefined);
  });

  it('use the words of the detection, in both directions', () => {
    const words: Record<string, readonly string[]> = {};
    const collect = (node: AvroNode): void => {
      if (node.kind === 'enum') words[node.name] = wordsOf(node);
      if (node.kind === 'record') for (const field of node.fields) collect(field.node);
      if (node.kind === 'array') collect(node.items);
      if (node.kind === 'union') node.branches.forEach(collect);
    };
    for (const { schema } of everyVersion) collect(schema.node);
    expect(words).toEqual({
      InputRoute: inputRoutes,
      StrokeKind: strokeKinds,
      PointerDevice: pointerDevices,
      ActivityKind: activityKinds,
      Handling: handlings,
      Decision: decisions,
      UndecidedReason: undecidedReasons,
      EvidenceClock: evidenceClocks,
      Modality: modalities,
      Direction: ['high', 'low'],
      TemplateKind: templateKinds,
      ActivatedKind: activatedKinds,
      ControlAction: controlActions,
      RulingWord: rulingWords,
      IncidentState: incidentStates,
      ClosingReason: closingReasons,
      IncidentRuling: incidentRulings,
      IncidentPattern: incidentPatterns,
      IncidentSeverity: severities,
      SuppressionAction: suppressionActions,
    });
  });

  it('are described field by field', () => {
    const described = describeSchemas();
    expect(described.map(({ name, version }) => `${name} ${version}`)).toEqual(everyVersion.map(({ title }) => title));
    const batch = described.find(({ name }) => name === 'behaviour-batch');
    expect(batch?.fields.find(({ path }) => path === 'keystrokes[].releasePressMs')).toEqual({
      path: 'keystrokes[].releasePressMs',
      type: 'null or int',
      default: null,
      doc: expect.stringMatching(/negative when keys overlap/),
    });
    expect(batch?.fields.find(({ path }) => path === 'context.inputRoute')?.type).toBe(
      'one of local, remote-desktop, virtual',
    );
  });
});
