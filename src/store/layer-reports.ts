import type { Digest } from '../model/digest.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { MalwareReport } from '../model/malware-file.ts';
import type { Database } from './database.ts';
import type { LayerReportStore, MalwareReportStore, ReportStore } from './store.ts';

export const createLayerReportStore = (database: Database): LayerReportStore =>
  createReportStore(database, (text) => JSON.parse(text) as LayerReport);

export const createMalwareReportStore = (database: Database): MalwareReportStore =>
  createReportStore(database, (text) => JSON.parse(text, reviveDates) as MalwareReport);

const reviveDates = (key: string, value: unknown) =>
  key === 'signaturesAt' && typeof value === 'string' ? new Date(value) : value;

function createReportStore<Report extends { readonly digest: Digest }>(
  { read, write }: Database,
  parse: (text: string) => Report,
): ReportStore<Report> {
  return {
    get: async (digest, fingerprint) => {
      const row = await read
        .selectFrom('layer_reports')
        .select('report')
        .where('digest', '=', digest)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst();
      return row && parse(row.report);
    },
    put: async (report, fingerprint) => {
      const text = JSON.stringify(report);
      await write
        .insertInto('layer_reports')
        .values({ digest: report.digest, fingerprint, report: text })
        .onConflict((conflict) => conflict.columns(['digest', 'fingerprint']).doUpdateSet({ report: text }))
        .execute();
    },
  };
}
