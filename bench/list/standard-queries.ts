import { type Estate, registryName } from './estate.ts';

/** One question to the API, and the SQL that somebody would write who had only this one to answer. */
export interface StandardQuery {
  readonly name: string;
  readonly action: string;
  readonly input: (estate: Estate) => Readonly<Record<string, unknown>>;
  /** After `from`: joins and conditions; the same on both engines. */
  readonly from: (estate: Estate) => string;
  readonly order?: string;
  readonly offset?: (estate: Estate) => number;
  /** No counter can keep its total, which is found anew: at most thirty first pages long. */
  readonly uncounted?: boolean;
  /** Field of the answer that holds the total, when it is not TotalCount. */
  readonly total?: string;
  /** The SQL, whose total is called `n`, where it is not a page of rows. */
  readonly bare?: string;
}

const LIST = 'DescribeAssetImageRegistryList';
const NEWEST = 'images.created_at desc nulls last, images.id desc';

const filter = (Name: string, ...Values: readonly string[]) => ({ Name, Values, ExactMatch: false });
const exact = (Name: string, ...Values: readonly string[]) => ({ Name, Values, ExactMatch: true });

const list = (
  name: string,
  parameters: StandardQuery['input'],
  where: (estate: Estate) => string,
  more: Partial<StandardQuery> = {},
): StandardQuery => ({ name, action: LIST, input: parameters, from: where, ...more });

const all = () => 'images';
const severity = (level: string, column: string) =>
  list(
    `severity ${column}`,
    () => ({ Filters: [filter('SecurityRisk', level)] }),
    () => `images where images.${column} > 0`,
  );
const deep = (name: string, offset: (estate: Estate) => number) =>
  list(name, (estate) => ({ Offset: offset(estate) }), all, { offset });

const inRepositories = (condition: string) => `images join repositories on repositories.id = images.repository_id
  where ${condition}`;
const named = (text: string) => inRepositories(`lower(repositories.name) like '%${text}%'`);
const substring = (name: string, text: (estate: Estate) => string, more: Partial<StandardQuery> = {}) =>
  list(
    name,
    (estate) => ({ Filters: [filter('ImageName', text(estate))] }),
    (estate) => named(text(estate)),
    more,
  );

/** Number of a vulnerability that is in every fourth content, and of one that is in hardly any. */
const COMMON = 2;
const RARE = 9_000;
const affected = (number: number) => `images join findings on findings.artifact_id = images.artifact_id
  where findings.vulnerability_number = ${number} and not exists (select 1 from ignored_findings i
    where i.artifact_id = findings.artifact_id and i.vulnerability_number = ${number})`;
const perVulnerability = (name: string, number: number, more: Partial<StandardQuery> = {}): StandardQuery => ({
  name,
  action: 'DescribeVulRegistryImageList',
  input: () => ({ PocID: String(number) }),
  from: () => affected(number),
  order: 'images.id desc',
  ...more,
});

const countIf = (condition: string) => `sum(case when ${condition} then 1 else 0 end)`;
const summary = (name: string, action: string, total: string, bare: string): StandardQuery => ({
  name,
  action,
  total,
  bare,
  input: () => ({}),
  from: all,
});

/** The fourteen of the issue, some of them in several forms, but for the export. */
export const standardQueries: readonly StandardQuery[] = [
  list('first page', () => ({}), all),
  deep('a tenth in', ({ images }) => images / 10),
  deep('the middle', ({ images }) => images / 2),
  deep('the last page', ({ images }) => images - 10),
  list(
    'the middle of the latest',
    ({ repositories }) => ({ OnlyShowLatest: true, Offset: repositories / 2 }),
    () => 'images where images.latest = 1',
    { offset: ({ repositories }) => repositories / 2 },
  ),
  substring('substring, rare', ({ repositories }) => `-${(repositories - 7).toString(36)}`),
  substring('substring, common', () => 'gateway', { uncounted: true }),
  substring('substring, in most', () => 'e', { uncounted: true }),
  list(
    'latest',
    () => ({ OnlyShowLatest: true }),
    () => 'images where images.latest = 1',
  ),
  list(
    'running',
    () => ({ IsRunning: true }),
    () => 'images where images.running = 1',
  ),
  severity('CriticalLevelVul', 'critical'),
  severity('HighLevelVul', 'high'),
  severity('MediumLevelVul', 'medium'),
  severity('LowLevelVul', 'low'),
  list(
    'critical, latest, scanned, by VulCnt',
    () => ({
      Filters: [filter('SecurityRisk', 'CriticalLevelVul'), filter('ScanStatus', 'SCANNED')],
      OnlyShowLatest: true,
      By: 'VulCnt',
    }),
    () => `images where images.latest = 1 and images.critical > 0 and images.scan_status = 'scanned'`,
    { order: 'images.vulnerabilities desc nulls last, images.id desc' },
  ),
  list(
    'per registry',
    () => ({ Filters: [exact('InstanceName', registryName(1))] }),
    () => `images join registries on registries.id = images.registry_id where registries.name = '${registryName(1)}'`,
  ),
  list(
    'per registry, by VulCnt',
    () => ({ Filters: [exact('InstanceName', registryName(1))], By: 'VulCnt' }),
    () => `images join registries on registries.id = images.registry_id where registries.name = '${registryName(1)}'`,
    { order: 'images.vulnerabilities desc nulls last, images.id desc' },
  ),
  list(
    'per namespace',
    () => ({ Filters: [exact('Namespace', 'payments')] }),
    () => inRepositories(`repositories.namespace = 'payments'`),
  ),
  list(
    'per OsName',
    () => ({ Filters: [filter('OsName', 'Alpine Linux v3.20')] }),
    () => `images where images.os_name = 'Alpine Linux v3.20'`,
  ),
  summary(
    'summary',
    'DescribeAssetSummary',
    'ImageCnt',
    `select count(*) as n, ${countIf('vulnerabilities > 0')}, ${countIf('malware_files > 0')}, ${countIf('risks > 0')},
      ${countIf('trusted = 0')}, ${countIf(`scan_status = 'scanned'`)}, ${countIf('fix_recommended = 1')}, max(scanned_at)
      from images`,
  ),
  summary(
    'summary, waiting for a scan',
    'DescribeAssetImageRegistrySummary',
    'UnScannedImageCnt',
    `select count(*) as n from images where scan_status = 'not-scanned'`,
  ),
  perVulnerability('per CVE, rare', RARE, { uncounted: true }),
  perVulnerability('per CVE, common', COMMON, { uncounted: true }),
];

export const newestFirst = NEWEST;
