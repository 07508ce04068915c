import { type RawBuilder, type SqlBool, sql, type Transaction } from 'kysely';
import { severities } from '../model/severity.ts';
import type { Engine } from './database.ts';
import { recommended } from './recommended.ts';
import type { Tables } from './tables.ts';
import { isOneOf } from './text-search.ts';

type Write = Transaction<Tables>;
type Fragment = RawBuilder<unknown>;

/** Which findings a change of rules may concern. */
export interface Concerned {
  readonly numbers: readonly number[];
  /** Config digests; absent = every image. */
  readonly imageIds?: readonly string[];
}

/**
 * Who writes counts shares the rules with others of the kind, and one at a time changes them: on PostgreSQL a scan could
 * otherwise be saved between a new rule and the counts that follow from it. To be called first in a transaction;
 * SQLite's one writer gives the same.
 */
export async function lockIgnoreRules(trx: Write, engine: Engine, mode: 'share' | 'change'): Promise<void> {
  if (engine !== 'postgres') return;
  const lock = mode === 'share' ? sql`share` : sql`share row exclusive`;
  await sql`lock table ignore_rules in ${lock} mode`.execute(trx);
}

/**
 * Makes the ignored findings, and the counts of every row that lists their images, agree with the rules. Rows change by
 * the difference, so an unknown count stays unknown. A few statements, whatever the number of images.
 */
export async function settleIgnored(trx: Write, engine: Engine, concerned: Concerned): Promise<void> {
  const nowIgnored = sql`from findings f where ${within(concerned)} and not ${ignored} and ${ruled}`;
  const nowCounted = sql`from findings f where ${within(concerned)} and ${ignored} and not ${ruled}`;
  await changeCounts(trx, nowIgnored, 'ignore');
  await changeCounts(trx, nowCounted, 'count');
  await sql`delete from ignored_findings where (artifact_id, vulnerability_number)
    in (select f.artifact_id, f.vulnerability_number ${nowCounted})`.execute(trx);
  // Without asking for what is there: PostgreSQL might read the growing table again for every row.
  await sql`insert into ignored_findings (artifact_id, vulnerability_number)
    select f.artifact_id, f.vulnerability_number from findings f where ${within(concerned)} and ${ruled}
    on conflict do nothing`.execute(trx);
  await refreshNeedsFix(
    trx,
    engine,
    sql`select f.artifact_id from findings f where ${within(concerned)} and ${mustFix}`,
  );
}

/**
 * For rows that were just written with what a scan had counted, of one artifact or by their ids: less what rules ignore.
 */
export async function subtractIgnored(
  trx: Write,
  engine: Engine,
  written: { readonly artifactId: number } | { readonly imageIds: readonly number[] },
): Promise<void> {
  if ('imageIds' in written && written.imageIds.length === 0) return;
  const rows =
    'imageIds' in written
      ? isOneOf(sql.ref('images.id'), written.imageIds)
      : sql`images.artifact_id = ${written.artifactId}`;
  const artifacts = sql`select images.artifact_id from images where ${rows}`;
  await changeCounts(trx, sql`from findings f where f.artifact_id in (${artifacts}) and ${ignored}`, 'ignore', rows);
  const touched = sql`select i.artifact_id from ignored_findings i where i.artifact_id in (${artifacts})`;
  await refreshNeedsFix(trx, engine, touched, rows);
}

/** Marks the findings of an artifact, all new, that rules ignore; whether there is any. Counts are left alone. */
export async function ignoreByRules(trx: Write, artifactId: number): Promise<boolean> {
  await trx.deleteFrom('ignored_findings').where('artifact_id', '=', artifactId).execute();
  const marked = await sql`insert into ignored_findings (artifact_id, vulnerability_number)
    select f.artifact_id, f.vulnerability_number from findings f
    where f.artifact_id = ${artifactId} and ${ruled}`.execute(trx);
  return (marked.numAffectedRows ?? 0n) > 0n;
}

function within({ numbers, imageIds }: Concerned): Fragment {
  const concerned = isOneOf(sql.ref('f.vulnerability_number'), numbers);
  if (!imageIds) return concerned;
  return sql`${concerned} and f.artifact_id in (select a.id from artifacts a where ${isOneOf(sql.ref('a.image_id'), imageIds)})`;
}

const ignored = sql<SqlBool>`exists (select 1 from ignored_findings i
  where i.artifact_id = f.artifact_id and i.vulnerability_number = f.vulnerability_number)`;

const ruled = sql<SqlBool>`(exists (select 1 from ignore_rules r
    where r.vulnerability_number = f.vulnerability_number and r.image_id = '')
  or exists (select 1 from artifacts a
    join ignore_rules r on r.vulnerability_number = f.vulnerability_number and r.image_id = a.image_id
    where a.id = f.artifact_id))`;

const rank = (severity: (typeof severities)[number]) => sql.lit(severities.indexOf(severity));

/** As `scan/summarise.ts` defines it. */
const mustFix = sql<SqlBool>`(f.exploited = 1 or (f.fixable = 1 and f.severity >= ${rank('high')}))`;

/** `findings`: from and where; `rows`: the only ones to change, where not all that list the artifacts. */
async function changeCounts(
  trx: Write,
  findings: Fragment,
  change: 'ignore' | 'count',
  rows?: Fragment,
): Promise<void> {
  const shown = change === 'ignore' ? sql`-` : sql`+`;
  const hidden = change === 'ignore' ? sql`+` : sql`-`;
  await sql`update images set
      vulnerabilities = images.vulnerabilities ${shown} d.findings,
      critical = images.critical ${shown} d.critical,
      high = images.high ${shown} d.high,
      medium = images.medium ${shown} d.medium,
      low = images.low ${shown} d.low,
      ignored = nullif(coalesce(images.ignored, 0) ${hidden} d.findings, 0)
    from (select f.artifact_id, count(*) as findings,
        sum(case when f.severity = ${rank('critical')} then 1 else 0 end) as critical,
        sum(case when f.severity = ${rank('high')} then 1 else 0 end) as high,
        sum(case when f.severity = ${rank('medium')} then 1 else 0 end) as medium,
        sum(case when f.severity <= ${rank('low')} then 1 else 0 end) as low
      ${findings} group by f.artifact_id) d
    where images.artifact_id = d.artifact_id and ${rows ?? sql`1 = 1`}`.execute(trx);
}

/** A need to fix that is known stays known: without one it is "no", or unknown where the scan could not decide all. */
async function refreshNeedsFix(trx: Write, engine: Engine, artifacts: Fragment, rows?: Fragment): Promise<void> {
  const cause =
    engine === 'sqlite'
      ? sql`json_extract(a.summary, '$.vulnerability_cause')`
      : sql`(a.summary::json ->> 'vulnerability_cause')`;
  await sql`update images set
      needs_fix = n.needs_fix,
      fix_recommended = ${recommended('kept', sql`n.needs_fix`)}
    from (select a.id, case
        when exists (select 1 from findings f where f.artifact_id = a.id and ${mustFix} and not ${ignored}) then 1
        when ${cause} is null then 0 end as needs_fix
      from artifacts a where a.id in (${artifacts})) n
    where images.artifact_id = n.id and images.vulnerabilities is not null
      and images.needs_fix is distinct from n.needs_fix and ${rows ?? sql`1 = 1`}`.execute(trx);
}
