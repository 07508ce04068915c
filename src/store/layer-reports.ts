import type { Digest } from '../model/digest.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { MalwareReport } from '../model/malware-file.ts';
import type { Database } from './database.ts';
import type { LayerReportStore, MalwareReportStore, ReportStore } from './store.ts';

const DAY_MS = 86_400_000;

export const createLayerReportStore = (database: Database, now: () => Date): LayerReportStore =>
  createReportStore(database, now, (text) => JSON.parse(text) as LayerReport);

export const createMalwareReportStore = (database: Database, now: () => Date): MalwareReportStore =>
  createReportStore(database, now, (text) => JSON.parse(text, reviveDates) as MalwareReport);

const reviveDates = (key: string, value: unknown) =>
  key === 'signaturesAt' && typeof value === 'string' ? new Date(value) : value;

function createReportStore<Report extends { readonly digest: Digest }>(
  { read, write }: Database,
  now: () => Date,
  parse: (text: string) => Report,
): ReportStore<Report> {
  const markUsed = async (digest: Digest, fingerprint: string) => {
    await write
      .updateTable('layer_reports')
      .set({ used_at: now().getTime() })
      .where('digest', '=', digest)
      .where('fingerprint', '=', fingerprint)
      .execute();
  };
  return {
    get: async (digest, fingerprint) => {
      const row = await read
        .selectFrom('layer_reports')
        .select(['report', 'used_at'])
        .where('digest', '=', digest)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst();
      if (!row) return undefined;
      // To the day: a write per report that is read would cost more than the reading.
      if (row.used_at === null || now().getTime() - row.used_at > DAY_MS) await markUsed(digest, fingerprint);
      return parse(row.report);
    },
    put: async (report, fingerprint) => {
      const text = JSON.stringify(report);
      await write
        .insertInto('layer_reports')
        .values({ digest: report.digest, fingerprint, report: text, used_at: now().getTime() })
        .onConflict((conflict) =>
          conflict.columns(['digest', 'fingerprint']).doUpdateSet({ report: text, used_at: now().getTime() }),
        )
        .execute();
    },
  };
}
