import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { ExportError } from '../exports/export-error.ts';
import type { ExportFormat, Row } from '../exports/export-format.ts';
import { defineExportTable, type ExportTable } from '../exports/export-table.ts';
import { csv } from '../exports/formats/csv.ts';
import { AppError } from '../model/app-error.ts';
import type { Job, Store } from '../store/store.ts';
import { createExportJobHandler } from './run-export-job.ts';

const idle = new AbortController().signal;
const tiny: ExportFormat = { ...csv, name: 'tiny', mostRows: 2 };

let engine: StoreEngine;
let store: Store;

beforeAll(async () => {
  engine = await sqliteEngine();
});
afterAll(() => engine.stop());
beforeEach(async () => {
  ({ store } = await openTestStore(engine));
});
afterEach(() => store.close());

async function* pagesOf(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (const row of rows) yield [row];
}

/** A table of the given rows. */
const tableOf = (rows: readonly Row[], total = rows.length): ExportTable =>
  defineExportTable({ kind: 'risks', columns: [], open: async () => ({ total, pages: pagesOf(rows) }) });
const failing = (error: Error): ExportTable =>
  defineExportTable({ kind: 'risks', columns: [], open: () => Promise.reject(error) });

async function startExport(format = 'csv'): Promise<Job> {
  await store.exports.create({
    selection: { kind: 'risks', imageId: 1, query: { conditions: [], offset: 0, limit: 1 } },
    columns: [{ name: 'A', header: 'a' }],
    format,
    language: 'en-US',
    createdBy: 'key',
  });
  const job = await store.jobs.claim('w', new Date('2027-01-01'), 1000);
  if (!job) throw new Error('there is no job');
  return job;
}

const run = (table: ExportTable, job: Job, signal = idle) =>
  createExportJobHandler({ store, tables: [table], formats: [csv, tiny], log: pino({ level: 'silent' }) })(job, signal);
const entryOf = (job: Job) => store.exports.get(job.exportId ?? 0);

test('the file is the header as asked for and the rows, in pieces', async () => {
  const job = await startExport();
  const long = 'x'.repeat(400 * 1024);

  expect(await run(tableOf([[long], [long], ['end']]), job)).toEqual({ done: true });

  const entry = await entryOf(job);
  expect(entry).toMatchObject({ status: 'succeeded', progress: 100, rows: 3 });
  const chunks = await Promise.all([0, 1, 2].map((sequence) => store.exports.chunk(job.exportId ?? 0, sequence)));
  expect(chunks.map((chunk) => chunk?.byteLength)).toEqual([512 * 1024, (entry?.bytes ?? 0) - 512 * 1024, undefined]);
  expect(Buffer.concat(chunks.flatMap((chunk) => chunk ?? [])).toString()).toBe(
    `\uFEFFa\r\n${long}\r\n${long}\r\nend\r\n`,
  );
});

test('progress follows the rows and leaves the last percent to the end', async () => {
  const job = await startExport();
  const seen: (number | undefined)[] = [];
  const page = ['x'.repeat(512 * 1024)];
  async function* watched(): AsyncGenerator<readonly Row[]> {
    for (let i = 0; i < 4; i++) {
      seen.push((await entryOf(job))?.progress);
      yield [page];
    }
  }
  const table = defineExportTable({ kind: 'risks', columns: [], open: async () => ({ total: 4, pages: watched() }) });

  await run(table, job);

  expect(seen).toEqual([0, 25, 50, 75]);
});

test('more rows than a format holds are refused before any is read', async () => {
  const job = await startExport('tiny');

  await run(tableOf([], 3), job);

  expect(await entryOf(job)).toMatchObject({
    status: 'failed',
    bytes: 0,
    failure: { cause: 'too-many-rows', detail: '3 > 2 (tiny)' },
  });
});

test('a reason that is known ends the export at once, with its detail', async () => {
  const job = await startExport();

  expect(await run(failing(new ExportError('findings-unknown', 'v1, malware: NOT_SCAN')), job)).toEqual({
    done: true,
    failed: true,
  });

  expect(await entryOf(job)).toMatchObject({
    status: 'failed',
    failure: { cause: 'findings-unknown', detail: 'v1, malware: NOT_SCAN' },
  });
});

test('an error that nobody foresaw is tried again twice, then it is an internal error without its text', async () => {
  const job = await startExport();
  const table = failing(new Error('password=secret'));

  await expect(run(table, { ...job, attempt: 1 })).rejects.toThrow('secret');
  await expect(run(table, { ...job, attempt: 2 })).rejects.toThrow('secret');
  expect(await entryOf(job)).toMatchObject({ status: 'running' });
  expect(await run(table, { ...job, attempt: 3 })).toEqual({ done: true, failed: true });

  expect(await entryOf(job)).toMatchObject({ status: 'failed', failure: { cause: 'internal-error', detail: '' } });
});

test('a job that is lost or stopped leaves the export to whoever has it next', async () => {
  const job = await startExport();
  const stopping = new AbortController();
  async function* endless(): AsyncGenerator<readonly Row[]> {
    for (let i = 0; ; i++) {
      if (i === 3) stopping.abort(new AppError('canceled', 'the server is stopping'));
      yield [['x']];
    }
  }
  const table = defineExportTable({ kind: 'risks', columns: [], open: async () => ({ total: 9, pages: endless() }) });

  await expect(run(table, job, stopping.signal)).rejects.toThrow('the server is stopping');
  expect(await entryOf(job)).toMatchObject({ status: 'running' });
  await run(tableOf([['a']]), job);

  expect(await entryOf(job)).toMatchObject({ status: 'succeeded', rows: 1 });
});

test('an export that was stopped meanwhile stays stopped, and its rows are read no further', async () => {
  const job = await startExport();
  let read = 0;
  async function* pages(): AsyncGenerator<readonly Row[]> {
    for (; read < 100; read++) {
      if (read === 2) await store.exports.end(job.exportId ?? 0, { cause: 'canceled', detail: '' });
      yield [['x'.repeat(512 * 1024)]];
    }
  }
  const table = defineExportTable({ kind: 'risks', columns: [], open: async () => ({ total: 100, pages: pages() }) });

  expect(await run(table, job)).toEqual({ done: true });

  expect(read).toBeLessThan(5);
  expect(await entryOf(job)).toMatchObject({ status: 'failed', failure: { cause: 'canceled' } });
});

test('a job without an export, or of one that has ended, is done', async () => {
  const job = await startExport();
  await store.exports.end(job.exportId ?? 0, { cause: 'canceled', detail: '' });
  const never = failing(new Error('nobody should read'));

  expect(await run(never, job)).toEqual({ done: true });
  expect(await run(never, { id: 1, kind: 'export', attempt: 1 })).toEqual({ done: true });
});

test('a format or a kind that this version does not know is an internal error that names it', async () => {
  const job = await startExport('pdf');

  await run(tableOf([]), job);

  expect(await entryOf(job)).toMatchObject({ failure: { cause: 'internal-error', detail: 'no risks as pdf' } });
});
