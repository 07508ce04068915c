/** Parameters of DescribeAssetImageRegistryList. */
export interface ListInput {
  readonly Limit?: number;
  readonly Offset?: number;
  readonly Filters?: readonly ListFilter[];
  readonly By?: string;
  readonly Order?: string;
  readonly OnlyShowLatest?: boolean;
}

interface ListFilter {
  readonly Name: string;
  readonly Values: string[];
}

/** A call on a list of `rows` images. */
export interface ListCall {
  readonly name: string;
  /** Its total needs a look at every row or package: no index knows what is inside of a text. */
  readonly linear?: boolean;
  input(rows: number): ListInput;
}

const filter = (Name: string, ...Values: string[]): ListFilter => ({ Name, Values });
const filtered = (name: string, ...Filters: readonly ListFilter[]): ListCall => ({ name, input: () => ({ Filters }) });
const linear = (call: ListCall): ListCall => ({ ...call, linear: true });
const sorted = (By: string, Order = 'desc'): ListCall => ({ name: `by ${By} ${Order}`, input: () => ({ By, Order }) });

/** What people and programs ask for; see seed-images.ts for what there is. */
export const listCalls: readonly ListCall[] = [
  { name: 'first page', input: () => ({}) },
  { name: 'hundred rows', input: () => ({ Limit: 100 }) },
  { name: 'latest only', input: () => ({ OnlyShowLatest: true }) },
  { name: 'total only', input: () => ({ Limit: 0 }) },
  filtered('ScanStatus SCANNED', filter('ScanStatus', 'SCANNED')),
  filtered('ScanStatus SCAN_ERR', filter('ScanStatus', 'SCAN_ERR')),
  filtered('CveStatus SCANNED', filter('CveStatus', 'SCANNED')),
  filtered('IsAuthorized 0', filter('IsAuthorized', '0')),
  filtered('HasNeedFixVul 1', filter('HasNeedFixVul', '1')),
  filtered('RecommendedFix 1', filter('RecommendedFix', '1')),
  sorted('ImageCreateTime', 'asc'),
  sorted('ScanTime'),
  sorted('ImageSize'),
  sorted('VulCnt'),
  sorted('CriticalLevelVulCnt'),
  sorted('HighLevelVulCnt'),
  sorted('ComponentCnt', 'asc'),
  sorted('VirusCnt'),
  sorted('SensitiveInfoCnt'),
  sorted('RiskCnt'),
  sorted('ContainerCnt'),
  { name: 'a tenth in', input: (rows) => ({ Offset: rows / 10 }) },
  { name: 'the middle', input: (rows) => ({ Offset: rows / 2 }) },
  { name: 'the last page', input: (rows) => ({ Offset: rows - 10 }) },
  {
    name: 'ScanStatus SCANNED, a tenth in',
    input: (rows) => ({ Filters: [filter('ScanStatus', 'SCANNED')], Offset: rows / 10 }),
  },
  filtered('SecurityRisk CriticalLevelVul', filter('SecurityRisk', 'CriticalLevelVul')),
  filtered('SecurityRisk VulCnt, HighLevelVul', filter('SecurityRisk', 'VulCnt', 'HighLevelVul')),
  filtered('SecurityRisk VirusCnt (none)', filter('SecurityRisk', 'VirusCnt')),
  {
    name: 'critical and latest, by VulCnt',
    input: () => ({ Filters: [filter('SecurityRisk', 'CriticalLevelVul')], OnlyShowLatest: true, By: 'VulCnt' }),
  },
  filtered('InstanceName harbor-eu', filter('InstanceName', 'harbor-eu')),
  {
    name: 'InstanceName harbor-eu, by VulCnt',
    input: () => ({ Filters: [filter('InstanceName', 'harbor-eu')], By: 'VulCnt' }),
  },
  filtered('RegistryType harbor', filter('RegistryType', 'harbor')),
  filtered('OsName Alpine Linux v3.20', filter('OsName', 'Alpine Linux v3.20')),
  filtered('ImageName gateway and latest', filter('ImageName', 'gateway'), filter('OnlyShowLatest', '1')),
  filtered('ImageName -12 (few)', filter('ImageName', '-12')),
  filtered('ImageName gateway (some)', filter('ImageName', 'gateway')),
  filtered('ImageName e (most)', filter('ImageName', 'e')),
  filtered('Namespace payments', filter('Namespace', 'payments')),
  linear(filtered('ImageTag latest (a substring)', filter('ImageTag', 'latest'))),
  linear(filtered('ComponentName openssl (a substring)', filter('ComponentName', 'openssl'))),
];
