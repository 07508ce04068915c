import type { Logger } from 'pino';
import { ExportError } from '../exports/export-error.ts';
import type { ExportFormat, Row } from '../exports/export-format.ts';
import type { ExportRows, ExportTable } from '../exports/export-table.ts';
import { toChunks } from '../exports/to-chunks.ts';
import type { JobHandler } from '../jobs/create-worker.ts';
import { logOfJob } from '../jobs/log-of-job.ts';
import type { Export } from '../store/export-store.ts';
import type { Store } from '../store/store.ts';

export interface RunExportJobDeps {
  readonly store: Store;
  readonly tables: readonly ExportTable[];
  readonly formats: readonly ExportFormat[];
  readonly log: Logger;
}

const KiB = 1024;
/** What a download holds in memory, and what one transaction writes. */
const CHUNK_BYTES = 512 * KiB;
const MOST_BYTES = KiB ** 3;
/** Unexpected failures before the export is called failed; the last resort against what breaks every time. */
const ATTEMPTS = 3;

/** Writes the file of one export into the store, from the beginning each time it is begun. */
export function createExportJobHandler(deps: RunExportJobDeps): JobHandler {
  const { store } = deps;
  return async (job, signal) => {
    const begun = job.exportId === undefined ? undefined : await store.exports.begin(job.exportId);
    if (!begun) return { done: true }; // it has ended, or its time is over
    const { entry, attempt } = begun;
    try {
      const rows = await write(deps, entry, attempt, signal);
      if (rows !== undefined) await store.exports.finish(entry.id, attempt, { status: 'succeeded', rows });
    } catch (error) {
      const known = error instanceof ExportError;
      // Losing the job is no failure of the export: whoever took it decides.
      if (signal.aborted || (!known && job.attempt < ATTEMPTS)) throw error;
      logOfJob(deps.log, job).warn({ err: error, of: entry.selection.kind }, 'export failed');
      const { failure, detail } = known ? error : new ExportError('internal-error');
      await store.exports.finish(entry.id, attempt, { status: 'failed', cause: failure, detail });
      return { done: true, failed: true };
    }
    return { done: true };
  };
}

/** Rows written; undefined when the export has ended meanwhile. */
async function write(deps: RunExportJobDeps, entry: Export, attempt: number, signal: AbortSignal) {
  const { store } = deps;
  const table = deps.tables.find(({ kind }) => kind === entry.selection.kind);
  const format = deps.formats.find(({ name }) => name === entry.format);
  if (!table || !format) throw new ExportError('internal-error', `no ${entry.selection.kind} as ${entry.format}`);
  const names = entry.columns.map(({ name }) => name);
  const rows = await table.open(entry.selection, names, { store, language: entry.language });
  if (format.mostRows !== undefined && rows.total > format.mostRows) {
    throw new ExportError('too-many-rows', `${rows.total} > ${format.mostRows} (${format.name})`);
  }
  const counted = countRows(rows, signal);
  const header = entry.columns.map((column) => column.header);
  let sequence = 0;
  for await (const chunk of toChunks(format.write(header, counted.pages), CHUNK_BYTES)) {
    if (sequence * CHUNK_BYTES >= MOST_BYTES) throw new ExportError('too-large', `> ${MOST_BYTES} bytes`);
    if (!(await store.exports.addChunk(entry.id, attempt, sequence, chunk, counted.percent()))) return undefined;
    sequence++;
  }
  return counted.rows();
}

/** Counts the rows that pass, and stops them when the signal fires. 100 percent is for the finished file. */
function countRows({ total, pages }: ExportRows, signal: AbortSignal) {
  let count = 0;
  async function* passing(): AsyncGenerator<readonly Row[]> {
    for await (const page of pages) {
      signal.throwIfAborted();
      count += page.length;
      yield page;
    }
  }
  return {
    pages: passing(),
    rows: () => count,
    percent: () => (total === 0 ? 99 : Math.min(99, Math.floor((count / total) * 100))),
  };
}
