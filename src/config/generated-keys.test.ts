import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adminKeyPath, ensureAdminKey, findAdminKey } from './admin-key.ts';
import { loadMasterKey } from './master-key.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const unset = { masterKey: undefined, masterKeyFile: undefined, secretId: undefined, secretKey: undefined };

test('the master key is made once, 32 bytes, and readable by its owner only', async () => {
  const first = await loadMasterKey({ ...unset, dataDir });
  const second = await loadMasterKey({ ...unset, dataDir });

  expect(first).toHaveLength(32);
  expect(second).toEqual(first);
  expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
});

test('ten processes that start at once agree on one key and leave nothing behind', async () => {
  const fresh = join(dataDir, 'not', 'there');

  const keys = await Promise.all(Array.from({ length: 10 }, () => ensureAdminKey({ ...unset, dataDir: fresh })));

  expect(new Set(keys.map((key) => key.secretKey)).size).toBe(1);
  expect(keys.filter((key) => key.created)).toHaveLength(1);
  expect(readdirSync(fresh)).toEqual(['admin-key.json']);
});

test('a master key file that is missing or wrong is named', async () => {
  const masterKeyFile = join(dataDir, 'mine.key');

  await expect(loadMasterKey({ ...unset, dataDir, masterKeyFile })).rejects.toThrow(`${masterKeyFile} does not exist`);

  writeFileSync(masterKeyFile, 'short');
  await expect(loadMasterKey({ ...unset, dataDir, masterKeyFile })).rejects.toThrow('write 32 bytes as base64');
});

test('the admin key of the environment wins over the generated one', async () => {
  const generated = await ensureAdminKey({ ...unset, dataDir });
  const given = { secretId: 'AKID-given', secretKey: 'a-secret-of-some-length' };

  expect(await findAdminKey({ ...unset, dataDir })).toMatchObject({ secretId: generated.secretId });
  expect(await ensureAdminKey({ ...given, dataDir })).toEqual({ ...given, created: false });
  expect(statSync(adminKeyPath(dataDir)).mode & 0o777).toBe(0o600);
});

test('a damaged admin key file says how to mend it and does not repeat its content', async () => {
  writeFileSync(adminKeyPath(dataDir), '{"secretId":"hunter2');

  await expect(findAdminKey({ ...unset, dataDir })).rejects.toThrow('Remove it and start the server again');
  await expect(findAdminKey({ ...unset, dataDir })).rejects.not.toThrow('hunter2');
});
