import type { MalwareFile } from '../../src/model/malware-file.ts';
import type { LocatedPackage } from '../../src/model/package.ts';
import type { Risk } from '../../src/model/risk.ts';
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

/** A secret in a file that a later layer removes. */
export const sampleSecret: Risk = {
  rule: 'github-token',
  behavior: 'secret',
  place: 'file',
  severity: 'critical',
  description: 'GitHub token in /srv/web/.npmrc, line 3',
  instruction: '//npm.pkg.github.com/:_authToken=ghp_****',
  path: 'srv/web/.npmrc',
  line: 3,
  layer: base,
  removedBy: app,
  fingerprint: '0123456789abcdef',
};

/** What the config says, which lies in no file. */
export const sampleSetting: Risk = {
  rule: 'CIS-DI-0001',
  behavior: 'privilege',
  place: 'instruction',
  severity: 'medium',
  description: 'The image runs as root. Add USER to the Dockerfile',
  instruction: 'USER root',
};

export const sampleMalware: MalwareFile = {
  path: 'srv/upload.zip!/miner',
  severity: 'critical',
  category: 'Miner',
  name: 'Unix.Miner.Sample-1',
  engine: 'clamav',
  tags: ['clamav 1.4.6'],
  description: 'Mines for somebody else.',
  solution: 'Delete the file.',
  fileType: 'ELF',
  md5: 'd41d8cd98f00b204e9800998ecf8427e',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  size: 17,
  layer: app,
};

/** A report with something of everything that it can hold. */
export function sampleReport(over: Partial<ScanReport> = {}): ScanReport {
  return {
    reference: 'registry.example.com/team/app:1.2',
    platform: 'linux/amd64',
    digest: `sha256:${'d'.repeat(64)}`,
    imageId: `sha256:${'c'.repeat(64)}`,
    kinds: ['vulnerability', 'malware', 'risk'],
    risk: {
      risks: [sampleSecret, sampleSetting],
      gaps: [{ cause: 'limit-exceeded', subject: 'srv/huge.log: the line is longer than 1 MiB' }],
      suppressed: [
        { risk: { ...sampleSetting, rule: 'CIS-DI-0008', path: 'usr/bin/su' }, detail: '.plimsollignore:4: ours' },
      ],
    },
    malware: {
      files: [sampleMalware],
      engines: [
        { name: 'clamav', version: '1.4.6', signatures: '27500', signaturesAt: new Date('2024-03-01T00:00:00Z') },
        { name: 'yara-x', version: '1.20.0', signatures: '' },
      ],
      failures: [{ engine: 'clamav', cause: 'engine-limit', message: 'srv/big.iso is larger than StreamMaxLength' }],
      warnings: [{ engine: 'yara-x', cause: 'rules-invalid', message: 'team.yar:3: unknown identifier `x`' }],
      suppressed: [
        { file: { ...sampleMalware, path: 'srv/test/eicar', name: 'Eicar-Test-Signature' }, detail: 'rules:1' },
      ],
    },
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

/** The sample, and everything is known of it. */
export function knownReport(over: Partial<ScanReport> = {}): ScanReport {
  const { risk, malware, inventory, ...report } = sampleReport();
  return {
    ...report,
    coverage: 'known',
    gaps: [],
    inventory: { ...inventory, problems: [] },
    ...(risk ? { risk: { ...risk, gaps: [] } } : {}),
    ...(malware ? { malware: { ...malware, failures: [] } } : {}),
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
    risk: { risks: [], gaps: [{ cause: 'layer-corrupt', subject: 'layer 1: it is cut off' }] },
    malware: {
      files: [],
      engines: [],
      failures: [{ engine: 'clamav', cause: 'engine-unreachable', message: 'nobody listens on 127.0.0.1:3310' }],
      warnings: [],
    },
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
  const risk: Risk = { ...sampleSecret, rule: text, description: text, instruction: text, path: text };
  const malware: MalwareFile = {
    ...sampleMalware,
    path: text,
    category: text,
    name: text,
    engine: text,
    tags: [text],
    description: text,
    solution: text,
    fileType: text,
    md5: text,
    sha256: text,
  };
  return {
    ...report,
    risk: {
      risks: [risk, { ...sampleSetting, rule: text, description: text, instruction: text }],
      gaps: [{ cause: 'limit-exceeded', subject: text }],
      suppressed: [{ risk, detail: text }],
    },
    malware: {
      files: [malware],
      engines: [{ name: text, version: text, signatures: text }],
      failures: [{ engine: text, cause: 'engine-failed', message: text }],
      warnings: [{ engine: text, cause: 'rules-invalid', message: text }],
      suppressed: [{ file: malware, detail: text }],
    },
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
