import type { ExportStatus } from '../model/export.ts';

/** ExportStatus on the wire. */
export const exportStatusNames: Readonly<Record<ExportStatus, string>> = {
  running: 'RUNNING',
  succeeded: 'SUCCESS',
  failed: 'FAILURE',
};
