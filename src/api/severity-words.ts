import type { Severity } from '../model/severity.ts';

/** Level where it is a word; others have digits. Vulnerabilities that nobody has rated are low ones, as everywhere. */
export const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MIDDLE',
  low: 'LOW',
  unknown: 'LOW',
};

/** Severities of such a word. */
export const severitiesOfWord: Readonly<Record<string, readonly Severity[]>> = {
  CRITICAL: ['critical'],
  HIGH: ['high'],
  MIDDLE: ['medium'],
  LOW: ['low', 'unknown'],
};
