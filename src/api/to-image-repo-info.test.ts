import { describe, expect, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { causes } from '../model/cause.ts';
import { causeTexts } from '../model/cause-texts.ts';
import type { Image } from '../model/image.ts';
import type { KindState, Summary } from '../model/scan.ts';
import { toImageRepoInfo } from './to-image-repo-info.ts';

const notScanned: KindState = { status: 'not-scanned', progress: 0 };
const image = (overrides: Partial<Image> = {}, summary: Partial<Summary> = {}): Image => ({
  id: 1,
  registryId: 1,
  registryName: 'lab',
  registryType: 'docker',
  registryRegion: 'default',
  instanceId: '',
  repository: 'team/app',
  namespace: 'team',
  name: 'app',
  address: 'host/team/app',
  tag: 'v1',
  digest: digestOf('manifest'),
  imageId: digestOf('config'),
  artifactId: 1,
  platform: 'linux/amd64',
  size: 1,
  latest: true,
  authorized: true,
  trusted: false,
  scanStatus: 'not-scanned',
  progress: 0,
  remainingSeconds: 0,
  ...overrides,
  summary: {
    vulnerability: notScanned,
    malware: notScanned,
    risk: notScanned,
    osName: 'linux',
    detail: '',
    ...summary,
  },
});
const english = (overrides?: Partial<Image>, summary?: Partial<Summary>) =>
  toImageRepoInfo(image(overrides, summary), 'en-US');
const failed = (cause: KindState['cause']): KindState => ({
  status: 'failed',
  progress: 100,
  ...(cause ? { cause } : {}),
});

describe('an unknown', () => {
  test('is null where the contract allows it, and otherwise 0 beside a status that says so', () => {
    expect(english()).toMatchObject({
      CveStatus: 'NOT_SCAN',
      VulCnt: 0,
      VirusCnt: 0,
      RiskCnt: 0,
      SentiveInfoCnt: 0,
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
    });
  });

  test('is not what a known zero or false is', () => {
    const known = { critical: 0, high: 0, medium: 0, low: 0, secrets: 0, packages: 0, needsFix: false };

    expect(english({ containers: 0, running: false, fixRecommended: false }, known)).toMatchObject({
      CriticalLevelVulCnt: 0,
      LowLevelVulCnt: 0,
      SensitiveInfoCnt: 0,
      ComponentCnt: 0,
      ContainerCnt: 0,
      IsRunning: false,
      HasNeedFixVul: false,
      RecommendedFix: false,
    });
  });

  test('time of building or scanning has its own spelling, also one that nobody can write', () => {
    expect(english()).toMatchObject({ ImageCreateTime: '1900-01-01T00:00:00+00:00', ScanTime: '' });
    expect(english({ createdAt: new Date(8.64e15) }).ImageCreateTime).toBe('1900-01-01T00:00:00+00:00');
  });
});

describe('what went wrong', () => {
  test('is told of each kind by its code, and in words: each cause once, with its details behind the advice', () => {
    const row = english(
      {},
      {
        malware: failed('engine-unreachable'),
        risk: failed('limit-exceeded'),
        malwareDetail: 'clamav: refused',
        riskDetail: 'layer 3: 10 GiB',
      },
    );

    expect(row).toMatchObject({
      ScanVulError: '',
      ScanVirusError: 'ConnFailed',
      ScanRiskError: 'LimitExceeded',
      VirusStatus: 'SCAN_ERR',
      Reason: `${causeTexts['engine-unreachable'].reason.en}; ${causeTexts['limit-exceeded'].reason.en}`,
      Solution: expect.stringMatching(/\(clamav: refused\) .*\(layer 3: 10 GiB\)$/),
    });
  });

  test('a detail without a cause is not advice', () => {
    expect(english({}, { detail: 'something' })).toMatchObject({ Reason: '', Solution: '' });
  });

  test.for(causes)('%s has a code, and words in both languages', (cause) => {
    const given = image({}, { vulnerability: failed(cause) });
    const [en, zh] = [toImageRepoInfo(given, 'en-US'), toImageRepoInfo(given, 'zh-CN')];

    expect(en.ScanVulError).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(zh.ScanVulError).toBe(en.ScanVulError);
    for (const field of ['Reason', 'Solution'] as const) {
      expect(en[field]).toMatch(/^[A-Z]/);
      expect(zh[field]).toMatch(/[\u4e00-\u9fff]/);
    }
  });
});

test('the remaining time is that of a running scan alone', () => {
  expect(english({ scanStatus: 'scanning', remainingSeconds: 90 }).ScanRemainTime).toBe(90);
  expect(english({ scanStatus: 'scanned', remainingSeconds: 90 }).ScanRemainTime).toBe(0);
});
