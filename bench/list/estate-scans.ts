import type { Insertable } from 'kysely';
import { type KindState, notScanned, type Summary } from '../../src/model/scan.ts';
import { type Severity, severities } from '../../src/model/severity.ts';
import { toSummaryColumns, unscannedColumns } from '../../src/store/image-rows.ts';
import type { SummaryColumns, Tables } from '../../src/store/tables.ts';
import { SYSTEMS } from '../seed-images.ts';
import { seededRandom } from '../seeded-random.ts';
import { digestOf, drawn } from './estate.ts';

/** The same at every size, as the world's vulnerabilities are. */
export const VULNERABILITIES = 10_000;
const MOST_PER_CONTENT = 60;
const SCANNED_FROM = Date.UTC(2026, 10, 1);
const SCAN_SPREAD_MS = 20 * 86_400_000;
const systems = [
  ...SYSTEMS,
  'Red Hat Enterprise Linux 9.4 (Plow)',
  'Rocky Linux 9.3 (Blue Onyx)',
  'Amazon Linux 2023',
  'Wolfi',
];

export interface ScannedContent {
  readonly columns: SummaryColumns;
  /** Numbers of vulnerabilities, each once. */
  readonly vulnerabilities: readonly number[];
  readonly scannedAt: number | undefined;
}

/** Two thirds of the contents are scanned, one in twenty in vain, the others wait. */
export function scanOfContent(content: number): ScannedContent {
  const random = seededRandom(content * 64 + 20);
  const outcome = random();
  if (outcome >= 0.72) return { columns: unscannedColumns('linux'), vulnerabilities: [], scannedAt: undefined };
  const scannedAt = SCANNED_FROM + Math.floor(random() * SCAN_SPREAD_MS);
  const osName = systems[Math.floor(random() ** 2 * systems.length)] ?? '';
  if (outcome >= 0.67) {
    const failed: KindState = { status: 'failed', progress: 100, cause: 'layer-corrupt' };
    const summary = { vulnerability: failed, malware: failed, risk: failed, osName, detail: '' };
    return {
      columns: toSummaryColumns({ ...summary, scannedAt: new Date(scannedAt) }),
      vulnerabilities: [],
      scannedAt,
    };
  }
  const vulnerabilities = drawVulnerabilities(random);
  const columns = toSummaryColumns(scanned(vulnerabilities, osName, new Date(scannedAt), random));
  return { columns, vulnerabilities, scannedAt };
}

/** Some are in every fourth image, most in hardly any. */
function drawVulnerabilities(random: () => number): readonly number[] {
  const count = Math.floor(random() ** 3 * MOST_PER_CONTENT);
  const numbers = Array.from({ length: count }, () => 1 + Math.floor(random() ** 3 * VULNERABILITIES));
  return [...new Set(numbers)];
}

function scanned(numbers: readonly number[], osName: string, scannedAt: Date, random: () => number): Summary {
  const done: KindState = { status: 'scanned', progress: 100 };
  const count = (severity: Severity) => numbers.filter((number) => severityOf(number) === severity).length;
  const others = random() < 0.8;
  return {
    vulnerability: done,
    malware: others ? done : notScanned,
    risk: others ? done : notScanned,
    scannedAt,
    osName,
    vulnerabilities: numbers.length,
    critical: count('critical'),
    high: count('high'),
    medium: count('medium'),
    low: count('low'),
    ...(others ? { malwareFiles: random() < 0.005 ? 1 : 0, risks: Math.floor(random() ** 2 * 6), secrets: 0 } : {}),
    packages: 20 + Math.floor(random() ** 2 * 900),
    needsFix: numbers.some((number) => isFixable(number) && ['critical', 'high'].includes(severityOf(number))),
    detail: '',
  };
}

export function severityOf(number: number): Severity {
  const x = drawn(number, 21);
  return x < 0.05 ? 'critical' : x < 0.2 ? 'high' : x < 0.6 ? 'medium' : 'low';
}

const isFixable = (number: number): boolean => drawn(number, 22) < 0.6;
const packageOf = (number: number): string => `lib${number % 500}`;

const vulnerabilityId = (number: number): string => `CVE-2025-${10_000 + number}`;

export function vulnerabilityRow(number: number): Insertable<Tables['vulnerabilities']> {
  return {
    number,
    id: vulnerabilityId(number),
    aliases: '[]',
    title: `A flaw in ${packageOf(number)}`,
    description: `What is wrong with ${packageOf(number)}, in a sentence or two of ordinary length.`,
    reference_urls: '[]',
    published: '2025-06-01',
    modified: null,
    cvss_score: null,
    cvss_vector: null,
    first_found_at: SCANNED_FROM,
    last_found_at: SCANNED_FROM + SCAN_SPREAD_MS,
    exploit_public: 0,
    epss_probability: null,
    epss_percentile: null,
  };
}

export const vulnerabilityPackageRow = (number: number): Insertable<Tables['vulnerability_packages']> => ({
  vulnerability_number: number,
  ecosystem: 'deb',
  name: packageOf(number),
  version: '1.0',
});

export function findingRow(artifactId: number, number: number): Insertable<Tables['findings']> {
  const found = { ecosystem: 'deb', name: packageOf(number), version: '1.0', path: 'var/lib/dpkg/status', layer: '' };
  const fixed = isFixable(number) ? { fixedVersion: '1.1' } : {};
  return {
    artifact_id: artifactId,
    vulnerability_number: number,
    severity: severities.indexOf(severityOf(number)),
    score: null,
    vector: null,
    fixable: Number(isFixable(number)),
    exploited: Number(number % 200 === 0),
    affected: JSON.stringify([{ package: found, ...fixed }]),
    system: 1,
    application: 0,
  };
}

const LAYER = digestOf('layer');

export const packageRows = (artifactId: number, content: number): Insertable<Tables['packages']>[] =>
  ['openssl', 'zlib1g', `lib${content % 500}`].map((name) => ({
    artifact_id: artifactId,
    ecosystem: 'deb',
    name,
    version: '1.0',
    architecture: null,
    source_name: null,
    source_version: null,
    path: 'var/lib/dpkg/status',
    layer: LAYER,
    modularity: null,
    evidence: null,
    owner_ecosystem: null,
    owner_name: null,
  }));
