import { expect, test } from 'vitest';
import { DistributionError } from './distribution-error.ts';
import { retry, waitBefore } from './retry.ts';

const limits = { attempts: 4, waitBudget: 60_000 };
const { signal } = new AbortController();

function failing(retryAfterMs?: number, networkCode?: string) {
  return new DistributionError('rate-limited', 'no', {
    method: 'GET',
    url: 'http://r/',
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(networkCode === undefined ? {} : { networkCode }),
  });
}

async function run(error: Error, failures = Number.POSITIVE_INFINITY) {
  const waits: number[] = [];
  let tries = 0;
  const system = { random: () => 0, sleep: async (ms: number) => void waits.push(ms) };
  const attempt = async () => {
    tries += 1;
    if (tries <= failures) throw error;
    return 'done';
  };
  const outcome = await retry(attempt, limits, system, signal).catch((thrown: unknown) => thrown);
  return { outcome, tries, waits };
}

test('tries again after doubling waits until it works', async () => {
  expect(await run(failing(), 2)).toEqual({ outcome: 'done', tries: 3, waits: [1_000, 2_000] });
});

test('gives up after the last try with the last error', async () => {
  const error = failing();

  expect(await run(error)).toEqual({ outcome: error, tries: 4, waits: [1_000, 2_000, 4_000] });
});

test('waits as long as it is asked to, but never less than a second', async () => {
  expect((await run(failing(5_000), 1)).waits).toEqual([5_000]);
  expect((await run(failing(0.036), 1)).waits).toEqual([1_000]);
});

test('does not start a wait that the budget cannot pay', async () => {
  expect((await run(failing(61_000))).tries).toBe(1);
  expect((await run(failing(25_000))).waits).toEqual([25_000, 25_000]);
});

test.each([
  ['an error of ours', new Error('defect')],
  ['a lasting network error', failing(undefined, 'ECONNREFUSED')],
  ['a refusal', new DistributionError('permission-denied', 'no', { method: 'GET', url: '' })],
])('does not try %s again', async (_, error) => {
  expect(await run(error)).toEqual({ outcome: error, tries: 1, waits: [] });
});

test('jitter only lengthens a wait', () => {
  expect(waitBefore(1, 2_000, 0)).toBe(2_000);
  expect(waitBefore(1, 2_000, 0.999)).toBeGreaterThan(2_400);
  expect(waitBefore(30, undefined, 0)).toBe(30_000);
});

test('a caller whose time ends during a wait learns why it was waiting', async () => {
  const error = failing(5_000);
  const timeIsUp = AbortSignal.abort(new DOMException('over', 'TimeoutError'));
  const system = { random: () => 0, sleep: async () => expect.unreachable() };

  await expect(retry(() => Promise.reject(error), limits, system, timeIsUp)).rejects.toBe(error);
});

test('a caller who cancels during a wait learns just that', async () => {
  const stopped = new AbortController();
  const system = {
    random: () => 0,
    sleep: async () => {
      stopped.abort();
      throw new Error('woken');
    },
  };

  await expect(retry(() => Promise.reject(failing()), limits, system, stopped.signal)).rejects.toMatchObject({
    code: 'canceled',
  });
});
