import { expect } from 'vitest';
import { describeSeededList } from '../support/describe-seeded-list.ts';

describeSeededList('rows of the image list', ({ on, whole, rows }) => {
  const row = async (tag: string) =>
    (await whole({ Filters: [{ Name: 'ImageTag', Values: [tag], ExactMatch: true }] })).rows[0];

  on('of a scanned image tell everyTag', async () => {
    const image = rows().get('v1.1');

    expect(await row('v1.1')).toEqual({
      Id: image?.id,
      ImageDigest: image?.digest,
      ImageId: image?.imageId,
      ImageRepoAddress: 'harbor.example.com/team/app',
      RegistryType: 'harbor',
      ImageName: 'app',
      ImageTag: 'v1.1',
      ImageSize: 700,
      Namespace: 'team',
      InstanceId: '',
      InstanceName: 'harbor-eu',
      RegistryRegion: 'eu-1',
      OsName: 'Debian GNU/Linux 12 (bookworm)',
      ImageCreateTime: '2026-02-01T00:00:00+00:00',
      ScanTime: '2026-11-01T00:00:00+00:00',
      ScanStatus: 'SCANNED',
      CveStatus: 'SCANNED',
      VirusStatus: 'SCANNED',
      RiskStatus: 'SCANNED',
      Progress: 100,
      ScanVulProgress: 100,
      ScanVirusProgress: 100,
      ScanRiskProgress: 100,
      ScanRemainTime: 0,
      ScanVulError: '',
      ScanVirusError: '',
      ScanRiskError: '',
      Reason: '',
      Solution: '',
      VulCnt: 10,
      CriticalLevelVulCnt: 1,
      HighLevelVulCnt: 2,
      MediumLevelVulCnt: 3,
      LowLevelVulCnt: 4,
      VirusCnt: 2,
      RiskCnt: 5,
      SentiveInfoCnt: 4,
      SensitiveInfoCnt: 4,
      ComponentCnt: 3,
      ContainerCnt: 3,
      IsRunning: true,
      IsTrustImage: false,
      IsLatestImage: false,
      IsAuthorized: 1,
      HasNeedFixVul: true,
      RecommendedFix: true,
    });
  });

  on('of an image that nothing has looked at show no count as a clean zero', async () => {
    expect(await row('v1.0')).toMatchObject({
      ScanStatus: 'NOT_SCAN',
      CveStatus: 'NOT_SCAN',
      ScanTime: '',
      Progress: 0,
      VulCnt: 0,
      CriticalLevelVulCnt: null,
      HighLevelVulCnt: null,
      MediumLevelVulCnt: null,
      LowLevelVulCnt: null,
      SensitiveInfoCnt: null,
      ComponentCnt: null,
      ContainerCnt: null,
      IsRunning: null,
      HasNeedFixVul: null,
      RecommendedFix: null,
      IsAuthorized: 0,
    });
  });

  on('of a kind that was not asked for say so, and do not lower the progress', async () => {
    expect(await row('latest')).toMatchObject({
      ScanStatus: 'SCANNED',
      Progress: 100,
      CveStatus: 'SCANNED',
      VirusStatus: 'NOT_SCAN',
      ScanVirusProgress: 0,
      VirusCnt: 0,
      SensitiveInfoCnt: null,
      Namespace: 'team/tools',
      ImageName: 'lint',
    });
  });

  on('of a partial result say why', async () => {
    expect(await row('latest')).toMatchObject({
      ScanVulError: 'EcosystemNotCovered',
      Reason: expect.stringContaining('Advisories are missing'),
      Solution: expect.stringMatching(/scan again\. \(npm\)$/),
    });
  });

  on('of a failed scan have code, reason and advice as documented', async () => {
    expect(await row('unbuilt')).toMatchObject({
      ScanStatus: 'SCAN_ERR',
      CveStatus: 'SCAN_ERR',
      VirusStatus: 'NOT_SCAN',
      ScanVulError: 'ConnFailed',
      ScanVirusError: '',
      Progress: 100,
      Reason: 'Connection failure',
      Solution:
        'The scanning node could not reach the registry; reconfigure the connection method in registry management and retry.',
      ImageCreateTime: '1900-01-01T00:00:00+00:00',
      Namespace: '',
      ImageName: 'base',
      InstanceId: 'tcr-lab1',
    });
  });

  on('of a running scan tell how far it is', async () => {
    expect(await row('moving')).toMatchObject({
      ScanStatus: 'SCANNING',
      CveStatus: 'SCANNING',
      Progress: 40,
      ScanVulProgress: 40,
      ScanRemainTime: 90,
      ScanVulError: '',
      Reason: '',
    });
  });

  on('of a stopped scan say so', async () => {
    expect(await row('stopped')).toMatchObject({
      ScanStatus: 'CANCELED',
      CveStatus: 'CANCELED',
      ScanVulError: 'Canceled',
      ScanRemainTime: 0,
    });
  });

  on('of the same content in another registry say the same about it', async () => {
    const there = await row('mirror');
    const here = await row('v1.1');

    for (const field of ['ImageId', 'VulCnt', 'CriticalLevelVulCnt', 'ComponentCnt', 'ScanTime', 'OsName'] as const) {
      expect(there?.[field]).toBe(here?.[field]);
    }
    expect([there?.ContainerCnt, there?.IsAuthorized]).toEqual([null, 0]);
  });
});
