import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { text } from '../protocol/fields.ts';

/** Names are compared exactly. */
export const checkRepeatAssetImageRegistry = defineAction({
  name: 'CheckRepeatAssetImageRegistry',
  description: 'Test whether a registry name is taken',
  writes: false,
  input: z.strictObject({ Name: text() }),
  handle: async ({ Name }, { store }) => ({ IsRepeat: (await store.registries.findByName(Name)) !== undefined }),
});
