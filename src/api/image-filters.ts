import type { ScanStatus } from '../model/scan.ts';
import type { ImageCondition, ImageCountField, ImageTextField, ImageValueField } from '../store/image-query.ts';
import { type Filter, type FilterRule, toConditions, toIds, toTextMatch } from './filters.ts';

type Rule = FilterRule<ImageCondition>;

/** Substring, or equality with ExactMatch. */
const fuzzy = (field: ImageTextField, description: string): Rule => ({
  description: `${description}; substring without regard to case, or equality with ExactMatch=true`,
  toCondition: (values, exact, name) => ({ kind: 'text', field, ...toTextMatch(values, exact, name) }),
});
/** Equality whatever ExactMatch says: the values are a vocabulary. */
const exactly = (field: ImageTextField, description: string): Rule => ({
  description: `${description}; equality`,
  toCondition: (values) => ({ kind: 'text', field, match: 'equals', values }),
});
const yesOrNo: Readonly<Record<string, boolean>> = { '0': false, '1': true, false: false, true: true };
const flag = (field: ImageValueField, description: string): Rule => ({
  description: `${description}; 0 or 1`,
  values: Object.keys(yesOrNo),
  toCondition: (values) => ({ kind: 'value', field, values: values.map((value) => yesOrNo[value] ?? false) }),
});

const statuses: Readonly<Record<string, ScanStatus>> = {
  NOT_SCAN: 'not-scanned',
  SCANNING: 'scanning',
  SCANNED: 'scanned',
  SCAN_ERR: 'failed',
  CANCELED: 'canceled',
  // as documented for local images
  notScan: 'not-scanned',
  scanErr: 'failed',
};
const status = (field: ImageValueField, description: string): Rule => ({
  description: `${description}; equality`,
  values: Object.keys(statuses),
  toCondition: (values) => ({ kind: 'value', field, values: values.map((value) => statuses[value] ?? value) }),
});

const ids = (description: string): Rule => ({
  description: `${description}; equality`,
  toCondition: (values, _, name) => ({ kind: 'value', field: 'id', values: toIds(values, name) }),
});

const risks: Readonly<Record<string, ImageCountField | 'trusted'>> = {
  VulCnt: 'vulnerabilities',
  VirusCnt: 'malwareFiles',
  RiskCnt: 'risks',
  IsTrustImage: 'trusted',
  CriticalLevelVul: 'critical',
  HighLevelVul: 'high',
  MediumLevelVul: 'medium',
  LowLevelVul: 'low',
};

/** Every filter of the image list. Validation and the reference come from this table. */
export const imageFilters: Readonly<Record<string, Rule>> = {
  IsAuthorized: flag('authorized', 'Authorised for scanning'),
  ScanStatus: status('scanStatus', 'Overall scan status'),
  CveStatus: status('vulnerabilityStatus', 'Status of the vulnerability scan'),
  VirusStatus: status('malwareStatus', 'Status of the malware scan'),
  RiskStatus: status('riskStatus', 'Status of the risk scan'),
  ImageName: fuzzy('name', 'Last segment of the repository'),
  Namespace: fuzzy('namespace', 'Repository path before the last segment'),
  ImageRepoAddress: fuzzy('address', 'host[:port]/namespace/name'),
  ImageTag: fuzzy('tag', 'Tag'),
  ImageDigest: fuzzy('digest', 'Manifest digest'),
  ImageId: fuzzy('imageId', 'Config digest'),
  InstanceName: fuzzy('registryName', 'Name of the registry'),
  InstanceId: exactly('instanceId', 'Instance id of the registry'),
  RegistryType: exactly('registryType', 'Type of the registry'),
  RegistryRegion: exactly('registryRegion', 'Region of the registry'),
  OsName: exactly('osName', 'Operating system'),
  Id: ids('Id of the row'),
  ImageAssetIds: ids('Id of the row'),
  OnlyShowLatest: {
    description: 'Only the newest image of each repository; 0 does not restrict, as the parameter of this name',
    values: Object.keys(yesOrNo),
    toCondition: (values) => ({
      kind: 'value',
      field: 'latest',
      values: values.every((value) => yesOrNo[value]) ? [true] : [true, false],
    }),
  },
  IsLatestImage: flag('latest', 'Newest image of its repository'),
  IsTrustImage: flag('trusted', 'On the list of trusted images'),
  IsRunning: flag('running', 'Used by a running container'),
  HasNeedFixVul: flag('needsFix', 'Has a vulnerability that must be fixed'),
  RecommendedFix: flag('fixRecommended', 'Recommended for handling'),
  SecurityRisk: {
    description: 'Has findings of one of these kinds',
    values: Object.keys(risks),
    toCondition: (values) => ({ kind: 'any-of', fields: values.flatMap((value) => risks[value] ?? []) }),
  },
  ComponentName: {
    description: 'Contains a package of this name; together with ComponentVersion both describe the same package',
    toCondition: (values, exact, name) => {
      const { match } = toTextMatch(values, exact, name);
      return { kind: 'package', match, names: values };
    },
  },
  ComponentVersion: {
    description: 'Contains a package of this version',
    toCondition: (values, exact, name) => {
      const { match } = toTextMatch(values, exact, name);
      return { kind: 'package', match, versions: values };
    },
  },
};

/** The conditions of the filters; a package's name and version are joined into one condition on one package. */
export function toImageConditions(filters: readonly Filter[] | undefined): readonly ImageCondition[] {
  const conditions = toConditions(filters, imageFilters);
  const names = conditions.filter((each) => each.kind === 'package' && each.names);
  const versions = conditions.filter((each) => each.kind === 'package' && each.versions);
  const [name] = names;
  const [version] = versions;
  if (names.length !== 1 || versions.length !== 1 || name?.kind !== 'package' || version?.kind !== 'package')
    return conditions;
  const match = name.match === 'equals' && version.match === 'equals' ? 'equals' : 'contains';
  const joined: ImageCondition = { kind: 'package', match, names: name.names ?? [], versions: version.versions ?? [] };
  return [...conditions.filter((each) => each !== name && each !== version), joined];
}
