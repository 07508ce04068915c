import type { VulnerabilityDetail } from '../store/vulnerabilities.ts';
import type { ResponseOf } from './api-action.ts';
import { toPocId } from './poc-id.ts';
import type { Language } from './protocol/api-error.ts';
import { severityWords } from './severity-words.ts';
import { dateTime } from './times.ts';
import { cvss3, noDefence } from './to-vul-info.ts';
import { upgradeAdvice } from './upgrade-advice.ts';
import { vulnerabilityTags } from './vulnerability-tags.ts';

export type VulDetailInfo = NonNullable<ResponseOf<'DescribeVulDetail'>['VulInfo']>;

/** Everything about one vulnerability as VulDetailInfo. It is known here because a scan found it, so it is SCANNED. */
export function toVulDetail(found: VulnerabilityDetail, language: Language): VulDetailInfo {
  const rating = cvss3(found);
  return {
    PocID: toPocId(found.number),
    CVEID: found.id,
    Name: found.title || found.id,
    Tags: vulnerabilityTags(found),
    Category: '',
    CategoryType: found.system || !found.application ? 'SYSTEM' : 'WEB',
    Level: severityWords[found.severity],
    CVSSV3Score: rating?.score ?? 0,
    CVSSV3Desc: rating?.vector ?? '',
    SubmitTime: dateTime(found.published ? new Date(found.published) : undefined),
    Description: found.description,
    OfficialSolution: upgradeAdvice(
      found.packages.flatMap(({ name, fixedVersions }) =>
        fixedVersions.map((fixedVersion) => ({ name, fixedVersion })),
      ),
      language,
    ),
    DefenseSolution: '',
    Reference: found.references,
    ComponentList: found.packages.map(({ name, versions, fixedVersions }) => ({
      Name: name,
      Version: versions,
      FixedVersion: fixedVersions,
    })),
    RegistryImageCount: found.images,
    RegistryNewestImageCount: found.latestImages,
    LocalImageCount: 0,
    LocalNewestImageCount: 0,
    ContainerCount: 0,
    ...noDefence,
    ScanStatus: 'SCANNED',
  };
}
