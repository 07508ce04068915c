import type { Transaction } from 'kysely';
import type { KindState, ScanKind, Summary } from '../model/scan.ts';
import { scanKinds } from '../model/scan.ts';
import { toSummary, toSummaryColumns, unscannedColumns } from './image-rows.ts';
import type { SummaryColumns, Tables } from './tables.ts';

type Write = Transaction<Tables>;
type Kinds = Pick<Summary, ScanKind>;

const kindColumns = [
  'vulnerability_status',
  'vulnerability_progress',
  'vulnerability_cause',
  'malware_status',
  'malware_progress',
  'malware_cause',
  'risk_status',
  'risk_progress',
  'risk_cause',
  'scan_status',
  'progress',
  'remaining_seconds',
] as const satisfies readonly (keyof SummaryColumns)[];

/** Where the words of each kind are. */
const details = { vulnerability: 'detail', malware: 'malwareDetail', risk: 'riskDetail' } as const;

/** Puts the given kinds of these images into a state, and the overall status and progress with them. */
export async function setKinds(
  trx: Write,
  imageIds: readonly number[],
  kinds: readonly ScanKind[],
  state: KindState,
  detail?: string,
): Promise<void> {
  await changeKinds(trx, imageIds, (current) => (kinds.includes(current) ? state : undefined), detail);
}

/** Ends whatever is being scanned on these images with one state. */
export async function endScanning(
  trx: Write,
  imageIds: readonly number[],
  state: KindState,
  detail?: string,
): Promise<void> {
  await changeKinds(trx, imageIds, (_, old) => (old.status === 'scanning' ? state : undefined), detail);
}

async function changeKinds(
  trx: Write,
  imageIds: readonly number[],
  change: (kind: ScanKind, old: KindState) => KindState | undefined,
  detail?: string,
): Promise<void> {
  for (const id of imageIds) {
    const row = await trx.selectFrom('images').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) continue;
    const summary = toSummary(row);
    const kinds = Object.fromEntries(
      scanKinds.map((kind) => [kind, change(kind, summary[kind]) ?? summary[kind]]),
    ) as unknown as Kinds;
    const said = Object.fromEntries(
      scanKinds.flatMap((kind) => (change(kind, summary[kind]) ? [[details[kind], detail]] : [])),
    );
    const columns = toSummaryColumns({ ...summary, ...kinds, ...(detail === undefined ? {} : said) });
    await trx
      .updateTable('images')
      .set(pick(columns, [...kindColumns, 'detail', 'malware_detail', 'risk_detail']))
      .where('id', '=', id)
      .execute();
  }
}

/** Gives images back the state of their artifact's last finished scan: nobody is scanning them any more. */
export async function restoreScanState(trx: Write, imageIds: readonly number[]): Promise<void> {
  for (const id of imageIds) {
    const row = await trx
      .selectFrom('images')
      .innerJoin('artifacts', 'artifacts.id', 'images.artifact_id')
      .select(['artifacts.summary', 'artifacts.os', 'images.scan_status'])
      .where('images.id', '=', id)
      .forUpdate('images')
      .executeTakeFirst();
    if (row?.scan_status !== 'scanning') continue;
    const columns = row.summary === null ? unscannedColumns(row.os) : (JSON.parse(row.summary) as SummaryColumns);
    await trx
      .updateTable('images')
      .set(pick(columns, [...kindColumns, 'detail', 'malware_detail', 'risk_detail']))
      .where('id', '=', id)
      .execute();
  }
}

/** Progress of kinds while they run; those that have ended meanwhile are left alone. */
export async function setProgress(
  trx: Write,
  imageId: number,
  percents: Readonly<Partial<Record<ScanKind, number>>>,
  remainingSeconds: number,
): Promise<void> {
  const row = await trx.selectFrom('images').selectAll().where('id', '=', imageId).forUpdate().executeTakeFirst();
  if (!row) return;
  const summary = toSummary(row);
  const moved = scanKinds.filter((kind) => percents[kind] !== undefined && summary[kind].status === 'scanning');
  if (moved.length === 0) return;
  const kinds = Object.fromEntries(
    scanKinds.map((kind) => [
      kind,
      moved.includes(kind) ? { ...summary[kind], progress: percents[kind] } : summary[kind],
    ]),
  ) as unknown as Kinds;
  const columns = toSummaryColumns({ ...summary, ...kinds });
  await trx
    .updateTable('images')
    .set({ ...pick(columns, kindColumns), remaining_seconds: remainingSeconds })
    .where('id', '=', imageId)
    .execute();
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
