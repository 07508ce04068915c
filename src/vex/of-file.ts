import type { VexStatement } from './vex-statement.ts';

/** Statements whose reasons name the file that they are from. */
export const ofFile = (statements: readonly VexStatement[], file: string): readonly VexStatement[] =>
  statements.map((statement) => ({ ...statement, reason: `${file}: ${statement.reason}` }));
