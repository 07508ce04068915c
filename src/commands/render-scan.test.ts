import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import {
  knownReport,
  reportWithText,
  sampleMalware,
  sampleReport,
  sampleSecret,
  sampleVulnerability,
  unknownReport,
} from '../../test/support/sample-report.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { type RenderScanOptions, renderScan } from './render-scan.ts';

const now = new Date('2024-03-02T03:00:00Z');
const colors = picocolors.createColors(false);

const render = (report: ScanReport, width?: number, options: Partial<RenderScanOptions> = {}) =>
  renderScan(report, { width, colors }, { wide: false, showSuppressed: false, now, ...options });

test('what was looked at comes first, then what is wrong, worst first', () => {
  expect(render(knownReport())).toBe(
    `Image       registry.example.com/team/app:1.2 (linux/amd64)
Digest      sha256:${'d'.repeat(64)}
System      Debian GNU/Linux 12 (bookworm)
Content     5 packages in 2 layers, 978.5 KiB
Advisories  19, checked 3 h ago
Vulnerable  0C 1H 0M 1L
Fixable     1 of 2
Malware     1 file (clamav 1.4.6/27500, yara-x 1.20.0)
Risks       1 secret, 1 setting
Left out    5: 1 owned by system packages, 1 by VEX, 1 ignored, 1 of malware, 1 of risks; --show-suppressed lists them

SEVERITY  VULNERABILITY        KEV  PACKAGE        INSTALLED  FIXED IN      TITLE
high      CVE-2024-0001        yes  libssl3 +1     3.0.9-1    3.0.11-1      a buffer overflows
unknown   GHSA-xxxx-yyyy-zzzz       @scope/lodash  4.17.11    will not fix

SEVERITY  MALWARE              ENGINE  PATH                   LAYER
critical  Unix.Miner.Sample-1  clamav  srv/upload.zip!/miner  aaaaaaaaaaaa

SEVERITY  SECRET        WHERE             EXCERPT                                    REMOVED
critical  github-token  srv/web/.npmrc:3  //npm.pkg.github.com/:_authToken=ghp_****  later

SEVERITY  CHECK        WHAT                                                WHERE
medium    CIS-DI-0001  The image runs as root. Add USER to the Dockerfile  Dockerfile
`,
  );
});

test('without the catalogue nobody says what is exploited', () => {
  const { snapshot, ...report } = knownReport();
  if (!snapshot) throw new Error('a sample without a snapshot');

  expect(render({ ...report, snapshot: { ...snapshot, exploited: 0 } })).toMatch(/^high +CVE-2024-0001 +\? +libssl3/m);
});

test('a wide table has every package and every column', () => {
  const text = render(sampleReport(), 80, { wide: true });

  expect(text).toMatch(/^SEVERITY .* CVSS +EPSS +PATH$/m);
  expect(text).toMatch(/CVE-2024-0001 +yes +libssl3 .* 7\.5 +0\.912 +var\/lib\/dpkg\/status$/m);
  expect(text).toMatch(/CVE-2024-0001 +yes +openssl /m);
});

test('packages that differ in version or fix keep lines of their own', () => {
  const [first, second] = sampleVulnerability().affected;
  const affected = first && second ? [first, { ...second, fixedVersion: '3.0.12-1' }] : [];

  const text = render(sampleReport({ vulnerabilities: [sampleVulnerability({ affected })] }));

  expect(text.match(/^high .*$/gm)).toHaveLength(2);
});

test('what is left out is listed with why when that is wanted', () => {
  const text = render(sampleReport(), undefined, { showSuppressed: true });

  expect(text).toContain('Left out    5: 1 owned by system packages, 1 by VEX, 1 ignored, 1 of malware, 1 of risks\n');
  expect(text).toMatch(/^SEVERITY +VULNERABILITY +PACKAGE +INSTALLED +LEFT OUT BY$/m);
  expect(text).toMatch(
    /^critical +CVE-2024-0004 +@scope\/lodash +4\.17\.11 +ignored: \.plimsollignore:3: not reachable$/m,
  );
  expect(text).toMatch(/^critical +Eicar-Test-Signature +rules:1 +srv\/test\/eicar$/m);
  expect(text).toMatch(/^medium +CIS-DI-0008 +\.plimsollignore:4: ours +usr\/bin\/su$/m);
});

test('every kind says why it is unknown, and what is a lower bound has its plus', () => {
  const unknown = render(unknownReport());
  const partial = render(sampleReport());

  expect(unknown).toContain('Malware     - (unknown: clamav: nobody listens on 127.0.0.1:3310)\n');
  expect(unknown).toContain('Risks       - (unknown: layer 1: it is cut off)\n');
  expect(partial).toContain('Malware     1+ file (clamav 1.4.6/27500, yara-x 1.20.0; clamav: srv/big.iso is larger');
  expect(partial).toContain('Risks       1+ secret, 1+ setting\n');
});

test('nothing is said of a kind that was not looked for', () => {
  const { risk: _, malware: __, ...report } = knownReport({ kinds: ['malware'], vulnerabilities: [], suppressed: [] });
  const { malware } = knownReport();

  const text = render({ ...report, ...(malware ? { malware } : {}) });

  expect(text).toMatch(/^Malware {5}1 file/m);
  expect(text).not.toMatch(/^(Vulnerable|Risks|System|Advisories|Fixable)/m);
  expect(text).not.toContain('packages');
});

test('a terminal gets a page of each kind and is told of the rest; a pipe and -o wide get all', () => {
  const risks = Array.from({ length: 42 }, (_, i) => ({ ...sampleSecret, path: `srv/${i}` }));
  const { malware } = knownReport();
  const files = Array.from({ length: 31 }, (_, i) => ({ ...sampleMalware, path: `opt/${i}` }));
  const report = knownReport({
    risk: { risks, gaps: [] },
    ...(malware ? { malware: { ...malware, files } } : {}),
  });
  const secretsOf = (text: string) => text.match(/^critical +github-token /gm)?.length;

  expect(secretsOf(render(report, 100))).toBe(30);
  expect(render(report, 100)).toContain('… and 12 more; -o wide shows all\n');
  expect(render(report, 100)).toContain('… and 1 more; -o wide shows all\n');
  expect(secretsOf(render(report))).toBe(42);
  expect(secretsOf(render(report, 100, { wide: true }))).toBe(42);
});

test('unknown is no zero, a lower bound has its plus', () => {
  expect(render(unknownReport())).toContain('Vulnerable  - (unknown, which is not zero)\n');
  expect(render(sampleReport({ coverage: 'partial' }))).toContain('Vulnerable  0+C 1+H 0+M 1+L\n');
});

test.for([60, 80, 120])('nothing is wider than a terminal of %i columns', (width) => {
  const text = render(sampleReport(), width, { showSuppressed: true });

  const widest = text.split('\n').filter((line) => !line.includes('sha256:')); // a digest is not torn apart
  expect(Math.max(...widest.map((line) => line.length))).toBeLessThanOrEqual(width);
});

test.for(['\u001b[2J', '\u009b31m', 'a\r\nb', '\u202Ex', 'bell\u0007'])('%j does not act on the terminal', (text) => {
  for (const wide of [true, false]) {
    const written = render(reportWithText(text), 80, { wide, showSuppressed: true });

    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});
