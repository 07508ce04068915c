import { describe, expect, test } from 'vitest';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import { createFailureJudge } from './create-failure-judge.ts';

const { signal } = new AbortController();

function judgeWith(ping: () => Promise<void>, stop = signal) {
  let pings = 0;
  const judge = createFailureJudge(
    {
      ping: () => {
        pings += 1;
        return ping();
      },
    },
    stop,
  );
  return { ...judge, pings: () => pings };
}
const fine = async () => {};
const down = async () => {
  throw new AppError('connection-failed', 'down');
};
const failure = (code: Cause, retryable = false) => new AppError(code, 'no', { retryable });

test.each<[Cause, number]>([
  ['permission-denied', 0],
  ['image-not-found', 0],
  ['blob-corrupt', 0],
  ['limit-exceeded', 0],
  ['registry-error', 0],
  ['connection-failed', 1],
  ['authentication-failed', 1],
  ['certificate-invalid', 1],
  ['not-a-registry', 1],
  ['address-forbidden', 1],
])('%s while the registry answers concerns one place', async (code, pings) => {
  const judge = judgeWith(fine);

  await judge.judge(failure(code));

  expect(judge.pings()).toBe(pings);
});

test.each<[string, unknown, () => Promise<void>]>([
  ['a limit', failure('rate-limited', true), fine],
  ['cancellation', failure('canceled'), fine],
  ['a defect of ours', new TypeError('oops'), fine],
  ['a full disk', Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }), fine],
  ['a cut connection while the registry is down', failure('connection-failed', true), down],
  ['a refused sign-in while the registry refuses it everywhere', failure('authentication-failed'), down],
])('%s concerns everything', async (_, error, ping) => {
  await expect(judgeWith(ping).judge(error)).rejects.toBe(error);
});

test('nothing goes on when it was told to stop', async () => {
  const error = failure('image-not-found');

  await expect(judgeWith(fine, AbortSignal.abort()).judge(error)).rejects.toBe(error);
});

describe('a row of faults of the server', () => {
  const fault = failure('registry-error', true);

  test('ends the walk when it is long', async () => {
    const judge = judgeWith(fine);
    for (let index = 1; index < 25; index += 1) await judge.judge(fault);

    await expect(judge.judge(fault)).rejects.toBe(fault);
  });

  test('is over when something can be read', async () => {
    const judge = judgeWith(fine);

    for (let index = 0; index < 100; index += 1) {
      await judge.judge(fault);
      judge.succeeded();
    }

    expect(() => judge.finish()).not.toThrow();
  });

  test('is not made of refusals, however many', async () => {
    const judge = judgeWith(fine);

    for (let index = 0; index < 100; index += 1) await judge.judge(failure('permission-denied'));

    judge.succeeded();
    expect(() => judge.finish()).not.toThrow();
  });
});

describe('a walk that could read nothing at all', () => {
  test.each([
    ['faults of the server', failure('registry-error', true)],
    ['refusals', failure('permission-denied')],
    ['refused sign-ins', failure('authentication-failed')],
  ])('fails for %s', async (_, error) => {
    const judge = judgeWith(fine);
    await judge.judge(error);

    expect(() => judge.finish()).toThrow(error);
  });

  test('does not fail for content that is broken', async () => {
    const judge = judgeWith(fine);
    await judge.judge(failure('blob-corrupt'));

    expect(() => judge.finish()).not.toThrow();
  });
});
