import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivatePostgres, startPostgres } from '../../test/support/start-postgres.ts';
import type { BenchResult } from '../bench-result.ts';
import { compareEstates } from './compare-estates.ts';
import { openEstate } from './open-estate.ts';

const SMALL_IMAGES = 10_000;
/** A million takes ten minutes to make, and three gigabytes on each engine; they are kept for the next run. */
const LARGE_IMAGES = Number(process.env.PLIMSOLL_BENCH_IMAGES ?? 100_000);
const FOLDER = process.env.PLIMSOLL_BENCH_ESTATES ?? join(tmpdir(), 'plimsoll-bench-estates');
const ENGINES = (process.env.PLIMSOLL_BENCH_ENGINES ?? 'SQLite,PostgreSQL').split(',');

/** As in an installation of this size: whatever is committed is on the disk, and a quarter of the memory is the database's. */
const POSTGRES_SETTINGS = { fsync: 'on', full_page_writes: 'on', shared_buffers: '1GB', max_wal_size: '4GB' };

/** The standard queries over a million images and over ten thousand, by sixteen callers beside a sync, on both engines. */
export async function run(): Promise<readonly BenchResult[]> {
  await mkdir(FOLDER, { recursive: true });
  const results: BenchResult[] = [];
  for (const engine of ENGINES) {
    const postgres = engine === 'PostgreSQL' ? await keptPostgres() : undefined;
    if (engine === 'PostgreSQL' && !postgres) continue;
    try {
      results.push(...(await measureEngine(engine, postgres?.url)));
    } finally {
      await postgres?.stop();
    }
  }
  return results;
}

const keptPostgres = (): Promise<PrivatePostgres | undefined> =>
  startPostgres({ durable: true, keptIn: join(FOLDER, 'postgres'), settings: POSTGRES_SETTINGS });

async function measureEngine(engine: string, postgresUrl: string | undefined): Promise<readonly BenchResult[]> {
  const small = await openEstate(FOLDER, postgresUrl, SMALL_IMAGES);
  try {
    const large = await openEstate(FOLDER, postgresUrl, LARGE_IMAGES);
    try {
      return await compareEstates(engine, small, large);
    } finally {
      await large.close();
    }
  } finally {
    await small.close();
  }
}
