import { defineAction } from '../api-action.ts';
import { IgnoreVul, toIgnoreChanges } from '../ignore-changes.ts';

/**
 * Ignores vulnerabilities in every registry image, those to come included, or in the images named. They leave every list
 * and count at once, all of a request or none; the rows say how many they are. Ignoring twice renews the rule. An unknown
 * vulnerability or image is ResourceNotFound. Rules for LOCAL images are accepted, and concern nothing: there are none here.
 */
export const addIgnoreVul = defineAction({
  name: 'AddIgnoreVul',
  description: 'Ignore vulnerabilities, in every image or in some',
  writes: true,
  input: IgnoreVul,
  handle: async (input, { store, key }) => {
    const changes = await toIgnoreChanges(input, store, false);
    if (changes.length > 0) await store.ignoreRules.add(changes, key.secretId);
    return {};
  },
});
