import type { Alert } from './alert.ts';

/** The formats that alerts can be written in, each to a topic of its own. */
export const alertFormats = ['ecs', 'ocsf', 'cef', 'leef', 'splunk-risk'] as const;
/** One of {@link alertFormats}. */
export type AlertFormat = (typeof alertFormats)[number];

/** Writes an alert in one format: one line of UTF-8 without its end, a function of the alert alone. */
export type AlertWriter = (alert: Alert) => Buffer;
