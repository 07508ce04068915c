const TIME_SPAN = /^([1-9]\d{0,5})([mhd])$/i;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15m`, `6h` or `90d` in milliseconds; undefined when it is nothing of the kind. */
export function parseTimeSpan(text: string): number | undefined {
  const [, amount, unit = ''] = TIME_SPAN.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
}
