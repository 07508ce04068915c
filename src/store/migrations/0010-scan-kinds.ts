import { type Kysely, sql } from 'kysely';

/** Each kind of scan has its own time and words; malware and risks say where they lie and what found them. */
export async function addScanKinds(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table artifacts add column malware_scanned_at bigint',
    'alter table artifacts add column risk_scanned_at bigint',
    'alter table images add column malware_detail text',
    'alter table images add column risk_detail text',
    "alter table malware_files add column engine text not null default ''",
    "alter table malware_files add column sha256 text not null default ''",
    'alter table malware_files add column layer text',
    'alter table malware_files add column removed_by text',
    "alter table risks add column rule text not null default ''",
    'alter table risks add column path text',
    'alter table risks add column line integer',
    'alter table risks add column layer text',
    'alter table risks add column removed_by text',
    'alter table risks add column fingerprint text',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
