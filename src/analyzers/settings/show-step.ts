import type { BuildStep } from './built-image.ts';
import { showLine } from './show-line.ts';

const MAX_SHOWN = 1_000;

/** A step as the risk list shows it: its time, when known, and in the next line its instruction. */
export function showStep({ keyword, text, entry }: BuildStep): string {
  const instruction = showLine(keyword === '' ? text : `${keyword} ${text}`, MAX_SHOWN);
  return entry.created ? `${entry.created.toISOString()}\n${instruction}` : instruction;
}
