import type { Logger } from 'pino';
import type { Job } from '../store/store.ts';

/** Every line of it says which job, and for which task, image, registry or export. */
export function logOfJob(log: Logger, { id, kind, taskId, imageId, registryId, exportId }: Job): Logger {
  return log.child({ job: id, kind, task: taskId, imageId, registryId, exportId });
}
