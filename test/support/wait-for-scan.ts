import type { SdkClient } from './start-test-plimsoll.ts';
import { waitUntil } from './wait-until.ts';

/** How a scan of all images ended. */
export const waitForScan = (sdk: SdkClient, TaskID: number) =>
  waitUntil(async () => {
    const now = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
    return now.Status !== 'SCANNING' && now.Status !== 'NOT_SCAN' && now;
  });
