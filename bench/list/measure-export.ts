import { pino } from 'pino';
import { exportTables } from '../../src/api/export-tables/index.ts';
import { exportFormats } from '../../src/exports/formats/index.ts';
import { createExportJobHandler } from '../../src/tasks/run-export-job.ts';
import { ask, callWhile, timed } from './measure-queries.ts';
import type { OpenEstate } from './open-estate.ts';
import { standardQueries } from './standard-queries.ts';
import type { Writer } from './write-steadily.ts';

/** The list as CSV, from the question to the last byte of the download. */
export interface MeasuredExport {
  readonly rows: number;
  readonly bytes: number;
  readonly milliseconds: number;
  /** Of the first page meanwhile, to sixteen callers. */
  readonly firstPages: readonly number[];
}

const LIST_EXPORT = 'DescribeAssetImageRegistryListExport';
/** A million take a quarter of an hour beside sixteen callers. */
const MOST_ROWS = Number(process.env.PLIMSOLL_BENCH_EXPORT ?? 30_000);
const [firstPage] = standardQueries;

/** Beside sixteen callers and the writer. The job is done here at once: the small export would wait for it as long as the large one. */
export async function measureExport(at: OpenEstate, writer: Writer): Promise<MeasuredExport> {
  writer.turnTo(at);
  try {
    const exporting = timed(() => exportAll(at));
    const firstPages = await callWhile(exporting, async () => firstPage && ask(at, firstPage));
    const { milliseconds, result } = await exporting;
    return { ...result, milliseconds, firstPages };
  } finally {
    writer.turnTo(undefined);
  }
}

async function exportAll({ client, store }: OpenEstate): Promise<{ readonly rows: number; readonly bytes: number }> {
  const { JobId } = await client.call(LIST_EXPORT, { Format: 'CSV', Limit: MOST_ROWS });
  const exportId = Number(JobId);
  const handle = createExportJobHandler({
    store,
    tables: exportTables,
    formats: exportFormats,
    log: pino({ level: 'silent' }),
  });
  await handle({ id: 0, kind: 'export', exportId, attempt: 1 }, new AbortController().signal);
  const { DownloadURL } = await client.call('DescribeExportJobDownloadURL', { JobID: String(exportId) });
  const bytes = await download(String(DownloadURL));
  const entry = await store.exports.get(exportId);
  if (entry?.status !== 'succeeded') throw new Error(`the export ended as ${entry?.status}: ${entry?.failure?.detail}`);
  return { rows: entry.rows ?? 0, bytes };
}

async function download(url: string): Promise<number> {
  const answer = await fetch(url);
  if (!answer.ok || !answer.body) throw new Error(`the download answered ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.length;
  return bytes;
}
