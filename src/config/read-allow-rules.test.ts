import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAllowRules } from './read-allow-rules.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-allow-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(text: string): Promise<string> {
  const path = join(folder, 'allow.json');
  await writeFile(path, text);
  return path;
}

test('rules are read without their reasons; none without a file', async () => {
  const path = await fileOf(
    '[{"path":"srv/test/**","reason":"made up"},{"rule":"json-web-token","value":"0123456789abcdef"}]',
  );

  expect(await readAllowRules(path)).toEqual([
    { path: 'srv/test/**' },
    { rule: 'json-web-token', value: '0123456789abcdef' },
  ]);
  expect(await readAllowRules(undefined)).toEqual([]);
});

test.each([
  ['{', /is not JSON/],
  ['{}', /has a wrong rule/],
  ['[{}]', /rule 1: names neither rule nor path nor value/],
  ['[{"path":"a"},{"value":"xyz"}]', /rule 2, value: is the fingerprint/],
  ['[{"pth":"a"}]', /rule 1.*pth/],
])('%s is refused, with what is wrong and where', async (text, message) => {
  const path = await fileOf(text);

  await expect(readAllowRules(path)).rejects.toThrow(message);
  await expect(readAllowRules(path)).rejects.toThrow(path);
});

test('a file that is not there is no empty one', async () => {
  await expect(readAllowRules(join(folder, 'none.json'))).rejects.toThrow(/cannot be read/);
});
