import { InvalidArgumentError } from 'commander';

/** The value of `--speed-limit`. @throws InvalidArgumentError */
export function requestsPerSecond(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('Write a whole number, 0 for no limit.');
  return value;
}
