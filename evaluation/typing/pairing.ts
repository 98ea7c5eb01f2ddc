import type { PairedTimings } from '../../detection/features/zone-pair-model.ts';
import { zones } from '../../detection/words/behaviour.ts';
import { keyClasses, type TypingSamples } from './typing-recordings.ts';

/** What tells one kind of keystroke from another: the zones of the wire, or, to know what privacy costs, the keys. */
export interface Pairing {
  name: 'zone' | 'key';
  classes: number;
  timingsOf(samples: TypingSamples): PairedTimings;
}

/** As the product sees typing. */
export const zonePairing: Pairing = {
  name: 'zone',
  classes: zones.length,
  timingsOf: (samples) => ({ ...samples, pair: samples.zonePair }),
};

/** As no product of ours may see it. */
export const keyPairing: Pairing = {
  name: 'key',
  classes: keyClasses,
  timingsOf: (samples) => ({ ...samples, pair: samples.keyPair }),
};
