import type { Check } from './check.ts';

/** What is risky, where that needs to be said what exactly, and what to do. */
export function describeRisk({ title, solution }: Check, detail?: string): string {
  return `${title}${detail ? `: ${detail}` : ''}. ${solution}`;
}
