import type { ModalityEvidence } from './account-evidence.ts';

/** Numbers of one modality's encoded evidence. */
export const evidenceLength = 8;

/** No score is so far out: stands where no window waits. */
const nothingWaits = -1e9;

/** Evidence as {@link evidenceLength} numbers, exact. */
export function evidenceToNumbers({ session, weeks }: ModalityEvidence): number[] {
  const { value, raises, carried, levelSum, levelWindows, waiting } = session;
  return [value, raises, carried, levelSum, levelWindows, waiting ?? nothingWaits, weeks.value, weeks.fromSession];
}

/**
 * The evidence that {@link evidenceToNumbers} wrote.
 * @throws RangeError for another length, a number that is not finite, and a negative one where there can be none
 */
export function evidenceFromNumbers(numbers: readonly number[]): ModalityEvidence {
  if (numbers.length !== evidenceLength || !numbers.every(Number.isFinite)) {
    throw new RangeError(`evidence is ${evidenceLength} finite numbers`);
  }
  const [value, raises, carried, levelSum, levelWindows, waiting, weeks, fromSession] = numbers;
  if ([value!, raises!, carried!, levelWindows!, weeks!, fromSession!].some((each) => each < 0)) {
    throw new RangeError('evidence below zero');
  }
  return {
    session: {
      value: value!,
      raises: raises!,
      carried: carried!,
      levelSum: levelSum!,
      levelWindows: levelWindows!,
      waiting: waiting === nothingWaits ? null : waiting!,
    },
    weeks: { value: weeks!, fromSession: fromSession! },
  };
}
