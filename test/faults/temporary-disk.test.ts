import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { layer } from '../../demo/build-layer.ts';
import { openTarFile } from '../../src/layers/archive-files.ts';
import { mountSmallDisk, type SmallDisk } from '../support/mount-small-disk.ts';

const MiB = 1024 ** 2;
const LIMIT = 4 * MiB;
const signal = new AbortController().signal;
let work: string;
/** Of exactly the limit: a byte beyond it would fail for want of room, and not for the limit. */
let disk: SmallDisk | undefined;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'temporary-'));
  disk = await mountSmallDisk(LIMIT);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await disk?.unmount();
  rmSync(work, { recursive: true });
});

function archiveOf(megabytes: number): string {
  const path = join(work, `${megabytes}.tar.gz`);
  const { bytes } = layer()
    .file('noise', randomBytes(megabytes * MiB))
    .tar();
  writeFileSync(path, gzipSync(bytes, { level: 1 }));
  return path;
}

async function isEmpty({ folder }: SmallDisk): Promise<boolean> {
  const { blocks, bfree } = await statfs(folder);
  return blocks === bfree && readdirSync(folder).length === 0;
}

test('the temporary file never takes a byte more than allowed, and nothing once it is closed', async (context) => {
  if (!disk) return context.skip('no small disk can be mounted');
  vi.stubEnv('TMPDIR', disk.folder);

  const large = archiveOf(6);
  await expect(openTarFile(large, signal, LIMIT)).rejects.toMatchObject({
    code: 'limit-exceeded',
    message: expect.stringContaining('PLIMSOLL_MAX_TEMPORARY_BYTES'),
  });
  expect(await isEmpty(disk)).toBe(true);

  // That it is this disk that is written to: with a higher limit it is full.
  await expect(openTarFile(large, signal, 2 * LIMIT)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await isEmpty(disk)).toBe(true);

  const fitting = await openTarFile(archiveOf(3), signal, LIMIT);
  expect((await fitting.find('noise'))?.size).toBe(3 * MiB);
  expect(await isEmpty(disk)).toBe(false);
  expect(readdirSync(disk.folder)).toEqual([]);
  await fitting.close();
  expect(await isEmpty(disk)).toBe(true);
});
