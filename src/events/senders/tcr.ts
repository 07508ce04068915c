import { createHarborSender } from '../create-harbor-sender.ts';

/**
 * Tencent's TCR Enterprise, in the words of Harbor 1.x, which sends the same; charts are no images.
 * https://www.tencentcloud.com/document/product/1051/37254
 */
export const tcr = createHarborSender('tcr', /^[a-z]+(?:Image|Chart)$/, {
  pushImage: 'pushed',
  deleteImage: 'deleted',
});
