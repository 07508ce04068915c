import { InvalidArgumentError } from 'commander';
import { parseTimeSpan } from '../config/parse-time-span.ts';

/** `30m`, `12h` or `90d` as milliseconds; an argument parser of commander. */
export function parseDuration(text: string): number {
  const milliseconds = parseTimeSpan(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('It must read like 30m, 12h or 90d.');
  return milliseconds;
}
