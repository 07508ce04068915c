import type { LocatedPackage } from '../../src/model/package.ts';
import type { Suppressed, Vulnerability } from '../../src/model/vulnerability.ts';
import type { ScanReport } from '../../src/scan/scan-report.ts';

const base = `sha256:${'b'.repeat(64)}` as const;
const app = `sha256:${'a'.repeat(64)}` as const;

export const libssl: LocatedPackage = {
  ecosystem: 'deb',
  name: 'libssl3',
  version: '3.0.9-1',
  architecture: 'amd64',
  source: { name: 'openssl', version: '3.0.9-1' },
  path: 'var/lib/dpkg/status',
  layer: base,
};
export const openssl: LocatedPackage = { ...libssl, name: 'openssl' };
export const lodash: LocatedPackage = {
  ecosystem: 'npm',
  name: '@scope/lodash',
  version: '4.17.11',
  evidence: 'lock',
  path: 'srv/web/package-lock.json',
  layer: app,
};

export function sampleVulnerability(over: Partial<Vulnerability> = {}): Vulnerability {
  return {
    id: 'CVE-2024-0001',
    aliases: ['GHSA-aaaa-bbbb-cccc'],
    title: 'a buffer overflows',
    description: 'Long input overflows a buffer.',
    references: ['https://example.org/advisory?id=1'],
    published: '2024-01-02T03:04:05Z',
    modified: '2024-02-02T03:04:05Z',
    severity: 'high',
    cvss: { score: 7.5, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
    exploited: true,
    exploitPublic: true,
    epss: { probability: 0.91234, percentile: 0.99 },
    affected: [
      { package: libssl, advisoryId: 'DEBIAN-CVE-2024-0001', fixedVersion: '3.0.11-1', status: 'fixed' },
      { package: openssl, advisoryId: 'DEBIAN-CVE-2024-0001', fixedVersion: '3.0.11-1', status: 'fixed' },
    ],
    ...over,
  };
}

const unrated: Vulnerability = {
  id: 'GHSA-xxxx-yyyy-zzzz',
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'unknown',
  exploited: false,
  affected: [{ package: lodash, advisoryId: 'GHSA-xxxx-yyyy-zzzz', status: 'will-not-fix' }],
};

const leftOut = (reason: Suppressed['reason'], detail: string, id: string): Suppressed => ({
  reason,
  detail,
  vulnerability: { ...unrated, id, severity: 'critical' },
});

/** A report with something of everything that it can hold. */
export function sampleReport(over: Partial<ScanReport> = {}): ScanReport {
  return {
    reference: 'registry.example.com/team/app:1.2',
    platform: 'linux/amd64',
    digest: `sha256:${'d'.repeat(64)}`,
    imageId: `sha256:${'c'.repeat(64)}`,
    kinds: ['vulnerability'],
    inventory: {
      os: { family: 'debian', release: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
      packages: [
        libssl,
        openssl,
        lodash,
        {
          ecosystem: 'maven',
          name: 'org.example:web',
          version: '1.0',
          path: 'srv/a.war!/WEB-INF/lib/web.jar',
          layer: app,
        },
        {
          ecosystem: 'pypi',
          name: 'six',
          version: '1.16.0',
          path: 'usr/lib/python3/dist-packages/six-1.16.0.egg-info',
          layer: base,
          ownedBy: { ecosystem: 'deb', name: 'python3-six' },
        },
      ],
      problems: [
        { path: 'srv/broken.jar', analyzer: 'java', cause: 'package-unreadable', message: 'it is cut off', layer: app },
      ],
    },
    layers: [
      { digest: base, size: 1_000_000 },
      { digest: app, size: 2_000 },
    ],
    vulnerabilities: [sampleVulnerability(), unrated],
    suppressed: [
      leftOut('owned-by-system-package', 'python3-six', 'CVE-2024-0002'),
      leftOut('vex', 'team.vex.json: component_not_present', 'CVE-2024-0003'),
      leftOut('ignored', '.plimsollignore:3: not reachable', 'CVE-2024-0004'),
    ],
    coverage: 'partial',
    gaps: [{ cause: 'version-undecided', subject: 'libfoo 1..2' }],
    snapshot: {
      id: 'a1b2c3',
      compiledAt: '2024-03-01T00:00:00.000Z',
      checkedAt: '2024-03-02T00:00:00.000Z',
      advisories: 19,
      namespaces: [{ name: 'Debian:12', advisories: 19 }],
      exploited: 3,
    },
    ...over,
  };
}

/** An image that nobody can judge: the list is empty, and that says nothing. */
export function unknownReport(): ScanReport {
  const { snapshot: _, digest: __, ...report } = sampleReport();
  return {
    ...report,
    inventory: { packages: [libssl], problems: [] },
    vulnerabilities: [],
    suppressed: [],
    coverage: 'unknown',
    gaps: [{ cause: 'advisories-missing', subject: 'Debian:7' }],
  };
}

/** The sample with this text wherever an image, a feed or a rule can put one. */
export function reportWithText(text: string): ScanReport {
  const report = sampleReport();
  const pkg: LocatedPackage = {
    ...lodash,
    name: text,
    version: text,
    architecture: text,
    source: { name: text, version: text },
    modularity: text,
    path: text,
    ownedBy: { ecosystem: 'deb', name: text },
  };
  const vulnerability = sampleVulnerability({
    id: text,
    aliases: [text],
    title: text,
    description: text,
    references: [text, `https://example.org/${text}`],
    published: text,
    modified: text,
    cvss: { score: 7.5, vector: text },
    affected: [
      { package: pkg, advisoryId: text, fixedVersion: text },
      { package: { ...libssl, name: text, version: text }, advisoryId: text },
    ],
  });
  return {
    ...report,
    reference: text,
    platform: text,
    inventory: {
      os: { family: text, release: text, name: text, repositories: [text] },
      packages: [pkg, { ...libssl, name: text, version: text }],
      problems: [{ path: text, analyzer: text, cause: 'package-unreadable', message: text, layer: base }],
    },
    vulnerabilities: [vulnerability],
    suppressed: [{ reason: 'ignored', detail: text, vulnerability }],
    gaps: [{ cause: 'version-undecided', subject: text }],
  };
}
