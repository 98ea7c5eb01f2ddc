import { adviceFor } from './reason-advice.ts';
import type { LetterKind, StoredLetter } from './stored-letter.ts';

/** A dead letter as an operator sees it: sizes and reasons, never what was in it. */
export interface DescribedLetter {
  id: string;
  reason: string;
  detail: string;
  stage: string;
  kind: LetterKind;
  tenant: string | null;
  /** When the refused record was written, ISO 8601. */
  writtenAt: string;
  setAsideAt: string;
  keyBytes: number;
  valueBytes: number;
  headers: string[];
  /** The dead letter whose replay was refused again. */
  replayOf: string | null;
  fix: string;
}

/** The letter without its content. */
export function describeLetter({ id, letter, kind, setAsideAtMs, replayOf }: StoredLetter): DescribedLetter {
  const { reason, detail, stage, tenant } = letter;
  return {
    ...{ id, reason, detail, stage, kind, tenant },
    writtenAt: new Date(letter.failedAtMs).toISOString(),
    setAsideAt: new Date(setAsideAtMs).toISOString(),
    keyBytes: letter.originalKey?.length ?? 0,
    valueBytes: letter.originalValueBytes,
    headers: letter.originalHeaders.map(({ name }) => name),
    replayOf: replayOf ?? null,
    fix: adviceFor(reason),
  };
}
