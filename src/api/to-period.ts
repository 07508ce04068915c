import { errors } from './protocol/errors.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})?$/;

/**
 * StartTime and EndTime: a date, `YYYY-MM-DD HH:MM:SS`, or RFC 3339; without an offset they are UTC. A date as the end means the whole of
 * its day. @throws ApiError InvalidParameterValue
 */
export function toPeriod(start: string, end: string): { readonly from: Date; readonly until: Date } {
  const from = toTime('StartTime', start, '00:00:00.000');
  const until = toTime('EndTime', end, '23:59:59.999');
  if (from <= until) return { from, until };
  throw errors.invalidValue('EndTime', end, 'it must not be before StartTime', '不得早于 StartTime');
}

function toTime(name: string, text: string, timeOfDay: string): Date {
  const [, date, time, offset = 'Z'] = DATE_TIME.exec(text) ?? [];
  const spelled = DATE.test(text) ? `${text}T${timeOfDay}Z` : `${date}T${time}${offset}`;
  const parsed = new Date(spelled);
  if (!Number.isNaN(parsed.getTime())) return parsed;
  throw errors.invalidValue(name, text, 'it must read YYYY-MM-DD HH:MM:SS', '格式应为 YYYY-MM-DD HH:MM:SS');
}
