import TestSequencer from '@jest/test-sequencer';

/**
 * The suites that take longest. Jest knows durations from the last run on the same machine only; on a fresh one it goes by the
 * size of the files, and these are small. Those that compute and those that wait for servers run side by side: the README's, which
 * keeps several processes busy, beside two that mostly wait; then one that computes beside one that waits.
 */
const longest = [
  'test/readme',
  'test/contracts/broker',
  'test/whole-way/kafka-away',
  'evaluation/quality-gate-free-text',
  'test/whole-way/killed',
  'test/contracts/kafka-security',
  'evaluation/quality-gate-pointer',
  'test/whole-way/same-decisions',
  'test/whole-way/kafka-tools',
  'evaluation/quality-gate-attacks',
  'test/whole-way/cut',
  'faults/processes/process-fleet',
  'evaluation/quality-gate-fixed-text',
  'test/whole-way/command-line',
  'cli/commands/evaluate',
  'faults/proxy/real-servers',
  'evaluation/typing/typing-lab',
  'test/whole-way/kafka-compaction',
  'evaluation/recordings/real-recordings',
  'test/whole-way/dead-letters',
  'training/trainer',
  'test/whole-way/embedded',
  'evaluation/commands/language-model',
  'test/contracts/keyed-stage',
  'evaluation/quality-gate-commands',
  'evaluation/pointer/pointer-lab',
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
