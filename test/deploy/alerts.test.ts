import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { hasPromtool, promtool } from '../support/promtool.ts';

if (!hasPromtool()) console.warn('SKIPPED: what promtool says of the alerts; missing: promtool');

const RULES = 'deploy/prometheus/alerts.yaml';
const CASES = 'test/deploy/alerts.yaml';

const read = <T>(path: string) => load(readFileSync(path, 'utf8')) as T;
const alerts = read<{ groups: { rules: { alert: string }[] }[] }>(RULES).groups.flatMap(({ rules }) =>
  rules.map(({ alert }) => alert),
);

test('every alert has a case, and says in the guide what to do', () => {
  const { tests } = read<{ tests: { name: string }[] }>(CASES);
  const guide = readFileSync('docs/guides/monitoring.md', 'utf8');
  const explained = [...guide.matchAll(/^\| (Plimsoll\w+) \|/gm)].map(([, name]) => name);

  expect(alerts.length).toBeGreaterThan(20);
  expect(tests.map(({ name }) => name)).toEqual([...alerts, 'calm hours']);
  expect(explained).toEqual(alerts);
});

test.skipIf(!hasPromtool())('promtool reads the alerts', () => {
  const { status, output } = promtool(['check', 'rules', RULES]);

  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(`${alerts.length} rules found`) });
});

test.skipIf(!hasPromtool())('each fires in its case and not before, and none does in calm hours', () => {
  const { status, output } = promtool(['test', 'rules', CASES]);

  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
});
