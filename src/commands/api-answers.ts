import { z } from 'zod';

// Only the fields that commands show are named; `looseObject` keeps the rest for `-o json`.

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

/** A row of DescribeAssetImageRegistryList. */
export const ImageRow = z.looseObject({
  Id: z.number(),
  ImageDigest: text,
  ImageId: text,
  ImageRepoAddress: text,
  ImageTag: text,
  ImageName: text,
  Namespace: text,
  InstanceName: text,
  ImageSize: z.number(),
  ImageCreateTime: text,
  OsName: text,
  ScanStatus: text,
  ScanTime: text,
  Progress: z.number(),
  CveStatus: text,
  ScanVulError: text,
  VirusStatus: text,
  ScanVirusError: text,
  VirusCnt: count,
  RiskStatus: text,
  ScanRiskError: text,
  RiskCnt: count,
  Reason: text,
  Solution: text,
  CriticalLevelVulCnt: count,
  HighLevelVulCnt: count,
  MediumLevelVulCnt: count,
  LowLevelVulCnt: count,
  ComponentCnt: count,
  HasNeedFixVul: flag,
  IsLatestImage: flag,
  IsAuthorized: z.number(),
});
export type ImageRow = z.output<typeof ImageRow>;

export const ImageList = z.looseObject({ List: z.array(ImageRow), TotalCount: z.number() });

/** A row of DescribeAssetImageRegistryRegistryList. */
export const RegistryRow = z.looseObject({
  RegistryId: z.number(),
  Name: text,
  RegistryType: text,
  Url: text,
  ConnectMsg: text,
  ConnDetectDetail: z
    .array(z.looseObject({ ConnDetectStatus: text, ConnDetectMessage: text, FailReason: text, Solution: text }))
    .nullish()
    .transform((value) => value ?? []),
  SyncStatus: text,
  SyncFailReason: text,
  SyncSolution: text,
  SyncMessage: text,
  LatestSyncTime: text,
});
export type RegistryRow = z.output<typeof RegistryRow>;

export const RegistryList = z.looseObject({ List: z.array(RegistryRow), TotalCount: z.number() });

export const AddedRegistry = z.looseObject({ RegistryId: z.number(), HealthCheckErr: text, NameRepeatErr: text });
export type AddedRegistry = z.output<typeof AddedRegistry>;

export const CreatedTask = z.looseObject({ TaskID: z.number().nullish() });

/** What of DescribeAssetImageRegistryRegistryDetail must be sent back when something else of a registry is changed. */
export const RegistryDetail = z.object({
  Name: text,
  Username: text,
  Password: text,
  Url: text,
  RegistryType: text,
  NetType: text,
});
export type RegistryDetail = z.output<typeof RegistryDetail>;

/** DescribeAssetImageRegistryScanStatusOneKey. */
export const TaskState = z.looseObject({
  Status: text,
  ImageTotal: z.number(),
  ImageScanCnt: z.number(),
  SuccessCount: z.number(),
  RiskCount: z.number(),
  ImageStatus: z
    .array(z.looseObject({ ImageId: text, ImageRepoAddress: text, ImageTag: text }))
    .nullish()
    .transform((value) => value ?? []),
  Schedule: z.number(),
  ScanRemainTime: z.number(),
});
export type TaskState = z.output<typeof TaskState>;

/** A row of DescribeAssetImageRegistryVulList. */
export const VulnerabilityRow = z.looseObject({
  CVEID: text,
  POCID: text,
  Name: text,
  Level: text,
  CvssScore: text,
  FixedVersions: text,
  Tag: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  Components: z
    .array(z.looseObject({ Name: text, Component: text, Version: text, FixedVersion: text, Path: text }))
    .nullish()
    .transform((value) => value ?? []),
});
export type VulnerabilityRow = z.output<typeof VulnerabilityRow>;

export const VulnerabilityList = z.looseObject({ List: z.array(VulnerabilityRow), TotalCount: z.number() });

/** A row of DescribeAssetImageRegistryVirusList. */
export const VirusRow = z.looseObject({
  Path: text,
  RiskLevel: text,
  Category: text,
  VirusName: text,
  Tags: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  Desc: text,
});
export type VirusRow = z.output<typeof VirusRow>;

export const VirusList = z.looseObject({ List: z.array(VirusRow), TotalCount: z.number() });

/** A row of DescribeAssetImageRegistryRiskInfoList. */
export const RiskRow = z.looseObject({
  Behavior: z.number().nullish(),
  Type: z.number().nullish(),
  Level: text,
  Desc: text,
  InstructionContent: text,
});
export type RiskRow = z.output<typeof RiskRow>;

export const RiskList = z.looseObject({ List: z.array(RiskRow), TotalCount: z.number() });

/** An action that answers only its RequestId. */
export const Done = z.looseObject({});
