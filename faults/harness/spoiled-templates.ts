import type { Template } from '../../detection/words/template.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { decodeTensorFile, encodeTensorFile, type TensorFile } from '../../templates/safetensors.ts';
import type { TemplateFault } from '../../templates/template-fault.ts';
import {
  encodeTemplate,
  templateFileLimits,
  templateFormat,
  templateVersion,
} from '../../templates/template-format.ts';

type Unversioned = Omit<Template, 'version'>;

/** What a spoiled template is made from; all of them sound. */
export interface SpoiledFrom {
  /** Of whom it is activated for. */
  own: Unversioned;
  /** Of the same subject, from before. */
  older: Unversioned;
  /** Of somebody else. */
  other: Unversioned;
  /** Where in the file, as a share of it. */
  place: number;
  random: SeededRandom;
}

/** A file as it is put into the store, and the version and owner that its activation names. */
export interface SpoiledTemplate {
  owner: Unversioned;
  version: string;
  bytes: Buffer;
}

/** One way in which a template can be wrong, and the reason by which it must be refused. */
export interface SpoiledKind {
  kind: string;
  reason: TemplateFault;
  make(from: SpoiledFrom): SpoiledTemplate;
}

/** The file that `bytes` hold, with something changed, under its own hash: nothing but its content tells. */
function rewritten(owner: Unversioned, change: (file: TensorFile) => void): SpoiledTemplate {
  const decoded = decodeTensorFile(encodeTemplate(owner), templateFileLimits);
  if (!decoded.ok) throw new Error(`a template of ours cannot be read: ${decoded.detail}`);
  change(decoded.file);
  const bytes = encodeTensorFile(decoded.file);
  return { owner, version: templateVersion(bytes), bytes };
}

const versionOf = (template: Unversioned): string => templateVersion(encodeTemplate(template));

/** Every way that does not need a signature: templates are not signed yet, so that an unsigned one cannot be made. */
export const spoiledKinds: readonly SpoiledKind[] = [
  {
    kind: 'bit-flipped',
    reason: 'version-mismatch',
    make({ own, place, random }) {
      const bytes = encodeTemplate(own);
      const version = templateVersion(bytes);
      const at = Math.floor(place * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
      return { owner: own, version, bytes };
    },
  },
  {
    kind: 'cut',
    reason: 'version-mismatch',
    make({ own, random }) {
      const bytes = encodeTemplate(own);
      return { owner: own, version: templateVersion(bytes), bytes: bytes.subarray(0, random.integer(bytes.length)) };
    },
  },
  {
    kind: 'cut, under its right hash',
    reason: 'truncated',
    make({ own, random }) {
      const whole = encodeTemplate(own);
      const bytes = whole.subarray(0, whole.length - 1 - random.integer(whole.length / 2));
      return { owner: own, version: templateVersion(bytes), bytes };
    },
  },
  {
    kind: "somebody else's, under this subject's version",
    reason: 'version-mismatch',
    make: ({ own, other }) => ({ owner: own, version: versionOf(own), bytes: encodeTemplate(other) }),
  },
  {
    kind: "somebody else's, under its own version",
    reason: 'foreign',
    make: ({ own, other }) => ({ owner: own, version: versionOf(other), bytes: encodeTemplate(other) }),
  },
  {
    kind: "the subject's older one, under the newer one's version",
    reason: 'version-mismatch',
    make: ({ own, older }) => ({ owner: own, version: versionOf(own), bytes: encodeTemplate(older) }),
  },
  {
    kind: 'of an older format',
    reason: 'past-format',
    make: ({ own }) =>
      rewritten(own, ({ metadata }) => {
        metadata['format'] = String(templateFormat - 1);
      }),
  },
  {
    kind: 'NaN, under its right hash',
    reason: 'not-finite',
    make: ({ own, random }) =>
      rewritten(own, ({ tensors }) => {
        const { values } = random.pick([...tensors.values()]);
        values[random.integer(values.length)] = Number.NaN;
      }),
  },
];
