import type { Cause } from '../model/cause.ts';
import type { Image } from '../model/image.ts';
import type { KindState, Summary } from '../model/scan.ts';
import type { ResponseOf } from './api-action.ts';
import type { Language } from './protocol/api-error.ts';
import { causeText, scanErrorCodes } from './scan-error-codes.ts';
import { scanStatusNames } from './scan-statuses.ts';
import { rfc3339, UNKNOWN_CREATE_TIME } from './times.ts';

export type ImageRepoInfo = NonNullable<ResponseOf<'DescribeAssetImageRegistryList'>['List']>[number];

/**
 * The border post: our image as the 46 fields of ImageRepoInfo. An unknown count is null where the contract allows
 * null, otherwise 0 beside a status and an error that say so.
 */
export function toImageRepoInfo(image: Image, language: Language): ImageRepoInfo {
  const { summary } = image;
  return {
    Id: image.id,
    ImageDigest: image.digest,
    ImageId: image.imageId,
    ImageRepoAddress: image.address,
    RegistryType: image.registryType,
    ImageName: image.name,
    ImageTag: image.tag,
    ImageSize: image.size,
    Namespace: image.namespace,
    InstanceId: image.instanceId,
    InstanceName: image.registryName,
    RegistryRegion: image.registryRegion,
    OsName: summary.osName,
    ImageCreateTime: rfc3339(image.createdAt) || UNKNOWN_CREATE_TIME,
    ...scanState(image, language),
    VulCnt: summary.vulnerabilities ?? 0,
    CriticalLevelVulCnt: summary.critical ?? null,
    HighLevelVulCnt: summary.high ?? null,
    MediumLevelVulCnt: summary.medium ?? null,
    LowLevelVulCnt: summary.low ?? null,
    VirusCnt: summary.malwareFiles ?? 0,
    RiskCnt: summary.risks ?? 0,
    SentiveInfoCnt: summary.secrets ?? 0,
    SensitiveInfoCnt: summary.secrets ?? null,
    ComponentCnt: summary.packages ?? null,
    ContainerCnt: image.containers ?? null,
    IsRunning: image.running ?? null,
    IsTrustImage: image.trusted,
    IsLatestImage: image.latest,
    IsAuthorized: Number(image.authorized),
    HasNeedFixVul: summary.needsFix ?? null,
    RecommendedFix: image.fixRecommended ?? null,
  };
}

/** The fields that tell how far the scans are and what went wrong; shared by the list and the detail. */
export function scanState(image: Image, language: Language) {
  const { vulnerability, malware, risk } = image.summary;
  const troubles = troublesOf(image.summary);
  return {
    ScanTime: rfc3339(image.summary.scannedAt),
    ScanStatus: scanStatusNames[image.scanStatus],
    CveStatus: scanStatusNames[vulnerability.status],
    VirusStatus: scanStatusNames[malware.status],
    RiskStatus: scanStatusNames[risk.status],
    Progress: image.progress,
    ScanVulProgress: vulnerability.progress,
    ScanVirusProgress: malware.progress,
    ScanRiskProgress: risk.progress,
    ScanRemainTime: image.scanStatus === 'scanning' ? image.remainingSeconds : 0,
    ScanVulError: errorCode(vulnerability),
    ScanVirusError: errorCode(malware),
    ScanRiskError: errorCode(risk),
    Reason: [
      ...troubles.map(({ cause }) => causeText(cause, 'reason', language)),
      ignoredText(image.summary.ignored, language),
    ]
      .filter(Boolean)
      .join('; '),
    Solution: troubles
      .map(({ cause, details }) => withDetail(causeText(cause, 'solution', language), details.join('; ')))
      .join(' '),
  };
}

interface Trouble {
  readonly cause: Cause;
  readonly details: readonly string[];
}

/** One Reason and one Solution for three kinds: each cause once, with what every kind says about it. */
function troublesOf({ vulnerability, malware, risk, detail, malwareDetail, riskDetail }: Summary): readonly Trouble[] {
  const said = [
    { cause: vulnerability.cause, detail },
    { cause: malware.cause, detail: malwareDetail },
    { cause: risk.cause, detail: riskDetail },
  ];
  const byCause = Map.groupBy(said, ({ cause }) => cause);
  return [...byCause].flatMap(([cause, kinds]) =>
    cause ? [{ cause, details: [...new Set(kinds.flatMap((kind) => kind.detail || []))] }] : [],
  );
}

/** Suppression is never silent: the counts beside it are lower than what was found. */
function ignoredText(ignored: number | undefined, language: Language): string {
  if (!ignored) return '';
  if (language === 'zh-CN') return `按忽略规则有 ${ignored} 个漏洞未计入`;
  return `${ignored === 1 ? '1 vulnerability is' : `${ignored} vulnerabilities are`} ignored by rules and not counted`;
}

const errorCode = (kind: KindState) => (kind.cause === undefined ? '' : scanErrorCodes[kind.cause]);

/** What exactly happened, after the advice: a limit, a file, a package. */
const withDetail = (advice: string, detail: string) => (advice && detail ? `${advice} (${detail})` : advice);
