import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Template } from '../detection/words/template.ts';
import { anyBackground, anyTemplate } from '../test/samples/any-template.ts';
import { decodeTensorFile, encodeTensorFile, type TensorFile } from './safetensors.ts';
import { decodeTemplate, encodeTemplate, templateFileLimits, templateVersion } from './template-format.ts';

/** The file with its header changed by `change`, as a writer of another mind would have written it. */
function withHeader(bytes: Buffer, change: (header: Record<string, unknown>) => void): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, bytes.subarray(8 + length)]);
}

function withMetadata(bytes: Buffer, change: Record<string, string>): Buffer {
  return withHeader(bytes, (header) => Object.assign(header['__metadata__'] as object, change));
}

function withTensor(template: Template, change: (model: Template['models'][number]) => void): Buffer {
  const copy = structuredClone(template);
  change(copy.models[0] as Template['models'][number]);
  return encodeTemplate(copy);
}

function reasonOf(bytes: Buffer): string {
  const outcome = decodeTemplate(bytes);
  return outcome.ok ? 'ok' : outcome.reason;
}

type Entry = { data_offsets: [number, number] };

function rename(header: Record<string, unknown>, from: string, to: string): void {
  header[to] = header[from];
  delete header[from];
}

/** The first tensor begins one number late: a gap. */
function shiftFirst(header: Record<string, unknown>): void {
  const { data_offsets: offsets } = header['keystrokes/sequential'] as Entry;
  offsets[0] += 8;
  offsets[1] += 8;
}

/** Its catalogue is one that nobody has written yet. */
function renumber(header: Record<string, unknown>): void {
  const metadata = header['__metadata__'] as Record<string, string>;
  metadata['models'] = (metadata['models'] ?? '').replaceAll(/"catalogueVersion":\d+/g, '"catalogueVersion":9999');
}

const template = anyTemplate();
const bytes = encodeTemplate(template);

describe('the file of a template', () => {
  it('comes back as it was, and its hash is its version', () => {
    const decoded = decodeTemplate(bytes);
    expect(decoded).toEqual({ ok: true, template: { ...template, version: templateVersion(bytes) } });
    if (decoded.ok) expect(encodeTemplate(decoded.template).equals(bytes)).toBe(true);
  });

  it('of a cohort comes back too', () => {
    const cohort = anyTemplate({ kind: 'cohort', subject: '', backgrounds: [anyBackground()] });
    const encoded = encodeTemplate(cohort);
    const decoded = decodeTemplate(encoded);
    expect(decoded).toEqual({ ok: true, template: { ...cohort, version: templateVersion(encoded) } });
  });

  it('fits the budget of its kind: two modalities with their covariances in 100 KB', () => {
    expect(bytes.length).toBeLessThan(100_000);
    expect(bytes.length).toBeLessThan(templateFileLimits.maxBytes);
  });

  it('is refused when any bit is flipped: malformed, or not the version that was asked for', () => {
    const version = templateVersion(bytes);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeTemplate(flipped, version)).toMatchObject({ ok: false, reason: 'version-mismatch' });
        decodeTemplate(flipped);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('is refused when cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (end) => {
        expect(['truncated', 'tensor-bounds', 'header-malformed']).toContain(reasonOf(bytes.subarray(0, end)));
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('is refused when anything stands behind it', () => {
    expect(reasonOf(Buffer.concat([bytes, Buffer.alloc(8)]))).toBe('extended');
  });

  it('is never thrown over, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        expect(reasonOf(Buffer.from(noise))).not.toBe('ok');
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  it.each<[string, Buffer]>([
    ['too-large', Buffer.alloc(templateFileLimits.maxBytes + 1)],
    ['truncated', Buffer.alloc(3)],
    ['header-too-large', Buffer.from('ffffffffffffffff7b7d', 'hex')],
    ['header-malformed', Buffer.concat([Buffer.from('0200000000000000', 'hex'), Buffer.from('[]')])],
    ['header-malformed', withHeader(bytes, (header) => Object.assign(header, { extra: { dtype: 'I64' } }))],
    ['foreign', withMetadata(bytes, { format: 'pt' })],
    ['future-format', withMetadata(bytes, { format: '3' })],
    ['past-format', withMetadata(bytes, { format: '1' })],
    ['description-malformed', withMetadata(bytes, { subject: 'someone' })],
    ['description-malformed', withMetadata(bytes, { subject: '' })],
    ['description-malformed', withMetadata(bytes, { kind: 'cohort' })],
    ['description-malformed', withMetadata(bytes, { approver: 'nobody' })],
    ['description-malformed', withMetadata(bytes, { models: '[' })],
    ['description-malformed', withMetadata(bytes, { models: '[]' })],
    ['description-malformed', withMetadata(bytes, { trainedAtMs: '9999999999999999' })],
    ['unknown-catalogue', withHeader(bytes, renumber)],
    ['shape-mismatch', withHeader(bytes, (header) => rename(header, 'keystrokes/centre', 'keystrokes/center'))],
    ['tensor-bounds', withHeader(bytes, shiftFirst)],
    ['not-finite', withTensor(template, ({ scaler }) => scaler.centre.fill(Number.NaN, 0, 1))],
    ['not-finite', withTensor(template, ({ calibration }) => Object.assign(calibration, { scale: Infinity }))],
    ['spread-not-positive', withTensor(template, ({ scaler }) => scaler.spread.fill(0, 3, 4))],
    ['factor-not-positive', withTensor(template, ({ distance }) => distance.lower.fill(0, 2, 3))],
    ['description-malformed', withMetadata(bytes, { background: '' })],
    ['description-malformed', encodeTemplate({ ...template, backgrounds: [anyBackground()] })],
    ['quantiles-not-ascending', withTensor(template, ({ calibration }) => calibration.scoreQuantiles.reverse())],
    ['calibration-out-of-range', withTensor(template, ({ calibration }) => Object.assign(calibration, { scale: 0 }))],
    ['shape-mismatch', withTensor(template, (model) => Object.assign(model.scaler, { centre: new Float32Array(3) }))],
  ])('is refused by name: %s', (reason, spoiled) => {
    expect(reasonOf(spoiled)).toBe(reason);
  });

  it('names the tensor or field at fault', () => {
    const spoiled = withTensor(template, ({ scaler }) => scaler.centre.fill(Number.NaN, 0, 1));
    expect(decodeTemplate(spoiled)).toMatchObject({ detail: 'keystrokes/centre' });
  });
});

describe('a tensor file', () => {
  it('does not allocate what a header merely claims', () => {
    const header = Buffer.from('{"a":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,4]}}');
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    const claimed = Buffer.concat([prefix, header, Buffer.alloc(4)]);
    expect(decodeTensorFile(claimed, templateFileLimits)).toMatchObject({ ok: false, reason: 'tensor-bounds' });
  });

  it('is what the safetensors of Python reads and writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gaitkeeper-safetensors-'));
    try {
      const ours = join(folder, 'ours.safetensors');
      const theirs = join(folder, 'theirs.safetensors');
      writeFileSync(ours, bytes);
      const python = spawnSync('python3', ['-c', roundTrip, ours, theirs], { encoding: 'utf8' });
      if (python.status === 42 || python.error !== undefined) {
        process.stderr.write('not compared with Python: python3 with safetensors and numpy is not installed here\n');
        return;
      }
      expect(python.stderr).toBe('');
      const read = JSON.parse(python.stdout) as { tenant: string; sums: Record<string, number> };
      expect(read.tenant).toBe(template.tenant);
      const decoded = decodeTensorFile(bytes, templateFileLimits);
      if (!decoded.ok) throw new Error(decoded.detail);
      for (const [name, { values }] of decoded.file.tensors) {
        expect(read.sums[name]).toBeCloseTo(
          [...values].reduce((sum, value) => sum + value, 0),
          6,
        );
      }
      expect(decodeTemplate(readFileSync(theirs))).toMatchObject({
        ok: true,
        template: { subject: template.subject, models: template.models },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of any tensors comes back as it was', () => {
    const tensors = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
      fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 20 }),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(
        tensors,
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), { maxKeys: 4 }),
        (named, metadata) => {
          const file: TensorFile = { metadata: { ...metadata }, tensors: new Map() };
          for (const [name, values] of Object.entries(named))
            file.tensors.set(name, { shape: [values.length], values });
          const decoded = decodeTensorFile(encodeTensorFile(file), templateFileLimits);
          expect(decoded.ok).toBe(true);
          if (!decoded.ok) return;
          expect(decoded.file.metadata).toEqual(file.metadata);
          for (const [name, { shape, values }] of file.tensors) {
            expect(decoded.file.tensors.get(name)?.shape).toEqual(shape);
            expect([...(decoded.file.tensors.get(name)?.values ?? [])]).toEqual([...values]);
          }
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });
});

const roundTrip = `
import json, sys
try:
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError:
    sys.exit(42)
with safe_open(sys.argv[1], 'numpy') as file:
    metadata = file.metadata()
    tensors = {name: file.get_tensor(name) for name in file.keys()}
save_file(tensors, sys.argv[2], metadata)
print(json.dumps({'tenant': metadata['tenant'], 'sums': {n: float(t.astype('float64').sum()) for n, t in tensors.items()}}))
`;
