import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDebianRoot, type DebianRoot, whyNoDebianRoot } from '../support/build-debian-root.ts';
import { type ChangelogFix, changelogFixes, toOsvRecords } from '../support/debian-advisories.ts';
import { layerOfFolder } from '../support/layer-of-folder.ts';
import { fixedAdvisories, openQualityLab, type QualityLab } from './open-quality-lab.ts';
import { addUp, factsOf, renderScores, scoreEach } from './score.ts';

// Packages of Debian's main archive, without the fixes that its security suite has, against what Debian's own changelogs
// say was fixed since: labels that nobody had to write.

const RELEASE = 'bookworm';
const packages = [
  'openssl',
  'libssl3',
  'libexpat1',
  'perl-base',
  'libbrotli1',
  'base-files',
  'python3-urllib3',
  'node-semver',
];
const COPY = 'opt/venv/lib/python3.11/site-packages';

let work: string;
let root: DebianRoot | undefined;
let fixes: readonly ChangelogFix[];
let lab: QualityLab;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-quality-debian-'));
  const reason = whyNoDebianRoot();
  root = reason === undefined ? await buildDebianRoot(RELEASE, packages) : undefined;
  if (!root) {
    console.warn(`SKIPPED: quality of a real Debian: ${reason ?? `apt does not know ${RELEASE} here`}`);
    return;
  }
  fixes = await changelogFixes(root.packages);
  const { PyPI = [], npm = [] } = await fixedAdvisories();
  lab = await openQualityLab({ Debian: toOsvRecords(fixes, 'Debian:12'), PyPI, npm });
});
afterAll(async () => {
  await lab?.close();
  await root?.remove();
  await rm(work, { recursive: true, force: true });
});

test("a real Debian has what its changelogs say, and Python's and Node's packages speak only where dpkg does not", async (context) => {
  if (!root) return context.skip('no Debian packages here');
  await mkdir(join(root.folder, COPY), { recursive: true });
  const urllib3 = root.packages.find(({ name }) => name === 'python3-urllib3');
  await cp(join(root.folder, 'usr/lib/python3/dist-packages'), join(root.folder, COPY), { recursive: true });

  const report = await lab.scan([await layerOfFolder(root.folder)]);

  const found = factsOf(report);
  const copied = `pypi urllib3 ${urllib3?.sourceVersion.split('-')[0]}`;
  const labelled = new Set([
    ...root.packages.flatMap(({ name, version, source }) =>
      fixes.filter((fix) => fix.source === source).map(({ cve }) => `deb ${name} ${version} ${cve}`),
    ),
    `${copied} CVE-2023-43804`,
    `${copied} CVE-2023-45803`,
  ]);
  console.info(renderScores('vulnerabilities of a real Debian', addUp(scoreEach(found.findings, labelled))));
  expect([...found.findings].sort()).toEqual([...labelled].sort());
  expect(fixes.length).toBeGreaterThan(10);
  expect([...found.packages].sort()).toEqual(
    [
      ...root.packages.map(({ name, version }) => `deb ${name} ${version}`),
      'npm @types/semver 7.3.9',
      'npm semver 7.3.5',
      copied,
    ].sort(),
  );
  expect([...found.suppressed].sort()).toEqual([
    'npm semver 7.3.5 CVE-2022-25883',
    `${copied} CVE-2023-43804`,
    `${copied} CVE-2023-45803`,
  ]);
  expect(report).toMatchObject({ coverage: 'known', gaps: [], inventory: { problems: [] } });
});
