import type { Export, ExportStore } from '../store/export-store.ts';
import { errors } from './protocol/errors.ts';

const JOB_ID = /^\d{1,15}$/;

/** The export of a JobId as it was given out. */
export async function findExport(exports: Pick<ExportStore, 'get'>, jobId: string): Promise<Export> {
  const entry = JOB_ID.test(jobId) ? await exports.get(Number(jobId)) : undefined;
  if (!entry) throw errors.exportNotFound(jobId);
  return entry;
}

/** Whether its file can be fetched. */
export const isAvailable = ({ status, expiresAt }: Pick<Export, 'status' | 'expiresAt'>, now: Date): boolean =>
  status === 'succeeded' && expiresAt > now;
