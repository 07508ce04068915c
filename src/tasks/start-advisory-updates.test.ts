import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startAdvisoryUpdates } from './start-advisory-updates.ts';

const now = () => new Date('2026-11-25T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now().getTime() - hours * 3_600_000);
const silent = pino({ level: 'silent' });

function start(lastCheckedAt: Date | undefined, update: () => Promise<void> = async () => {}) {
  const asked: number[] = [];
  const updates = startAdvisoryUpdates({
    update: async () => {
      asked.push(asked.length + 1);
      await update();
      return { changed: true, problems: [] };
    },
    lastCheckedAt: async () => lastCheckedAt,
    now,
    log: silent,
  });
  return { updates, asked };
}

test.each([
  ['there are none', undefined, 1],
  ['they are older than half a day', hoursAgo(13), 1],
  ['they are fresh', hoursAgo(2), 0],
])('at start the feeds are asked when %s', async (_, lastCheckedAt, times) => {
  const { updates, asked } = start(lastCheckedAt);

  await updates.started;
  await updates.stop();

  expect(asked).toHaveLength(times);
});

test('a refresh asks however fresh they are', async () => {
  const { updates, asked } = start(hoursAgo(1));
  await updates.started;

  updates.refresh();

  await expect.poll(() => asked).toHaveLength(1);
  await updates.stop();
});

test('what is wanted during an update is asked for after it', async () => {
  const gate = Promise.withResolvers<void>();
  const { updates, asked } = start(undefined, () => gate.promise);
  await expect.poll(() => asked).toHaveLength(1);

  updates.refresh();
  const during = asked.length;
  gate.resolve();

  await expect.poll(() => asked).toHaveLength(2);
  expect(during).toBe(1);
  await updates.stop();
});

test('a feed that cannot be asked ends nothing', async () => {
  const { updates, asked } = start(undefined, () => Promise.reject(new Error('no network')));
  await updates.started;

  updates.refresh();

  await expect.poll(() => asked).toHaveLength(2);
  await updates.stop();
});
