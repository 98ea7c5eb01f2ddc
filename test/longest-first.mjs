import TestSequencer from '@jest/test-sequencer';

/**
 * The suites that take longest. Jest knows durations from the last run on the same machine only; on a fresh one it goes by the
 * size of the files, and these are small. Those that compute and those that wait for servers take turns, as workers run side by side.
 */
const longest = [
  'evaluation/quality-gate-free-text',
  'test/contracts/broker',
  'evaluation/quality-gate-pointer',
  'test/contracts/kafka-security',
  'test/readme',
  'test/whole-way/kafka-away',
  'evaluation/quality-gate-attacks',
  'test/whole-way/killed',
  'evaluation/quality-gate-fixed-text',
  'test/whole-way/cut',
  'test/whole-way/embedded',
  'test/whole-way/same-decisions',
  'evaluation/quality-gate-commands',
  'faults/processes/process-fleet',
  'evaluation/scenarios/embedded-run',
  'test/whole-way/kafka-compaction',
  'training/trainer',
  'test/whole-way/kafka-tools',
];

/** A run ends when its last suite does: the longest begin first, so that no worker is left with one of them alone. */
// biome-ignore lint/style/noDefaultExport: jest takes the default export.
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = (path) => {
      const at = longest.findIndex((suite) => path.endsWith(`/${suite}.test.ts`));
      return at === -1 ? longest.length : at;
    };
    return super.sort([...tests]).sort((a, b) => rank(a.path) - rank(b.path));
  }
}
