import { execFile as execFileWithCallback } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeAdvisoryFolder } from '../../demo/advisory-folder.ts';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { demoRepositories } from '../../demo/demo-images.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { reportValidators } from '../support/report-validators.ts';
import { eicar } from '../support/start-clamd.ts';
import { writeLayout } from '../support/write-layout.ts';

const execFile = promisify(execFileWithCallback);
const cli = join(import.meta.dirname, '../../src/cli.ts');

let work: string;
let registry: ServedRegistry;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-reports-'));
  const feeds = await writeAdvisoryFolder(join(work, 'feeds'));
  registry = await serveRegistry({ repositories: demoRepositories() });
  environment = {
    PLIMSOLL_ADVISORIES_URL: `file://${feeds.osv}`,
    PLIMSOLL_KEV_URL: `file://${feeds.kev}`,
    PLIMSOLL_DATA_DIR: join(work, 'data'),
  };
  await run(['advisories', 'update']);
});
afterAll(async () => {
  await registry.stop();
  rmSync(work, { recursive: true, force: true });
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { terminal, written } = captureTerminal();
  const exitCode = await runCommandLine(args, {
    env: { ...environment, ...env },
    terminal,
    signal: new AbortController().signal,
    now: () => new Date(),
    readInput: async () => '',
  });
  return { exitCode, ...written };
}

const scan = (image: string, ...options: readonly string[]) =>
  run(['scan', `${new URL(registry.url).host}/${image}`, ...options]);

const vulnerabilities = ['--kinds', 'vulnerability'];
const reports = new Map<string, ReturnType<typeof run>>();

/** The one that all tests of that image and format read. */
function reportOf(image: string, format: string): ReturnType<typeof run> {
  const key = `${image} as ${format}`;
  const report = reports.get(key) ?? scan(image, '-o', format);
  reports.set(key, report);
  return report;
}

function file(name: string, text: string): string {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
}

describe.for(Object.keys(reportValidators))('a real scan as %s', (format) => {
  test.for(['shop/api:2.0', 'legacy/billing:2013'])('%s is valid by its schema', async (image) => {
    const { out } = await reportOf(image, format);

    expect(reportValidators[format]?.(JSON.parse(out))).toEqual([]);
  });
});

test('sarif names packages, where they lie and what mends them, and levels as we rate them', async () => {
  const { out } = await reportOf('shop/api:2.0', 'sarif');

  const [{ results, tool, invocations }] = JSON.parse(out).runs;
  const result = results.find((each: { ruleId: string }) => each.ruleId === 'CVE-2023-4863');
  expect(result).toMatchObject({
    message: { text: 'libwebp7 1.2.4-0.2 has CVE-2023-4863 (high). Upgrade libwebp7 to 1.2.4-0.2+deb12u1.' },
    level: 'error',
    locations: [{ physicalLocation: { artifactLocation: { uri: 'var/lib/dpkg/status' } } }],
  });
  expect(tool.driver.rules[result.ruleIndex]).toMatchObject({
    id: 'CVE-2023-4863',
    properties: { tags: ['vulnerability', 'security', 'high', 'exploited'] },
  });
  expect(invocations[0]).toMatchObject({ executionSuccessful: true, toolExecutionNotifications: [] });
  expect(
    new Set(results.map((each: { partialFingerprints: object }) => JSON.stringify(each.partialFingerprints))).size,
  ).toBe(results.length);
});

test('sarif of an image that nobody can judge is no clean run', async () => {
  const { out, exitCode } = await reportOf('legacy/billing:2013', 'sarif');

  const [{ results, invocations, tool }] = JSON.parse(out).runs;
  expect(exitCode).toBe(5);
  expect(results.filter(({ ruleId }: { ruleId: string }) => /^(?:CVE|GHSA)-/.test(ruleId))).toEqual([]);
  expect(invocations[0].executionSuccessful).toBe(false);
  expect(invocations[0].toolExecutionNotifications[0]).toMatchObject({
    descriptor: { id: 'distribution-end-of-life' },
    level: 'error',
  });
  expect(tool.driver.notifications[0].id).toBe('distribution-end-of-life');
});

test('the bills of materials hold every package of the image, below its system or the image itself', async () => {
  const { inventory } = JSON.parse((await reportOf('shop/api:2.0', 'json')).out);
  const cyclonedx = JSON.parse((await reportOf('shop/api:2.0', 'cyclonedx')).out);
  const spdx = JSON.parse((await reportOf('shop/api:2.0', 'spdx')).out);

  const purls = inventory.packages.map((pkg: { purl: string }) => pkg.purl).toSorted();
  expect(cyclonedx.components.flatMap((each: { purl?: string }) => each.purl ?? []).toSorted()).toEqual(purls);
  const locators = spdx.packages.flatMap((each: { externalRefs?: { referenceLocator: string }[] }) =>
    (each.externalRefs ?? []).map((reference) => reference.referenceLocator),
  );
  expect(locators.toSorted()).toEqual(purls);
  const ids = new Set(spdx.packages.map((each: { SPDXID: string }) => each.SPDXID));
  const related = spdx.relationships.map((each: { relatedSpdxElement: string }) => each.relatedSpdxElement);
  expect(new Set(related)).toEqual(ids);
  const refs = new Set(cyclonedx.components.map((each: { 'bom-ref': string }) => each['bom-ref']));
  const affected = cyclonedx.vulnerabilities.flatMap((each: { affects: { ref: string }[] }) => each.affects);
  expect(affected.filter(({ ref }: { ref: string }) => !refs.has(ref))).toEqual([]);
  expect(cyclonedx.dependencies.find((each: { ref: string }) => each.ref === 'image').dependsOn).toContain(
    'operating-system',
  );
});

test('an ignore file leaves out with its reason, for the policy too, and every report still tells', async () => {
  const ignore = file('ignore', '* package=libwebp7 # no pictures here\nCVE-2023-4911 until=2999-12-31 # later\n');

  const strict = await scan('shop/api:2.0', '--fail-on', 'kev', ...vulnerabilities);
  const judged = await scan('shop/api:2.0', '--fail-on', 'kev', '--ignore-file', ignore, ...vulnerabilities);
  const shown = await scan('shop/api:2.0', '--show-suppressed', '--ignore-file', ignore, ...vulnerabilities);
  const sarif = JSON.parse(
    (await scan('shop/api:2.0', '-o', 'sarif', '--ignore-file', ignore, ...vulnerabilities)).out,
  );

  expect([strict.exitCode, judged.exitCode]).toEqual([3, 0]);
  expect(judged.out).toMatch(/^Left out {4}\d+ ignored; --show-suppressed lists them$/m);
  expect(shown.out).toMatch(/CVE-2023-4863 +libwebp7 .* ignored: .*ignore:1: no pictures here$/m);
  const suppressions = sarif.runs[0].results.flatMap((each: { suppressions?: object[] }) => each.suppressions ?? []);
  expect(suppressions[0]).toMatchObject({ kind: 'external', status: 'accepted' });
});

test('the file of the working folder is used, and can be declined', async () => {
  file('.plimsollignore', 'no id\n');
  const command = (...more: readonly string[]) =>
    execFile(process.execPath, [cli, 'scan', './absent.tar', ...more], { cwd: work, env: environment });

  await expect(command()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('  .plimsollignore:1: ') });
  await expect(command('--no-ignore-file')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no file or folder ./absent.tar'),
  });
});

test('VEX statements leave out with their reason, ours as CycloneDX as well as those of others as OpenVEX', async () => {
  const statement = (name: string, product: object) => ({
    vulnerability: { name },
    status: 'not_affected',
    justification: 'vulnerable_code_not_present',
    products: [product],
  });
  const repository = `${new URL(registry.url).host}/shop/api`;
  const openVex = file(
    'team.vex.json',
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      statements: [
        statement('CVE-2023-4863', { '@id': 'pkg:deb/debian/libwebp7' }),
        statement('CVE-2023-4911', { '@id': `pkg:oci/api?repository_url=${repository}` }),
        { status: 'perhaps' },
      ],
    }),
  );

  const judged = await scan(
    'shop/api:2.0',
    '--fail-on',
    'kev',
    '--vex',
    openVex,
    '--show-suppressed',
    ...vulnerabilities,
  );
  const bom = file(
    'ours.cdx.json',
    (await scan('shop/api:2.0', '-o', 'cyclonedx', '--vex', openVex, ...vulnerabilities)).out,
  );
  const again = JSON.parse((await scan('shop/api:2.0', '-o', 'json', '--vex', bom, ...vulnerabilities)).out);

  expect(judged.exitCode).toBe(0);
  expect(judged.out).toMatch(/^Left out {4}2 by VEX$/m);
  expect(judged.out).toMatch(
    /CVE-2023-4863 +libwebp7 .* vex: .*vex\.json: not_affected: vulnerable_code_not_present$/m,
  );
  expect(judged.note).toMatch(/^warning: .*team\.vex\.json: statements\.2\..*; this statement is not used\.$/m);
  expect(again.suppressed.map((each: { vulnerability: { id: string } }) => each.vulnerability.id).toSorted()).toEqual([
    'CVE-2023-4863',
    'CVE-2023-4911',
  ]);
});

test('what is no VEX is a usage error, before anything is scanned', async () => {
  const bad = await scan('no/such:image', '--vex', file('no.vex.json', '{}'));

  expect(bad.exitCode).toBe(2);
  expect(bad.note).toMatch(/no\.vex\.json cannot be read as VEX: it is neither OpenVEX .*\n {2}fix: /);
});

test('a rule that has expired counts again, and says so', async () => {
  const ignore = file('expired', 'CVE-2023-4863 until=2020-01-31\nCVE-2023-4911\n');

  const { exitCode, note } = await scan(
    'shop/api:2.0',
    '--fail-on',
    'kev',
    '--ignore-file',
    ignore,
    ...vulnerabilities,
  );

  expect(exitCode).toBe(3);
  expect(note).toContain('expired:1: CVE-2023-4863 is ignored until 2020-01-31 only, and counts again.');
});

test('a bad line is a usage error with its number, before anything is scanned', async () => {
  const ignore = file('bad', '# fine\nCVE-2023-4863 because I say so\n');

  const bad = await scan('no/such:image', '--ignore-file', ignore);
  const absent = await scan('no/such:image', '--ignore-file', join(work, 'absent'));

  expect(bad.exitCode).toBe(2);
  expect(bad.note).toMatch(/bad:2: "because" is no field; a reason stands after #\n {2}fix: /);
  expect(absent.exitCode).toBe(2);
  expect(absent.note).toContain('There is no file ');
});

test('what no version mends can be left out, and is counted as left out', async () => {
  const all = JSON.parse((await reportOf('shop/api:2.0', 'json')).out);
  const fixable = JSON.parse((await scan('shop/api:2.0', '-o', 'json', '--ignore-unfixed', ...vulnerabilities)).out);

  const affected = (document: typeof all) =>
    [
      ...document.vulnerabilities,
      ...document.suppressed.map((each: { vulnerability: object }) => each.vulnerability),
    ].flatMap((found: { affected: object[] }) => found.affected);
  expect(affected(fixable)).toHaveLength(affected(all).length);
  expect(
    fixable.vulnerabilities.flatMap((found: { affected: { fixedVersion?: string }[] }) =>
      found.affected.filter((each) => each.fixedVersion === undefined),
    ),
  ).toEqual([]);
  expect(fixable.suppressed.length).toBeGreaterThan(0);
});

test('a report goes whole into a file, and the terminal says where', async () => {
  const path = join(work, 'reports.sarif');

  const { out, note, exitCode } = await scan('shop/api:2.0', '-o', 'sarif', '--output-file', path, '--fail-on', 'kev');
  const nowhere = await scan('shop/api:2.0', '--output-file', join(work, 'absent', 'x'));

  expect(out).toBe('');
  expect(note).toContain(`The report is in ${path}.`);
  expect(exitCode).toBe(3);
  expect(reportValidators.sarif?.(JSON.parse(readFileSync(path, 'utf8')))).toEqual([]);
  expect(readdirSync(work).filter((name) => name.endsWith('.new'))).toEqual([]);
  expect(nowhere.exitCode).toBe(1);
  expect(nowhere.note).toContain('The report cannot be written to');
});

test('names are ids alone, and csv is a line per package and finding', async () => {
  const names = (await scan('shop/web:1.4', '-o', 'name')).out.trim().split('\n');
  const { vulnerabilities, malware, risk } = JSON.parse((await scan('shop/web:1.4', '-o', 'json')).out);
  const lines = (await scan('shop/web:1.4', '-o', 'csv')).out.trim().split('\r\n');

  const risks: readonly { rule: string }[] = [...risk.secrets, ...risk.settings];
  expect(names.slice(0, vulnerabilities.length)).toEqual(vulnerabilities.map((found: { id: string }) => found.id));
  expect(names.slice(vulnerabilities.length).toSorted()).toEqual(
    [...new Set(risks.map(({ rule }) => rule))].toSorted(),
  );
  expect(malware).toMatchObject({ coverage: 'known', count: 0 });
  expect(lines.length - 1).toBe(
    vulnerabilities.flatMap((found: { affected: object[] }) => found.affected).length + risks.length,
  );
});

describe('an image with a secret, risky settings and malware', () => {
  // Made here, so that this file holds none.
  const token = `ghp_${createHash('sha256').update('a token of nobody').digest('hex').slice(0, 36)}`;
  let archive: string;

  beforeAll(async () => {
    archive = join(work, 'risky');
    const image = buildImage({
      layers: [
        layer()
          .file('srv/web/.npmrc', `//npm.pkg.github.com/:_authToken=${token}\n`)
          .file('srv/web/eicar.com', eicar)
          .gzip(),
        layer().whiteout('srv/web/.npmrc').gzip(),
      ],
      config: { User: 'root' },
    });
    await writeLayout(archive, image.manifest, [image]);
  });

  test('the table counts every kind, shows where each lies, and never the secret', async () => {
    const { out, exitCode } = await run(['scan', archive, '--kinds', 'malware,risk']);

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Malware {5}1 file \(yara-x \d/m);
    expect(out).toMatch(/^Risks {7}[1-9]\d* secrets?, [1-9]\d* settings?$/m);
    expect(out).toMatch(/^[a-z]+ +\S+ +yara-x +srv\/web\/eicar\.com +[0-9a-f]{12}/m);
    expect(out).toMatch(/srv\/web\/\.npmrc:1 .* later$/m);
    expect(out).not.toContain(token);
    expect(out).not.toMatch(/^Vulnerable/m);
  });

  test('the policy sees it, and a file of rules leaves it out with its reason', async () => {
    const rules = file(
      'risky-ignore',
      '* kind=secret path=srv/** # a sample\n* kind=malware path=**/eicar.com # a test\n',
    );
    const command = ['scan', archive, '--kinds', 'malware,risk', '--fail-on', 'malware,secret'];

    const strict = await run(command);
    const ruled = await run([...command, '--ignore-file', rules, '--show-suppressed']);

    expect(strict.exitCode).toBe(3);
    expect(strict.note).toMatch(/malware: 1 \(.*srv\/web\/eicar\.com\)\n {2}secret: [1-9]/);
    expect(ruled.exitCode).toBe(0);
    expect(ruled.out).toMatch(/^Malware {5}0 files /m);
    expect(ruled.out).toMatch(/risky-ignore:1: a sample/);
    expect(ruled.out).toMatch(/risky-ignore:2: a test/);
  });

  test.for(Object.keys(reportValidators))('it is valid as %s, without the secret', async (format) => {
    const { out } = await run(['scan', archive, '-o', format]);

    expect(reportValidators[format]?.(JSON.parse(out))).toEqual([]);
    expect(out).not.toContain(token);
  });

  test('an engine that is not there makes malware unknown, and nothing else', async () => {
    const away = { PLIMSOLL_CLAMD: 'tcp://127.0.0.1:9' };

    const { out, note, exitCode } = await run(['scan', archive, '--kinds', 'malware,risk'], away);
    const settingsOnly = await run(['scan', archive, '--kinds', 'risk'], away);

    expect(exitCode).toBe(5);
    expect(out).toMatch(/^Malware {5}1\+ file \(yara-x .*; clamav: /m);
    expect(out).toMatch(/^Risks {7}[1-9]\d* secrets?, /m);
    expect(note).toMatch(/^incomplete: The malicious files of .* are a lower bound/m);
    expect(note).toContain('Check that clamd runs');
    expect(settingsOnly.exitCode).toBe(0);
  });

  test('what nobody looks for cannot be a policy', async () => {
    const { exitCode, note } = await run(['scan', archive, '--kinds', 'risk', '--fail-on', 'malware']);

    expect(exitCode).toBe(2);
    expect(note).toBe(
      'error: --fail-on malware is about malware, which --kinds leaves out.\n  fix: Add malware to --kinds, or take malware out of --fail-on.\n',
    );
    expect((await run(['scan', archive, '--kinds', 'virus'])).exitCode).toBe(2);
  });
});
