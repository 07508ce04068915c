import type { VulnerabilityOverview } from '../store/vulnerabilities.ts';
import type { ResponseOf } from './api-action.ts';
import { toPocId } from './poc-id.ts';
import { severityWords } from './severity-words.ts';
import { dateTime } from './times.ts';
import { vulnerabilityTags } from './vulnerability-tags.ts';

export type VulInfo = NonNullable<ResponseOf<'DescribeSystemVulList'>['List']>[number];

/**
 * A vulnerability over all registry images as VulInfo. There are no local images here, no containers until something
 * tells which run, and no defence on hosts: those numbers are zero because there is nothing to count.
 */
export function toVulInfo(found: VulnerabilityOverview): VulInfo {
  return {
    ID: found.number,
    PocID: toPocId(found.number),
    CVEID: found.id,
    Name: found.title || found.id,
    Tags: vulnerabilityTags(found),
    Category: '',
    Level: severityWords[found.severity],
    CVSSV3Score: cvss3(found)?.score ?? 0,
    FoundTime: dateTime(found.firstFoundAt),
    LatestFoundTime: dateTime(found.lastFoundAt),
    RegistryImageCount: found.images,
    LocalImageCount: 0,
    ContainerCount: 0,
    ...noDefence,
    RaspOpenNodeCount: 0,
    RaspClosedNodeCount: 0,
  };
}

/** The rating, when it is one of CVSS 3; those of other versions are known by their level only. */
export const cvss3 = ({ cvss }: Pick<VulnerabilityOverview, 'cvss'>) =>
  cvss?.vector.startsWith('CVSS:3') ? cvss : undefined;

/** Defence by the original's agents on hosts. */
export const noDefence = {
  DefenceStatus: 'NO_DEFENDED',
  DefenceScope: '',
  DefenceHostCount: 0,
  DefendedCount: 0,
} as const;
