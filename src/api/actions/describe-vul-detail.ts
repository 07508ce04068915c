import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { parsePocId } from '../poc-id.ts';
import { errors } from '../protocol/errors.ts';
import { text } from '../protocol/fields.ts';
import { toVulDetail } from '../to-vul-detail.ts';

/**
 * One vulnerability over all registry images. What it is follows from every finding, also from ignored ones; the counts
 * are of images that do not ignore it.
 */
export const describeVulDetail = defineAction({
  name: 'DescribeVulDetail',
  description: 'One vulnerability with the components and the number of images that it affects',
  writes: false,
  input: z.strictObject({
    PocID: text().describe('Id of the vulnerability: POCID of a list; its number alone will do'),
  }),
  handle: async ({ PocID }, { store, language }) => {
    const number = parsePocId(PocID);
    const found = number === undefined ? undefined : await store.vulnerabilities.get(number);
    if (!found) throw errors.vulnerabilityNotFound(PocID);
    return { VulInfo: toVulDetail(found, language) };
  },
});
