import { readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';

let plimsoll: TestPlimsoll | undefined;
afterEach(async () => {
  await plimsoll?.stop();
  plimsoll = undefined;
});

const metricNames = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');

test('a server says that it lives, that it is ready, and how it fares; every metric is documented, and the dashboard asks for no other', async () => {
  plimsoll = await startTestPlimsoll({ PLIMSOLL_ADVISORIES_URL: 'file:///nonexistent' });
  const get = async (path: string) => {
    const answer = await fetch(new URL(path, plimsoll?.url));
    return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
  };

  expect(await get('/healthz')).toMatchObject({ status: 200 });
  expect(await get('/readyz')).toMatchObject({ status: 200 });
  const { text, type } = await get('/metrics');

  expect(type).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
  expect(text).toMatch(/^plimsoll_database_up 1$/m);
  expect(text).toMatch(/^plimsoll_jobs\{kind="scan",state="waiting"\} 0$/m);
  const ours = metricNames(text).filter((name) => name.startsWith('plimsoll_'));
  const reference = await readFile('docs/reference/metrics.md', 'utf8');
  expect(ours.filter((name) => !reference.includes(`\`${name}\``))).toEqual([]);
  const dashboard = await readFile('deploy/grafana/plimsoll.json', 'utf8');
  const asked = [...dashboard.matchAll(/\b(plimsoll_[a-z_]+?)(?:_bucket|_count|_sum)?\b/g)].map(
    ([, name]) => name ?? '',
  );
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((name) => !ours.includes(name))).toEqual([]);
});
