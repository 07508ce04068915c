import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEachEngine } from './support/describe-each-engine.ts';
import { sampleRegistry } from './support/sample-images.ts';
import { sendRequest } from './support/send-request.ts';
import { startTestApi, type TestApi } from './support/start-test-api.ts';

const push = (tag: string, repository = 'team/app') =>
  JSON.stringify({ events: [{ action: 'push', target: { repository, tag, mediaType: 'x.manifest.v2+json' } }] });

describeEachEngine('events over HTTP', (fixture) => {
  let api: TestApi;
  let id: number;
  let token: string;
  beforeEach(async () => {
    const { store, clock } = fixture;
    api = await startTestApi(store, { now: () => clock.now });
    id = (await store.registries.add(sampleRegistry('team registry'))).id;
    token = (await store.events.createToken(id)) ?? '';
  });
  afterEach(() => api.stop());

  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    sendRequest(api.url, {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/vnd.docker.distribution.events.v1+json', ...headers },
      body,
    });
  const path = '/webhooks/team%20registry';
  const bearer = () => ({ authorization: `Bearer ${token}` });
  const marks = async () => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + 60_000);
    return fixture.store.events.due(id, 100);
  };
  const state = async () => (await fixture.store.events.states()).get(id);

  test('what happened is stored when it is answered, and counted', async () => {
    const { status, text } = await post(path, push('1.0'), bearer());

    expect({ status, text }).toEqual({ status: 202, text: '{"status":"ok","events":1}' });
    expect(await state()).toMatchObject({ accepted: 1, refused: 0, waiting: 1, lastEventAt: fixture.clock.now });
    expect(await marks()).toEqual([
      { repository: 'team/app', marks: [{ tag: '1.0', pushed: true, revision: 1, attempts: 0 }] },
    ]);
  });

  test('the registry may be called by its id, and the token may lie in the address', async () => {
    expect((await post(`/webhooks/${id}`, push('1.0'), bearer())).status).toBe(202);
    expect((await post(`${path}/${token}`, push('2.0'))).status).toBe(202);
  });

  test('a body that GitHub signs needs no other proof', async () => {
    const body = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 });
    const signature = `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;

    expect((await post(path, body, { 'x-hub-signature-256': signature })).status).toBe(202);
    expect((await post(path, `${body} `, { 'x-hub-signature-256': signature })).status).toBe(401);
  });

  test('a wrong token is refused and counted, and marks nothing', async () => {
    const wrong = await post(path, push('1.0'), { authorization: 'Bearer plw_forged' });
    await post(path, push('1.0'));
    await api.stop();

    expect(wrong.status).toBe(401);
    expect(await state()).toMatchObject({ accepted: 0, refused: 2, lastRefusedAt: fixture.clock.now });
    expect(await marks()).toEqual([]);
    api = await startTestApi(fixture.store, { now: () => fixture.clock.now });
  });

  test('an unknown registry, one that takes no events and a wrong token are answered alike', async () => {
    await fixture.store.registries.add(sampleRegistry('silent'));
    const headersOf = ({ headers }: { readonly headers: object }) => Object.keys(headers).toSorted();

    const wrong = await post(path, push('1.0'), { authorization: 'Bearer plw_forged' });
    const unknown = await post('/webhooks/nowhere', push('1.0'), bearer());
    const silent = await post('/webhooks/silent', push('1.0'), bearer());

    for (const each of [unknown, silent])
      expect({ status: each.status, text: each.text, headers: headersOf(each) }).toEqual({
        status: wrong.status,
        text: wrong.text,
        headers: headersOf(wrong),
      });
  });

  test('a new token replaces the one before, and a removed one ends it', async () => {
    const next = await fixture.store.events.createToken(id);

    expect((await post(path, push('1.0'), bearer())).status).toBe(401);
    expect((await post(path, push('1.0'), { authorization: `Bearer ${next}` })).status).toBe(202);
    await fixture.store.events.removeToken(id);
    expect((await post(path, push('1.0'), { authorization: `Bearer ${next}` })).status).toBe(401);
    expect((await state())?.hasToken).toBe(false);
  });

  test('the token is nowhere in the database', async () => {
    expect(token).toMatch(/^plw_[\w-]{43}$/);
    expect(await fixture.store.events.createToken(id + 1)).toBeUndefined();
    expect(JSON.stringify([...(await fixture.store.events.states())])).not.toContain(token);
  });

  test.for([
    ['too large', Buffer.alloc(1024 ** 2 + 1, ' '), 413],
    ['too many', JSON.stringify({ events: Array(1_001).fill({}) }), 413],
    ['no JSON', '{', 400],
    ['of no known form', '{"hello":"world"}', 400],
  ] as const)('a body that is %s is refused, and marks nothing', async ([, body, status]) => {
    expect((await post(path, body, bearer())).status).toBe(status);
    expect(await marks()).toEqual([]);
  });

  test('a replay marks what is marked already, and once it was looked at marks it again', async () => {
    await post(path, push('1.0'), bearer());
    await post(path, push('1.0'), bearer());
    const [look] = await marks();

    expect(look?.marks).toHaveLength(1);
    if (look) await fixture.store.events.settle(id, look);
    expect(await marks()).toEqual([]);
    await post(path, push('1.0'), bearer());
    expect(await marks()).toHaveLength(1);
  });

  test('a tag that changes all the time is waited for longer', async () => {
    const dueAfter = async (milliseconds: number) => {
      fixture.clock.now = new Date(fixture.clock.now.getTime() + milliseconds);
      return fixture.store.events.due(id, 100);
    };
    await post(path, push('1.0'), bearer());
    const [look] = await dueAfter(1_000);
    if (look) await fixture.store.events.settle(id, look);
    await post(path, push('1.0'), bearer());

    expect(look).toBeDefined();
    expect(await dueAfter(4_000)).toEqual([]);
    expect(await dueAfter(1_000)).toHaveLength(1);
  });

  test('an event that comes during a look is looked at again', async () => {
    await post(path, push('1.0'), bearer());
    const [look] = await marks();
    await post(path, push('1.0'), bearer());
    if (look) await fixture.store.events.settle(id, look);

    expect(await marks()).toMatchObject([{ marks: [{ tag: '1.0', revision: 2 }] }]);
  });

  test('a registry that is removed takes its events along', async () => {
    await post(path, push('1.0'), bearer());
    await fixture.store.registries.remove(id);

    expect((await post(path, push('1.0'), bearer())).status).toBe(401);
    expect(await fixture.store.events.dueRegistries(10)).toEqual([]);
  });

  test('5,000 events that come at once are all counted, and each place is marked once', async () => {
    const body = (at: number) =>
      JSON.stringify({
        events: Array.from({ length: 25 }, (_, event) => ({
          action: 'push',
          target: { repository: `team/app-${(at + event) % 7}`, tag: `v${event}` },
        })),
      });

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) => post(path, body(at), { ...bearer(), 'x-number': String(at) })),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await state()).toMatchObject({ accepted: 5_000, waiting: 7 });
    const found = await marks();
    expect(found).toHaveLength(7);
    expect(found.every((each) => each.marks.length === 25)).toBe(true);
  });
});
