import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([1-9]\d{0,5})([mhd])$/;

/** `30m`, `12h` or `90d` as milliseconds; an argument parser of commander. */
export function parseDuration(text: string): number {
  const [, amount = '', unit = ''] = DURATION.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new InvalidArgumentError('It must read like 30m, 12h or 90d.');
  return Number(amount) * factor;
}
