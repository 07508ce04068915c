import { defineAction } from '../api-action.ts';
import { IgnoreVul, toIgnoreChanges } from '../ignore-changes.ts';
import { toPocId } from '../poc-id.ts';
import { errors } from '../protocol/errors.ts';

/**
 * Shows and counts vulnerabilities again: without ImageIDs in every image, whatever rules there were, otherwise in the
 * images named. A rule that does not exist is no error, so a request can be repeated. Naming images of a vulnerability that
 * is ignored in every image is FailedOperation: the rule for every image would go on hiding it.
 */
export const deleteIgnoreVul = defineAction({
  name: 'DeleteIgnoreVul',
  description: 'No longer ignore vulnerabilities',
  writes: true,
  input: IgnoreVul,
  handle: async (input, { store }) => {
    const changes = await toIgnoreChanges(input, store, true);
    if (changes.length === 0) return {};
    const { everywhere } = await store.ignoreRules.remove(changes);
    const [first] = everywhere;
    if (first !== undefined) throw errors.ignoredInEveryImage(toPocId(first));
    return {};
  },
});
