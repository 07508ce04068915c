import { z } from 'zod';
import { defineAction } from '../api-action.ts';

/**
 * How many images are authorised, and may be. Nothing is sold here: all authorisations are called purchased. Without a limit the total is
 * the number of images there are.
 */
export const describeImageAuthorizedInfo = defineAction({
  name: 'DescribeImageAuthorizedInfo',
  description: 'Licence totals',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store }) => {
    const { authorized, notAuthorized, limit, repeated } = await store.authorizations.usage();
    const total = limit ?? authorized + notAuthorized;
    return {
      TotalAuthorizedCnt: total,
      UsedAuthorizedCnt: authorized,
      ScannedImageCnt: authorized,
      NotScannedImageCnt: notAuthorized,
      NotScannedLocalImageCnt: 0,
      TrialAuthorizedCnt: 0,
      UsedTrialAuthorizedCnt: 0,
      PurchasedAuthorizedCnt: total,
      UsedPurchasedAuthorizedCnt: authorized,
      CanApplyFreeImageAuthorize: false,
      ImageScanInquireInfo: {
        InquireKey: '',
        Capcity: total,
        Useage: authorized,
        StartTime: '',
        EndTime: '',
        PurchaseStatus: 'Normal',
        ResourceID: '',
        PayNum: total,
        TrialNum: 0,
        PayUsage: authorized,
      },
      RepeatImageIdCnt: repeated,
    };
  },
});
