import { describe, expect, it } from '@jest/globals';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import { emptyBatch } from '../test/samples/seeded-behaviour.ts';
import type { SendOutcome } from './batch-client.ts';
import { createDeviceSpool } from './device-spool.ts';

const accepted: SendOutcome = { ok: true, status: 'accepted', attempts: 1 };
const unavailable: SendOutcome = { ok: false, reason: 'unavailable', detail: '429', attempts: 8 };
const refused: SendOutcome = {
  ok: false,
  reason: 'refused',
  status: 400,
  code: 'out-of-range',
  detail: '',
  fix: '',
  attempts: 1,
};

/** A gateway that answers as told, and holds its answers while `open` is false. */
function toldGateway(answer: (batch: BehaviourBatch, tried: number) => SendOutcome = () => accepted) {
  const seen: number[] = [];
  const held: (() => void)[] = [];
  const gateway = {
    seen,
    open: true,
    release() {
      gateway.open = true;
      for (const answerNow of held.splice(0)) answerNow();
    },
    async send(batch: BehaviourBatch): Promise<SendOutcome> {
      seen.push(batch.sequence);
      if (!gateway.open) await new Promise<void>((resolve) => held.push(resolve));
      return answer(batch, seen.filter((sequence) => sequence === batch.sequence).length);
    },
  };
  return gateway;
}

const batch = (sequence: number) => emptyBatch({ sequence });

describe('the spool of a device', () => {
  it('sends in order, one at a time', async () => {
    const gateway = toldGateway();
    const spool = createDeviceSpool({ client: gateway });
    for (let sequence = 0; sequence < 20; sequence++) spool.offer(batch(sequence));
    expect(gateway.seen).toHaveLength(1);
    await spool.drained();
    expect(gateway.seen).toEqual(Array.from({ length: 20 }, (_, sequence) => sequence));
    expect(spool.counts()).toEqual({ waiting: 0, sent: 20, refused: 0, dropped: 0 });
  });

  it('is bounded: it drops the oldest that waits, and the gap in the sequences tells how many', async () => {
    const gateway = toldGateway();
    gateway.open = false;
    const spool = createDeviceSpool({ client: gateway, maxBatches: 5 });
    for (let sequence = 0; sequence < 100; sequence++) {
      spool.offer(batch(sequence));
      expect(spool.counts().waiting).toBeLessThanOrEqual(5);
    }
    gateway.release();
    await spool.drained();
    expect(gateway.seen).toEqual([0, 96, 97, 98, 99]);
    expect(spool.counts()).toEqual({ waiting: 0, sent: 5, refused: 0, dropped: 95 });
  });

  it('keeps what cannot be delivered now, with a pause, and lets go of what never will be', async () => {
    const gateway = toldGateway(({ sequence }, tried) => {
      if (sequence === 1 && tried < 4) return unavailable;
      return sequence === 2 ? refused : accepted;
    });
    const pauses: number[] = [];
    const wait = async (ms: number) => {
      pauses.push(ms);
    };
    const spool = createDeviceSpool({ client: gateway, pauseMs: 700, wait });
    for (const sequence of [0, 1, 2, 3]) spool.offer(batch(sequence));
    await spool.drained();
    expect(gateway.seen).toEqual([0, 1, 1, 1, 1, 2, 3]);
    expect(pauses).toEqual([700, 700, 700]);
    expect(spool.counts()).toEqual({ waiting: 0, sent: 3, refused: 1, dropped: 0 });
  });

  it('sends nothing more once it is closed, and takes nothing', async () => {
    const gateway = toldGateway(() => unavailable);
    const spool = createDeviceSpool({ client: gateway, wait: async () => undefined });
    spool.offer(batch(0));
    spool.close();
    await spool.drained();
    expect(gateway.seen).toEqual([0]);
    expect(spool.counts().waiting).toBe(1);
    expect(() => spool.offer(batch(1))).toThrow(/closed/);
  });
});
