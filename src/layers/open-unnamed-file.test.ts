import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openUnnamedFile } from './open-unnamed-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'unnamed-'));
beforeAll(() => void vi.stubEnv('TMPDIR', folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('what is written can be read again, nobody else may, and there is nothing to remove', async () => {
  const file = await openUnnamedFile();
  await file.writeFile('content');

  const { buffer } = await file.read(Buffer.alloc(7), 0, 7, 0);

  expect(buffer.toString()).toBe('content');
  expect((await file.stat()).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual([]);
  await file.close();
});
