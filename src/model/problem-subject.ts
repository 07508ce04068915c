import type { Problem } from './layer-report.ts';

/** The path of a problem that concerns a layer as a whole. */
export const WHOLE_LAYER = '.';

/** What a problem concerns, and what happened, for people. */
export const problemSubject = ({ path, message }: Problem): string =>
  path === WHOLE_LAYER ? message : `${path}: ${message}`;
