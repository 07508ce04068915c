import { expect, test } from 'vitest';
import { AppError } from '../../model/app-error.ts';
import type { SignContext } from '../distribution/api-access.ts';
import { type ApiTokenSource, tokenAccess } from './token-access.ts';

const { signal } = new AbortController();
const request = { method: 'GET', url: new URL('https://api.example.com/x'), headers: {} } as const;
const ask = () => expect.unreachable();
const at = (now: number, refused?: SignContext['refused']): SignContext => ({
  now,
  ask,
  ...(refused ? { refused } : {}),
});

/** Tokens numbered from 1. */
function numbered(lifetime?: number) {
  let fetched = 0;
  const source: ApiTokenSource = async ({ now }) => {
    fetched += 1;
    return { value: `token-${fetched}`, ...(lifetime === undefined ? {} : { usableUntil: now + lifetime }) };
  };
  return { access: tokenAccess('https://api.example.com', source), fetched: () => fetched };
}

test('one token is fetched for all requests', async () => {
  const { access, fetched } = numbered();

  const sent = await Promise.all([1, 2, 3].map(() => access.sign(request, at(0), signal)));

  expect(sent).toEqual(Array(3).fill({ authorization: 'Bearer token-1' }));
  expect(fetched()).toBe(1);
});

test('one that is refused or over is fetched anew, once', async () => {
  const { access } = numbered(1_000);
  const first = await access.sign(request, at(0), signal);

  const renewed = await Promise.all([1, 2].map(() => access.sign(request, at(1, first), signal)));
  expect(renewed).toEqual(Array(2).fill({ authorization: 'Bearer token-2' }));
  expect(await access.sign(request, at(2, first), signal)).toEqual({ authorization: 'Bearer token-2' });
  expect(await access.sign(request, at(1_001), signal)).toEqual({ authorization: 'Bearer token-3' });
});

test('who gives up takes nobody along', async () => {
  const stopped = new AbortController();
  let calls = 0;
  const access = tokenAccess('https://api.example.com', async (_, own) => {
    calls += 1;
    if (calls > 1) return { value: 'late' };
    await new Promise((resolve) => own.addEventListener('abort', resolve));
    throw new AppError('canceled', 'stopped');
  });

  const first = access.sign(request, at(0), stopped.signal);
  const second = access.sign(request, at(0), signal);
  stopped.abort();

  await expect(first).rejects.toMatchObject({ code: 'canceled' });
  expect(await second).toEqual({ authorization: 'Bearer late' });
});

test('after a failure the next request tries again', async () => {
  let calls = 0;
  const access = tokenAccess('https://api.example.com', async () => {
    calls += 1;
    if (calls === 1) throw new AppError('connection-failed', 'down');
    return { value: 'token' };
  });

  await expect(access.sign(request, at(0), signal)).rejects.toMatchObject({ code: 'connection-failed' });
  expect(await access.sign(request, at(0), signal)).toEqual({ authorization: 'Bearer token' });
});
