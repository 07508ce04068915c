import { defineExportTable } from '../../exports/export-table.ts';
import type { Image } from '../../model/image.ts';
import { type ColumnRule, cellsOf, describeColumns } from '../export-columns.ts';
import { readPages } from '../read-pages.ts';
import { type ImageRepoInfo, toImageRepoInfo } from '../to-image-repo-info.ts';

/** A row of the list, and the image behind it: the wire says 0 where the image says that nobody knows. */
interface Row {
  readonly info: ImageRepoInfo;
  readonly image: Image;
}

/** The field of the list, as the list has it. */
const field = (name: keyof ImageRepoInfo, description: string, aliases: readonly string[] = []): ColumnRule<Row> => ({
  description,
  aliases,
  cell: ({ info }) => info[name] ?? undefined,
});
/** A count of which the list cannot say that it is unknown. */
const count = (of: (image: Image) => number | undefined, description: string): ColumnRule<Row> => ({
  description: `${description}; empty where unknown`,
  cell: ({ image }) => of(image),
});

const columns = {
  InstanceName: field('InstanceName', 'Name of the registry'),
  InstanceId: field('InstanceId', 'Instance id of the registry'),
  RegistryType: field('RegistryType', 'Type of the registry'),
  RegistryRegion: field('RegistryRegion', 'Region of the registry'),
  Namespace: field('Namespace', 'Repository path before the last segment'),
  ImageName: field('ImageName', 'Last segment of the repository'),
  ImageTag: field('ImageTag', 'Tag'),
  ImageRepoAddress: field('ImageRepoAddress', 'host[:port]/namespace/name, no tag'),
  ImageDigest: field('ImageDigest', 'Manifest digest'),
  ImageId: field('ImageId', 'Config digest'),
  ImageSize: field('ImageSize', 'Config and layers as the registry stores them, bytes'),
  OsName: field('OsName', 'Operating system'),
  ImageCreateTime: {
    description: 'Build time, RFC 3339; empty where the image does not say',
    cell: ({ info, image }: Row) => (image.createdAt ? (info.ImageCreateTime ?? undefined) : undefined),
  },
  IsLatestImage: field('IsLatestImage', 'Newest image of its repository'),
  IsAuthorized: field('IsAuthorized', '1 authorised for scanning, 0 not'),
  IsRunning: field('IsRunning', 'Used by a running container; empty where unknown'),
  ContainerCnt: field('ContainerCnt', 'Containers that use it; empty where unknown'),
  IsTrustImage: field('IsTrustImage', 'On the list of trusted images'),
  ScanStatus: field('ScanStatus', 'Overall scan status'),
  ScanTime: field('ScanTime', 'End of the last scan, RFC 3339', ['ScanEndTime']),
  CriticalLevelVulCnt: field('CriticalLevelVulCnt', 'Critical vulnerabilities; empty where unknown'),
  HighLevelVulCnt: field('HighLevelVulCnt', 'High vulnerabilities; empty where unknown'),
  MediumLevelVulCnt: field('MediumLevelVulCnt', 'Medium vulnerabilities; empty where unknown'),
  LowLevelVulCnt: field('LowLevelVulCnt', 'Low and unrated vulnerabilities; empty where unknown'),
  VulCnt: count(({ summary }) => summary.vulnerabilities, 'Vulnerabilities'),
  VirusCnt: count(({ summary }) => summary.malwareFiles, 'Files with malware'),
  RiskCnt: count(({ summary }) => summary.risks, 'Risky settings and secrets'),
  SensitiveInfoCnt: field('SensitiveInfoCnt', 'Secrets; empty where unknown'),
  SentiveInfoCnt: count(({ summary }) => summary.secrets, 'The same under its older name'),
  ComponentCnt: field('ComponentCnt', 'Packages; empty where unknown'),
  HasNeedFixVul: field('HasNeedFixVul', 'Has a vulnerability that must be fixed; empty where unknown'),
  RecommendedFix: field('RecommendedFix', 'Recommended for handling; empty where unknown'),
  CveStatus: field('CveStatus', 'Status of the vulnerability scan'),
  VirusStatus: field('VirusStatus', 'Status of the malware scan'),
  RiskStatus: field('RiskStatus', 'Status of the risk scan'),
  Progress: field('Progress', 'Overall progress, percent'),
  ScanVulProgress: field('ScanVulProgress', 'Progress of the vulnerability scan, percent'),
  ScanVirusProgress: field('ScanVirusProgress', 'Progress of the malware scan, percent'),
  ScanRiskProgress: field('ScanRiskProgress', 'Progress of the risk scan, percent'),
  ScanRemainTime: field('ScanRemainTime', 'Seconds that the scan will still take; 0 when none runs'),
  ScanVulError: field('ScanVulError', 'Code of what went wrong in the vulnerability scan'),
  ScanVirusError: field('ScanVirusError', 'Code of what went wrong in the malware scan'),
  ScanRiskError: field('ScanRiskError', 'Code of what went wrong in the risk scan'),
  Reason: field('Reason', 'What went wrong'),
  Solution: field('Solution', 'What to do about it'),
  ScanStartTime: { description: 'Accepted for compatibility; not recorded, always empty', cell: () => undefined },
  Id: field('Id', 'Id of the row'),
} satisfies Readonly<Record<keyof ImageRepoInfo | 'ScanStartTime', ColumnRule<Row>>>;

/** Registry images: the columns are the fields of DescribeAssetImageRegistryList. */
export const imagesTable = defineExportTable({
  kind: 'images',
  columns: describeColumns(columns),
  open: async ({ query }, names, { store, language }) => {
    const ids = await store.images.ids(query);
    const toCells = cellsOf<Row>(columns, names);
    return {
      total: ids.length,
      pages: readPages(ids, store.images.byIds, (image) => toCells({ image, info: toImageRepoInfo(image, language) })),
    };
  },
});
