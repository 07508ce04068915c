import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRateLimit } from './create-rate-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const code = { code: 'RequestLimitExceeded' };

test('a call beyond the limit tells its number', async () => {
  const limit = createRateLimit(2);
  await limit('key', 'List');
  await limit('key', 'List');

  await expect(limit('key', 'List')).rejects.toMatchObject({ ...code, message: expect.stringContaining('`3`') });
  await expect(limit('key', 'List')).rejects.toMatchObject({ ...code, message: expect.stringContaining('`4`') });
});

test('each key and each action is counted by itself', async () => {
  const limit = createRateLimit(1);
  await limit('key', 'List');

  await expect(limit('key', 'Detail')).resolves.toBeUndefined();
  await expect(limit('other', 'List')).resolves.toBeUndefined();
  await expect(limit('key', 'List')).rejects.toMatchObject(code);
});

test('refused calls do not prolong the wait: after a second there is a new count', async () => {
  const limit = createRateLimit(1);
  await limit('key', 'List');
  await vi.advanceTimersByTimeAsync(900);
  await expect(limit('key', 'List')).rejects.toMatchObject(code);

  await vi.advanceTimersByTimeAsync(100);

  await expect(limit('key', 'List')).resolves.toBeUndefined();
});

test('zero is no limit', async () => {
  const limit = createRateLimit(0);

  for (let i = 0; i < 1_000; i++) await limit('key', 'List');
});
