import type { Cause } from '../model/cause.ts';
import { causeTexts } from '../model/cause-texts.ts';
import type { Job, Store } from '../store/store.ts';
import { supportedKinds } from './supported-kinds.ts';

/** Records what became of a job that was begun too often without an end. */
export async function giveUpJob(
  { tasks, registries, exports }: Pick<Store, 'tasks' | 'registries' | 'exports'>,
  job: Job,
  reason: string,
  cause: Cause,
): Promise<void> {
  if (job.kind === 'sync' && job.registryId !== undefined)
    await registries.recordSync(job.registryId, { status: 'failed', cause, message: reason });
  if (job.kind === 'export' && job.exportId !== undefined) {
    const detail = cause === 'internal-error' ? reason : `${reason}: ${causeTexts[cause].reason.en}`;
    await exports.end(job.exportId, { cause: 'internal-error', detail });
  }
  if (job.kind === 'scan' && job.taskId !== undefined && job.imageId !== undefined) {
    // Begun, so that the row of the list takes the failure, too.
    await tasks.start(job.taskId, job.imageId, supportedKinds);
    await tasks.fail(job.taskId, job.imageId, { cause, detail: reason });
  }
}
