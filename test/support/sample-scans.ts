import type { Summary } from '../../src/model/scan.ts';
import type { Vulnerability } from '../../src/model/vulnerability.ts';
import type { ScanResult } from '../../src/store/store.ts';
import { digestOf } from './sample-images.ts';

export const sampleSummary = (overrides: Partial<Summary> = {}): Summary => ({
  vulnerability: { status: 'scanned', progress: 100 },
  malware: { status: 'not-scanned', progress: 0 },
  risk: { status: 'not-scanned', progress: 0 },
  scannedAt: new Date('2026-11-25T01:00:00Z'),
  osName: 'Debian GNU/Linux 12 (bookworm)',
  vulnerabilities: 1,
  critical: 1,
  high: 0,
  medium: 0,
  low: 0,
  packages: 1,
  needsFix: true,
  detail: '',
  ...overrides,
});

export const samplePackage = {
  ecosystem: 'deb',
  name: 'libssl3',
  version: '3.0.11-1~deb12u2',
  source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
  path: 'var/lib/dpkg/status',
  layer: digestOf('layer'),
} as const;

export const sampleVulnerability = (id: string, overrides: Partial<Vulnerability> = {}): Vulnerability => ({
  id,
  aliases: [],
  title: `title of ${id}`,
  description: 'what goes wrong',
  references: ['https://example.org/advisory'],
  severity: 'critical',
  cvss: { score: 9.8, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
  exploited: false,
  affected: [{ package: samplePackage, advisoryId: `DEBIAN-${id}`, fixedVersion: '3.0.13-1~deb12u1' }],
  ...overrides,
});

export const sampleResult = (artifactId: number, overrides: Partial<ScanResult> = {}): ScanResult => ({
  artifactId,
  inventory: {
    os: { family: 'debian', release: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
    packages: [samplePackage],
    problems: [],
  },
  vulnerabilities: [sampleVulnerability('CVE-2024-0001')],
  summary: sampleSummary(),
  advisorySnapshot: 'snapshot-1',
  ...overrides,
});
