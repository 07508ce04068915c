import { type Kysely, sql } from 'kysely';

/** What is known about a package beside its version, about a vulnerability beside its rating, and what was left out of the counts. */
export async function addPackageFacts(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table packages add column modularity text',
    'alter table packages add column evidence text',
    'alter table packages add column owner_ecosystem text',
    'alter table packages add column owner_name text',
    'alter table vulnerabilities add column exploit_public integer not null default 0',
    'alter table vulnerabilities add column epss_probability double precision',
    'alter table vulnerabilities add column epss_percentile double precision',
    'alter table artifacts add column suppressed text',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
