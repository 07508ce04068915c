import type { Allowance } from '../model/registry-budget.ts';

const ALLOWANCE = /^(\d{1,15}) ?(B|KiB|MiB|GiB|TiB)?\/(\d{1,6})?(s|m|h|d)$/i;
const byteUnits = ['b', 'kib', 'mib', 'gib', 'tib'];
const windowUnits: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_WINDOW_MS = 366 * 86_400_000;

/** `5000/6h`, `20GiB/1d`, `100/m`; undefined when it is nothing of the kind. A unit of bytes is for `bytes` alone. */
export function parseAllowance(text: string, of: 'requests' | 'bytes'): Allowance | undefined {
  const [, digits, byteUnit, count = '1', windowUnit = ''] = ALLOWANCE.exec(text.trim()) ?? [];
  if (digits === undefined || (byteUnit !== undefined && of === 'requests')) return undefined;
  const amount = Number(digits) * 1024 ** byteUnits.indexOf((byteUnit ?? 'B').toLowerCase());
  const windowMs = Number(count) * (windowUnits[windowUnit.toLowerCase()] ?? 0);
  const sensible = Number.isSafeInteger(amount) && amount >= 1 && windowMs >= 1_000 && windowMs <= LONGEST_WINDOW_MS;
  return sensible ? { amount, windowMs } : undefined;
}

/** How to write one. */
export const allowanceExample = { requests: '5000/6h', bytes: '20GiB/1d' } as const;
