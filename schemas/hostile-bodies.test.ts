import { describe, expect, it } from '@jest/globals';
import { hostileBatches } from '../test/samples/hostile-corpus.ts';
import { createBehaviourBatchCodec } from './behaviour-batch.ts';
import { createBehaviourTopicCodec } from './behaviour-topic.ts';

describe('a hostile body', () => {
  const batches = createBehaviourBatchCodec();
  const topic = createBehaviourTopicCodec();

  it.each(hostileBatches())('is refused as $expected: $name', ({ bytes, expected }) => {
    const decoded = batches.decode(bytes);
    expect(decoded).toEqual({ ok: false, reason: expected, detail: expect.stringMatching(/\S/) });
    expect(topic.decode(bytes)).toMatchObject({ ok: false, reason: expected });
  });

  it('is named with the field and its bound', () => {
    const detailOf = (name: string) => {
      const body = hostileBatches().find((candidate) => candidate.name === name);
      const decoded = batches.decode(body?.bytes ?? null);
      return decoded.ok ? 'accepted' : decoded.detail;
    };
    expect(detailOf('hold of -5 ms')).toBe('keystrokes[0].holdMs is -5: must be 0..60000');
    expect(detailOf('zone pair 36')).toBe('keystrokes[0].zonePair is 36: must be 0..35');
    expect(detailOf('NaN as timer resolution')).toBe('collector.timerResolutionMs is NaN: must be 0..1000');
    expect(detailOf('50 million keystrokes declared')).toMatch(/^keystrokes declares 50000000 items/);
    expect(detailOf('line break in the tenant')).not.toContain('acme');
  });
});
