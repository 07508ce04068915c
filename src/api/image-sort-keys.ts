import type { ImageSortKey } from '../store/image-query.ts';

/** Values of By for the image list: the documented names and the names of the fields. The reference comes from this table. */
export const imageSortKeys: Readonly<Record<string, ImageSortKey>> = {
  ScanTime: 'scannedAt',
  VirusCount: 'malwareFiles',
  VirusCnt: 'malwareFiles',
  SensitiveCount: 'secrets',
  SensitiveInfoCnt: 'secrets',
  SentiveInfoCnt: 'secrets',
  ImageCreateTime: 'createdAt',
  ContainerCount: 'containers',
  ContainerCnt: 'containers',
  VulCount: 'vulnerabilities',
  VulCnt: 'vulnerabilities',
  CriticalLevelVulCnt: 'critical',
  HighLevelVulCnt: 'high',
  RiskCount: 'risks',
  RiskCnt: 'risks',
  ImageSize: 'size',
  ComponentCount: 'packages',
  ComponentCnt: 'packages',
  Id: 'id',
};
