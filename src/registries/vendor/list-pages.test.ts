import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { collect } from '../../../test/support/collect.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import type { DistributionLimits } from '../distribution/limits.ts';
import { openSession, type SessionRequest } from '../distribution/open-session.ts';
import { listPages } from './list-pages.ts';

const { signal } = new AbortController();
const Page = z.object({ items: z.array(z.string()), next: z.number().optional() });
type Page = z.infer<typeof Page>;

/** The list of a server that answers page after page as it is told. */
async function listFrom(answer: (page: number) => unknown, limits: Partial<DistributionLimits> = {}) {
  const server = await serveForTest((request, response) => {
    sendJson(response, 200, answer(Number(new URL(request.url ?? '', 'http://api').searchParams.get('page'))));
  });
  const settings = { type: 'x', url: server.url, username: '', password: '', insecure: false, speedLimit: 0 };
  const session = openSession(settings, { allowPrivate: true }, { system: createTestSystem(), limits });
  onTestFinished(() => session.close());
  const page = (number: number): SessionRequest => ({
    method: 'GET',
    url: session.url(`list?page=${number}`),
    scope: '',
    access: { origin: server.url, sign: async () => ({}) },
  });
  const pages = {
    first: page(1),
    schema: Page,
    items: ({ items }: Page) => items,
    next: ({ next }: Page) => (next === undefined ? undefined : page(next)),
  };
  return { items: collect(listPages(session, pages, signal)), server };
}

test('yields what is on all pages, and asks for JSON', async () => {
  const { items, server } = await listFrom((page) => ({
    items: [`item ${page}`],
    next: page < 3 ? page + 1 : undefined,
  }));

  expect(await items).toEqual(['item 1', 'item 2', 'item 3']);
  expect(server.requests.map(({ headers }) => headers.accept)).toEqual(Array(3).fill('application/json'));
});

test('an empty page in the middle does not end the list', async () => {
  const { items } = await listFrom((page) => ({
    items: page === 2 ? ['late'] : [],
    next: page < 3 ? page + 1 : undefined,
  }));

  expect(await items).toEqual(['late']);
});

test('pages that lead in a circle are an error, and no end', async () => {
  const { items, server } = await listFrom((page) => ({ items: ['x'], next: page === 1 ? 2 : 1 }));

  await expect(items).rejects.toMatchObject({ code: 'registry-error' });
  expect(server.requests).toHaveLength(2);
});

test.each<[string, Partial<DistributionLimits>]>([
  ['pages', { pages: 5 }],
  ['entries', { names: 10 }],
  ['bytes', { pageBytes: 20 }],
])('a list without an end ends at so many %s', async (_, limits) => {
  const { items, server } = await listFrom((page) => ({ items: ['a', 'b'], next: page + 1 }), limits);

  await expect(items).rejects.toMatchObject({ code: 'limit-exceeded' });
  expect(server.requests.length).toBeLessThanOrEqual(6);
});

test.each([{ items: 'none' }, [], { items: [1] }, null])('%j is another shape, and no empty list', async (answer) => {
  const { items } = await listFrom(() => answer);

  await expect(items).rejects.toMatchObject({ code: 'registry-error' });
});

test('a page of millions of values is not unpacked', async () => {
  const { items } = await listFrom(() => ({ items: [], more: Array(600_000).fill(0) }));

  await expect(items).rejects.toMatchObject({ code: 'limit-exceeded' });
});
