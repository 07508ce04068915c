import type { SdkClient } from './start-test-plimsoll.ts';

/** All that the scans say of all images, but for what differs from one run to the next: ids and times. */
export async function readFindings(sdk: SdkClient): Promise<readonly object[]> {
  const rows = [];
  for (let Offset = 0; ; Offset += 100) {
    const { List = [] } = await sdk.DescribeAssetImageRegistryList({ Limit: 100, Offset });
    rows.push(...List);
    if (List.length < 100) break;
  }
  rows.sort((a, b) => String(a.ImageTag).localeCompare(String(b.ImageTag), 'en', { numeric: true }));
  const found = [];
  for (const row of rows) {
    const [vulnerabilities, malware, risks] = await Promise.all([
      sdk.DescribeAssetImageRegistryVulList({ Id: row.Id, Limit: 100 }),
      sdk.DescribeAssetImageRegistryVirusList({ Id: row.Id, Limit: 100 }),
      sdk.DescribeAssetImageRegistryRiskInfoList({ Id: row.Id, Limit: 100 }),
    ]);
    const { Id, ScanTime, ...counts } = row;
    found.push({
      ...counts,
      vulnerabilities: vulnerabilities.List?.map((each) => [each.CVEID, each.Name, each.Version]),
      malware: malware.List?.map((each) => [each.Path, each.VirusName, each.FileMd5]),
      risks: risks.List?.map((each) => [each.Behavior, each.Level, each.Desc]),
    });
  }
  return found;
}
