const namePattern = /^gaitkeeper_[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const labelPattern = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Words that name a person, their equipment or their secrets, or that grow without bound. None may be part of a label's name. */
const forbiddenWords = new Set(
  `subject user username person worker employee account email login device session host hostname ip address
   key token batch verdict episode alert id`.split(/\s+/),
);

/** @throws on a name outside Prometheus' naming rules as this project uses them. */
export function assertMetricName(kind: 'counter' | 'gauge' | 'histogram', name: string): void {
  if (!namePattern.test(name)) throw new Error(`metric ${name} must be gaitkeeper_ and lower-case words joined by _`);
  if ((kind === 'counter') !== name.endsWith('_total')) {
    throw new Error(`metric ${name} is a ${kind}: counters end with _total, nothing else does`);
  }
}

/** @throws on a label that could carry a person: whoever may read the metrics must learn about the service only. */
export function assertPersonlessLabels(metric: string, labelNames: readonly string[]): void {
  for (const label of labelNames) {
    if (!labelPattern.test(label)) throw new Error(`label ${label} of ${metric} must be lower-case words joined by _`);
    const word = label.split('_').find((part) => forbiddenWords.has(part));
    if (word !== undefined) {
      throw new Error(
        `label ${label} of ${metric} is refused: "${word}" could tell people apart, or grow without bound`,
      );
    }
  }
}
