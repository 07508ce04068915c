import { errors } from './protocol/errors.ts';

const TIME = /^([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/;
const MAX_PERIOD_DAYS = 366;

/** `HH:MM`; seconds are taken and left out. @throws ApiError InvalidParameterValue */
export function toTimeOfDay(name: string, text: string): string {
  if (TIME.test(text)) return text.slice(0, 5);
  throw errors.invalidValue(name, text, 'it must read HH:MM', '格式应为 HH:MM');
}

/** Days from one run to the next. @throws ApiError InvalidParameterValue */
export function toPeriodDays(days: number): number {
  if (days >= 1 && days <= MAX_PERIOD_DAYS) return days;
  const why = `it must be 1 to ${MAX_PERIOD_DAYS} days`;
  throw errors.invalidValue('ScanPeriod', String(days), why, `应为 1 到 ${MAX_PERIOD_DAYS} 天`);
}
