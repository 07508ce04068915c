import type { TaskStore } from '../store/store.ts';
import { type SelectionInput, toImageSelection } from './image-selection.ts';
import { errors } from './protocol/errors.ts';

/** Stops the task of TaskID, or the scans of the selected images in whatever task. */
export async function stopScans(
  input: SelectionInput & { readonly TaskID?: number | undefined },
  tasks: TaskStore,
): Promise<void> {
  if (input.TaskID !== undefined) {
    if (!(await tasks.cancel(input.TaskID))) throw errors.taskNotFound(input.TaskID);
    return;
  }
  const selection = toImageSelection(input);
  if (!selection) throw errors.missingParameter('TaskID');
  await tasks.cancelImages(selection);
}
