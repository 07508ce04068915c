import { InvalidArgumentError } from 'commander';

/** `2026-11-25` or `2026-11-25T08:00:00Z`; an argument parser of commander. */
export function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It must read like 2026-11-25T08:00:00Z.');
  return time;
}

const MAX_COUNT = 1_000_000;

/** A whole number above zero; an argument parser of commander. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= MAX_COUNT) return count;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_COUNT}.`);
}
