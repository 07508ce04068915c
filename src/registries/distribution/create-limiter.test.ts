import { expect, test } from 'vitest';
import { createLimiter, createPacer } from './create-limiter.ts';

const { signal } = new AbortController();

test('hands out its places in order and never more than it has', async () => {
  const limiter = createLimiter(2);
  const order: string[] = [];
  const first = await limiter.acquire(signal);
  const second = await limiter.acquire(signal);
  const third = limiter.acquire(signal).then((release) => {
    order.push('third');
    return release;
  });
  const fourth = limiter.acquire(signal).then((release) => {
    order.push('fourth');
    return release;
  });

  await Promise.resolve();
  expect(order).toEqual([]);
  first();
  first();
  (await third)();
  (await fourth)();
  second();
  expect(order).toEqual(['third', 'fourth']);
});

test('one that gives up waiting costs no place', async () => {
  const limiter = createLimiter(1);
  const release = await limiter.acquire(signal);
  const impatient = new AbortController();
  const waiting = limiter.acquire(impatient.signal);

  impatient.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
  release();
  await limiter.acquire(signal);
});

test('a pace of four a second leaves 250 ms between calls', async () => {
  let now = 0;
  const starts: number[] = [];
  const pacer = createPacer(4, {
    elapsed: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  });
  for (let call = 0; call < 4; call += 1) {
    await pacer.wait(signal);
    starts.push(now);
  }

  expect(starts).toEqual([0, 250, 500, 750]);
});

test('no pace means no waiting', async () => {
  const pacer = createPacer(0, { elapsed: () => 0, sleep: async () => expect.unreachable() });

  await pacer.wait(signal);
  await pacer.wait(signal);
});

test('a hold makes everybody wait for its end, with a pace and without', async () => {
  for (const perSecond of [0, 4]) {
    let now = 0;
    const pacer = createPacer(perSecond, {
      elapsed: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    });
    await pacer.wait(signal);

    pacer.hold(5_000);
    pacer.hold(1_000);
    await pacer.wait(signal);

    expect(now).toBe(5_000);
  }
});
