import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { findVulnerability } from '../find-vulnerability.ts';
import { toPage } from '../paging.ts';
import { toPocId } from '../poc-id.ts';
import { text, unsigned } from '../protocol/fields.ts';

/** Registry images that ignore a vulnerability: rows that rules name, or that would show it without them. Newest first. */
export const describeVulIgnoreRegistryImageList = defineAction({
  name: 'DescribeVulIgnoreRegistryImageList',
  description: 'Registry images that ignore a vulnerability',
  writes: false,
  input: z.strictObject({
    PocID: text().describe('Id of the vulnerability: POCID of a list; its number alone will do'),
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
  }),
  handle: async (input, { store }) => {
    const page = toPage(input);
    const number = await findVulnerability(store.vulnerabilities, input.PocID);
    const { rows, total } = await store.images.list({
      conditions: [{ kind: 'vulnerability', number, ignored: true }],
      latestOnly: false,
      runningOnly: false,
      sort: { key: 'id', direction: 'desc' },
      ...page,
    });
    return {
      TotalCount: total,
      List: rows.map((image) => ({
        ID: image.id,
        RegistryName: image.registryName,
        RegistryPath: image.address,
        ImageVersion: image.tag,
        ImageID: image.imageId,
        PocID: toPocId(number),
      })),
    };
  },
});
