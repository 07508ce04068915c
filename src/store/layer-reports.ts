import type { LayerReport } from '../model/layer-report.ts';
import type { Database } from './database.ts';
import type { LayerReportStore } from './store.ts';

export function createLayerReportStore({ read, write }: Database): LayerReportStore {
  return {
    get: async (digest, fingerprint) => {
      const row = await read
        .selectFrom('layer_reports')
        .select('report')
        .where('digest', '=', digest)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst();
      return row && (JSON.parse(row.report) as LayerReport);
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
