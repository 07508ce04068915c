import { sql, type Transaction } from 'kysely';
import { overallProgress, overallStatus } from '../model/overall-status.ts';
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
    const columns = toSummaryColumns({ ...summary, ...kinds, ...(detail === undefined ? {} : { detail }) });
    await trx
      .updateTable('images')
      .set({ ...pick(columns, kindColumns), ...(detail === undefined ? {} : { detail }) })
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
      .set(pick(columns, [...kindColumns, 'detail']))
      .where('id', '=', id)
      .execute();
  }
}

/** Progress of one kind while it runs; a row whose scan has ended meanwhile is left alone. */
export async function setProgress(
  trx: Write,
  imageId: number,
  kind: ScanKind,
  progress: number,
  remainingSeconds: number,
): Promise<void> {
  const row = await trx.selectFrom('images').selectAll().where('id', '=', imageId).forUpdate().executeTakeFirst();
  if (!row) return;
  const summary = toSummary(row);
  if (summary[kind].status !== 'scanning') return;
  const kinds = scanKinds.map((each) => (each === kind ? { ...summary[each], progress } : summary[each]));
  if (overallStatus(kinds) !== 'scanning') return;
  await trx
    .updateTable('images')
    .set({ [`${kind}_progress`]: progress, progress: overallProgress(kinds), remaining_seconds: remainingSeconds })
    .where('id', '=', imageId)
    .where(sql.ref(`images.${kind}_status`), '=', 'scanning')
    .execute();
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
