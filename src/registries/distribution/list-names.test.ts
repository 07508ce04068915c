import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import { tagNames } from '../../../test/support/tag-names.ts';

const { signal } = new AbortController();

type Page = (query: URLSearchParams, response: ServerResponse, url: URL) => void;

async function catalog(page: Page, limits = {}) {
  const server = await serveForTest((request, response) => {
    const url = new URL(request.url ?? '', server.url);
    page(url.searchParams, response, url);
  });
  const client = openTestClient(server.url, { limits: { pageSize: 2, ...limits } });
  return { names: () => collect(client.repositories(signal)), server };
}

describe('pages are followed', () => {
  test.each<[string, (base: string) => string]>([
    ['relative', () => '</v2/_catalog?last=team%2Fb&n=2>; rel="next"'],
    ['query only', () => '<?last=team%2Fb&n=2>; rel="next"'],
    ['absolute', (base) => `<${base}/v2/_catalog?last=team%2Fb&n=2>; rel="next"`],
    [
      'absolute with the scheme of another proxy',
      (base) => `<${base.replace('http:', 'https:')}/v2/_catalog?last=team%2Fb>; rel=next`,
    ],
  ])('by a link that is %s', async (_, link) => {
    const { names, server } = await catalog((query, response, url) => {
      if (query.has('last')) sendJson(response, 200, { repositories: [query.get('last'), 'c'] });
      else sendJson(response, 200, { repositories: ['a', 'team/b'] }, { link: link(url.origin) });
    });

    expect(await names()).toEqual(['a', 'team/b', 'c']);
    expect(server.requests[1]?.url).toMatch(/^\/v2\/_catalog\?last=team%2Fb/);
  });

  test('also when a registry under a path forgets the path', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url === '/prefix/v2/_catalog?n=500')
        sendJson(response, 200, { repositories: ['a'] }, { link: '</v2/_catalog?last=a>; rel="next"' });
      else if (request.url === '/prefix/v2/_catalog?last=a') sendJson(response, 200, { repositories: ['b'] });
      else sendJson(response, 404, {});
    });

    expect(await collect(openTestClient(`${server.url}/prefix/`).repositories(signal))).toEqual(['a', 'b']);
  });

  test('over an empty page in the middle', async () => {
    const { names } = await catalog((query, response) => {
      const last = query.get('last');
      if (last === null) sendJson(response, 200, { repositories: ['a'] }, { link: '<?last=1>; rel="next"' });
      else if (last === '1') sendJson(response, 200, { repositories: null }, { link: '<?last=2>; rel="next"' });
      else sendJson(response, 200, { repositories: ['b'] });
    });

    expect(await names()).toEqual(['a', 'b']);
  });

  test('by the last name when a full page comes without a link', async () => {
    const { names } = await catalog((query, response) => {
      sendJson(response, 200, { repositories: query.get('last') === 'b' ? ['c'] : ['a', 'b'] });
    });

    expect(await names()).toEqual(['a', 'b', 'c']);
  });
});

describe('a page without a link that may be cut', () => {
  test('a round number of names is followed by a look for more', async () => {
    const all = Array.from({ length: 120 }, (_, index) => `name-${String(index).padStart(3, '0')}`);
    const { names, server } = await catalog(
      (query, response) => {
        const last = query.get('last') ?? '';
        sendJson(response, 200, { repositories: all.filter((name) => name > last).slice(0, 50) });
      },
      { pageSize: 500 },
    );

    expect(await names()).toEqual(all);
    expect(server.requests).toHaveLength(3);
  });

  test('any other number is the end', async () => {
    const { names, server } = await catalog((_, response) => sendJson(response, 200, { repositories: ['a'] }), {
      pageSize: 500,
    });

    expect(await names()).toEqual(['a']);
    expect(server.requests).toHaveLength(1);
  });
});

describe('pages end', () => {
  test('when a server ignores n and last', async () => {
    const { names, server } = await catalog((_, response) =>
      sendJson(response, 200, { repositories: ['c', 'a', 'b'] }),
    );

    expect(await names()).toEqual(['c', 'a', 'b']);
    expect(server.requests).toHaveLength(1);
  });

  test('when a page repeats', async () => {
    let calls = 0;
    const { names, server } = await catalog((_, response) => {
      calls += 1;
      sendJson(response, 200, { repositories: ['a', 'b'] }, { link: `<?last=${calls}>; rel="next"` });
    });

    expect(await names()).toEqual(['a', 'b']);
    expect(server.requests).toHaveLength(2);
  });

  test('when a link leads back', async () => {
    const { names, server } = await catalog((_, response) => {
      sendJson(response, 200, { repositories: [] }, { link: '<?n=2>; rel="next"' });
    });

    expect(await names()).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['pages', { pages: 3 }],
    ['names', { names: 5 }],
  ])('with limit-exceeded when there are too many %s', async (_, limits) => {
    let calls = 0;
    const { names } = await catalog((_query, response) => {
      calls += 1;
      sendJson(response, 200, { repositories: [`a${calls}`, `b${calls}`] }, { link: `<?last=${calls}>; rel="next"` });
    }, limits);

    await expect(names()).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  test('with limit-exceeded when the names are too long in all', async () => {
    let calls = 0;
    const { names } = await catalog(
      (_query, response) => {
        calls += 1;
        const name = `${calls}`.padEnd(600, 'x');
        sendJson(response, 200, { repositories: [name] }, { link: `<?last=${calls}>; rel="next"` });
      },
      { nameCharacters: 1_000 },
    );

    await expect(names()).rejects.toMatchObject({ code: 'limit-exceeded' });
    expect(calls).toBe(2);
  });

  test.each([
    [1_000_000, 'registry-error'],
    [3_000_000, 'limit-exceeded'],
  ])('at once when a page holds %d values other than names', async (count, code) => {
    const { names } = await catalog(
      (_, response) => void response.writeHead(200).end(`{"repositories":[${'0,'.repeat(count)}0]}`),
    );

    await expect(names()).rejects.toMatchObject({ code, message: expect.stringMatching(/^.{1,400}$/s) });
  });

  test('with limit-exceeded when a page is too large', async () => {
    const { names } = await catalog((_, response) => sendJson(response, 200, { repositories: ['a'.repeat(2_000)] }), {
      pageBytes: 1_000,
    });

    await expect(names()).rejects.toMatchObject({ code: 'limit-exceeded' });
  });
});

test.each(['PAGINATION_NUMBER_INVALID', 'BAD_REQUEST'])(
  'a page size that is refused as %s is left to the registry',
  async (code) => {
    const { names } = await catalog((query, response) => {
      if (query.get('n') === '2') sendJson(response, 400, { errors: [{ code, message: '' }] });
      else if (query.has('last')) sendJson(response, 200, { repositories: ['b'] });
      else sendJson(response, 200, { repositories: ['a'] }, { link: '</v2/_catalog?last=a&n=1>; rel="next"' });
    });

    expect(await names()).toEqual(['a', 'b']);
  },
);

test('a 400 that has another reason is told', async () => {
  const { names, server } = await catalog((_, response) => sendJson(response, 400, { errors: [{ code: 'NO' }] }));

  await expect(names()).rejects.toMatchObject({ code: 'registry-error', status: 400 });
  expect(server.requests).toHaveLength(2);
});

test('a list that continues on another host is refused, and the other host is not asked', async () => {
  const { names } = await catalog((_, response) => {
    sendJson(response, 200, { repositories: ['a'] }, { link: '<http://localhost:9/v2/_catalog?last=a>; rel="next"' });
  });

  await expect(names()).rejects.toMatchObject({ code: 'registry-error' });
});

test.each<[string, string, string, string]>([
  ['HTML', 'text/html; charset=utf-8', '<html>log in</html>', 'not-a-registry'],
  ['no JSON', 'application/json', 'hello', 'not-a-registry'],
  ['JSON of another shape', 'application/json', '{"repositories":"all"}', 'registry-error'],
])('%s is not taken for an empty list', async (_, type, body, code) => {
  const { names } = await catalog(
    (_query, response) => void response.writeHead(200, { 'content-type': type }).end(body),
  );

  await expect(names()).rejects.toMatchObject({ code });
});

describe('tags', () => {
  const tagsOf = async (status: number, body: unknown, repository = 'app') => {
    const server = await serveForTest((_, response) => sendJson(response, status, body));
    return tagNames(openTestClient(server.url), repository, signal);
  };

  test('null is none', async () => {
    expect(await tagsOf(200, { name: 'app', tags: null })).toEqual([]);
  });

  test('an unknown repository has none', async () => {
    expect(await tagsOf(404, { errors: [{ code: 'NAME_UNKNOWN', message: '' }] })).toEqual([]);
  });

  test('a repository that disappears between two pages has not lost the rest of its tags', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url?.includes('last=')) sendJson(response, 404, { errors: [{ code: 'NAME_UNKNOWN', message: '' }] });
      else sendJson(response, 200, { tags: ['a'] }, { link: '<?last=a>; rel="next"' });
    });

    await expect(tagNames(openTestClient(server.url), 'app', signal)).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });

  test('any other 404 proves nothing', async () => {
    await expect(tagsOf(404, {})).rejects.toMatchObject({ code: 'image-not-found' });
  });

  test.each(['../_catalog', 'a//b', 'a?b', 'a%2fb', '', 'a/./b', 'a b'])(
    'the repository name %j is not asked for',
    async (repository) => {
      await expect(tagsOf(200, { tags: ['x'] }, repository)).rejects.toMatchObject({ code: 'registry-error' });
    },
  );
});

test('a registry without a catalog says so to every caller', async () => {
  const server = await serveForTest((_, response) => sendJson(response, 404, {}));

  await expect(collect(openTestClient(server.url).repositories(signal))).rejects.toMatchObject({
    code: 'registry-error',
    status: 404,
    message: expect.stringContaining('no catalog'),
  });
});
