import { crash } from '../rows/crash.ts';
import type { Row } from './row.ts';

/** Every row of the matrix, those of the short form first. */
export const rows: readonly Row[] = [crash];
