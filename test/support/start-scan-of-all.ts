import type { SdkClient } from './start-test-plimsoll.ts';

/** Authorizes every registry image and starts a scan of all; returns its TaskID. */
export async function startScanOfAll(sdk: SdkClient, ScanType: string[] = ['CVE']): Promise<number> {
  await sdk.ModifyImageAuthorized({
    AllLocalImages: false,
    AllRegistryImages: true,
    UpdatedLocalImageCnt: 0,
    UpdatedRegistryImageCnt: 1_000,
    ImageSourceType: 'ASSETIMAGE',
  });
  const { TaskID = 0 } = await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType });
  return TaskID;
}
