import { loadavg } from 'node:os';
import type { BenchResult } from '../bench-result.ts';
import { median, percentile } from '../statistics.ts';
import { type MeasuredExport, measureExport } from './measure-export.ts';
import { type Measured, measureAlone, measureTogether } from './measure-queries.ts';
import type { OpenEstate } from './open-estate.ts';
import { type StandardQuery, standardQueries } from './standard-queries.ts';
import { type Writer, writeSteadily } from './write-steadily.ts';

const ROWS_PER_SECOND = 500;
const EXPORT = 'export';
/** Of medians, large to small. */
const TARGET_RATIO = 2;
/** Of a total that no counter keeps, to the median of the first page. */
const TARGET_PAGES = 30;
/** Of p99 to the median. */
const TARGET_SPREAD = 10;

export async function compareEstates(engine: string, small: OpenEstate, large: OpenEstate): Promise<BenchResult[]> {
  const chosen = (process.env.PLIMSOLL_BENCH_QUERIES ?? '').split(',');
  const queries = standardQueries.filter(({ name }) => chosen.some((each) => name.includes(each)));
  const alone = new Map<StandardQuery, Awaited<ReturnType<typeof measureAlone>>>();
  for (const query of queries) {
    await measureAlone(small, query);
    alone.set(query, await measureAlone(large, query));
  }
  const writer = writeSteadily(ROWS_PER_SECOND);
  const measured: Measured[] = [];
  for (const query of queries) {
    const times = await measureTogether(small, large, query, writer);
    const byItself = alone.get(query);
    if (byItself) measured.push({ query, ...times, ...byItself });
    process.stderr.write(
      `${engine} ${query.name}: ${median(times.small).toFixed(1)} ${median(times.large).toFixed(1)}\n`,
    );
  }
  const exports = chosen.some((each) => EXPORT.includes(each)) ? await measureExports(small, large, writer) : undefined;
  const written = await writer.stop();
  const heading = `${large.estate.images} against ${small.estate.images} images, load ${loadavg()[0]?.toFixed(1)}; 16 callers, ${Math.round(written)} rows written a second`;
  return [...toResults(engine, measured, heading), ...(exports ? [toExportResult(engine, exports)] : [])];
}

interface ExportPair {
  readonly small: MeasuredExport;
  readonly large: MeasuredExport;
}

/** Once to warm up. */
async function measureExports(small: OpenEstate, large: OpenEstate, writer: Writer): Promise<ExportPair> {
  await measureExport(small, writer);
  return { small: await measureExport(small, writer), large: await measureExport(large, writer) };
}

function toExportResult(engine: string, { small, large }: ExportPair): BenchResult {
  const perRow = ({ milliseconds, rows }: MeasuredExport) => milliseconds / rows;
  const toText = (each: MeasuredExport) =>
    `${each.rows} rows, ${(each.bytes / 1e6).toFixed(1)} MB in ${(each.milliseconds / 1_000).toFixed(1)} s, ${each.firstPages.length} first pages meanwhile: median ${median(each.firstPages).toFixed(1)} ms`;
  return {
    name: `list on ${engine}: export, of a row`,
    ratio: perRow(large) / perRow(small),
    target: TARGET_RATIO,
    better: 'lower',
    detail: `${toText(small)}\n${toText(large)}`,
  };
}

function toResults(engine: string, measured: readonly Measured[], heading: string): BenchResult[] {
  const firstPage = median(measured.find(({ query }) => query.name === 'first page')?.large ?? [1]);
  const counted = measured.filter(({ query }) => !query.uncounted);
  const worst = (all: readonly Measured[], of: (each: Measured) => number) => Math.max(0, ...all.map(of));
  const result = (name: string, ratio: number, target: number, detail = ''): BenchResult => ({
    name: `list on ${engine}: ${name}`,
    ratio,
    target,
    better: 'lower',
    detail,
  });
  const uncounted = measured.filter(({ query }) => query.uncounted);
  return [
    result(
      'median, large to small',
      worst(counted, toRatio),
      TARGET_RATIO,
      `${heading}\n${toTable(measured, firstPage)}`,
    ),
    result(
      'totals of no counter, in first pages',
      worst(uncounted, ({ large }) => median(large) / firstPage),
      TARGET_PAGES,
    ),
    result('p99 to median', worst(measured, toSpread), TARGET_SPREAD),
  ];
}

const toRatio = ({ small, large }: Measured): number => median(large) / median(small);
const toSpread = ({ large }: Measured): number => percentile(large, 99) / median(large);

function toTable(measured: readonly Measured[], firstPage: number): string {
  const number = (value: number, width: number, digits = 2) => value.toFixed(digits).padStart(width);
  return [
    'ms                                       small    p99     large    p99   ratio  p99/med  first pages   alone    bare  alone/bare   matching',
    ...measured.map((each) => {
      const { query, small, large, bare, alone, total } = each;
      const [few, many] = [median(small), median(large)];
      const isMissed = query.uncounted ? many > TARGET_PAGES * firstPage : toRatio(each) > TARGET_RATIO;
      return [
        `${isMissed ? '!' : ' '}${toSpread(each) > TARGET_SPREAD ? 'p' : ' '} ${query.name.padEnd(36)}`,
        number(few, 7),
        number(percentile(small, 99), 7, 1),
        number(many, 8),
        number(percentile(large, 99), 7, 1),
        number(many / few, 6),
        number(toSpread(each), 7, 1),
        number(many / firstPage, 9, 1),
        number(median(alone), 10),
        number(median(bare), 9),
        number(median(alone) / median(bare), 8),
        String(total).padStart(12),
      ].join(' ');
    }),
  ].join('\n');
}
