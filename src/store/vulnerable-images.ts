import { type Expression, type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type { Reach } from './image-conditions.ts';
import type { Tables } from './tables.ts';

type Builder = ExpressionBuilder<Tables, 'images'>;
type Condition = ExpressionWrapper<Tables, 'images', SqlBool>;

/** Images that have this vulnerability and count it. */
export function countsVulnerability(eb: Builder, number: number, reach: Reach = 'all'): Condition {
  const artifacts = eb
    .selectFrom('findings')
    .select('findings.artifact_id')
    .where('findings.vulnerability_number', '=', number)
    .where((finding) => finding.not(finding.exists(ignoredFinding(finding))));
  if (reach === 'each') return hasOne(eb, artifacts.whereRef('findings.artifact_id', '=', 'images.artifact_id'));
  return eb('images.artifact_id', 'in', artifacts) as Condition;
}

/** `exists`, of each image by itself: PostgreSQL may answer an `exists` by collecting all that there are first. */
export const hasOne = (eb: Builder, one: Expression<unknown>): Condition =>
  eb.and([sql<SqlBool>`(select 1 from ${one} as found limit 1) is not null`]);

/** Images that have this vulnerability and ignore it, or that a rule names for it. */
export function ignoresVulnerability(eb: Builder, number: number): Condition {
  const artifacts = eb
    .selectFrom('ignored_findings')
    .select('ignored_findings.artifact_id')
    .where('ignored_findings.vulnerability_number', '=', number);
  const named = eb
    .selectFrom('ignore_rules')
    .select('ignore_rules.image_id')
    .where('ignore_rules.vulnerability_number', '=', number);
  return eb.or([eb('images.artifact_id', 'in', artifacts), eb('images.image_id', 'in', named)]) as Condition;
}

/** The mark of a finding that some rule ignores. */
export const ignoredFinding = (eb: ExpressionBuilder<Tables, 'findings'>) =>
  eb
    .selectFrom('ignored_findings')
    .select('ignored_findings.artifact_id')
    .whereRef('ignored_findings.artifact_id', '=', 'findings.artifact_id')
    .whereRef('ignored_findings.vulnerability_number', '=', 'findings.vulnerability_number');
