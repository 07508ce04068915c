import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { type LayerBuilder, layer } from '../../demo/build-layer.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import { scanLocally } from '../../src/commands/scan-locally.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type Platform, parsePlatform } from '../../src/oci/platform.ts';
import type { ScanReport } from '../../src/scan/scan-report.ts';
import { runCommand } from '../support/run-command.ts';
import { writeLayout } from '../support/write-layout.ts';
import { findRealData } from './find-real-data.ts';
import { type Compare, isAffected, type OsvJson, readOsvJson } from './osv-json.ts';
import { dpkgOrder, plainApkOrder } from './reference-orders.ts';

const data = findRealData();
const hasDpkg = spawnSync('dpkg-query', ['--version']).status === 0;

/** A package as its advisories are filed. */
interface Installed {
  readonly name: string;
  readonly version: string;
}

describe.skipIf(!data)('real images against real advisories', () => {
  const work = mkdtempSync(join(tmpdir(), 'quality-images-'));
  const image = (name: string) => join(data ?? '', 'images', name);
  let alpine: readonly OsvJson[];
  let debian: readonly OsvJson[];

  beforeAll(async () => {
    const osvUrl = join(data ?? '', 'osv');
    alpine = await readOsvJson(join(osvUrl, 'Alpine/all.zip'));
    debian = await readOsvJson(join(osvUrl, 'Debian/all.zip'));
    const options = { dataDir: work, osvUrl, ecosystems: ['Alpine', 'Debian', 'npm'], now: () => new Date() };
    await updateAdvisories(options, new AbortController().signal);
  }, 300_000);
  afterAll(() => rmSync(work, { recursive: true }));

  const scan = (path: string, platform?: Platform): Promise<ScanReport> =>
    scanLocally(
      path,
      { config: loadConfig({ PLIMSOLL_DATA_DIR: work }), onProgress: () => {}, ...(platform ? { platform } : {}) },
      new AbortController().signal,
    );

  async function scanBuilt(builder: LayerBuilder): Promise<ScanReport> {
    const folder = mkdtempSync(join(work, 'layout-'));
    const built = buildImage({ layers: [builder.gzip()] });
    await writeLayout(folder, built.manifest, [built]);
    return scan(folder);
  }

  /** A file of a real image, as tar itself finds it in one of the layers. */
  async function fileOf(archive: string, path: string): Promise<string> {
    const folder = mkdtempSync(join(work, 'unpacked-'));
    await runCommand('tar', ['-C', folder, '-xf', image(archive)]);
    const [{ Layers }]: readonly [{ readonly Layers: readonly string[] }] = JSON.parse(
      readFileSync(join(folder, 'manifest.json'), 'utf8'),
    );
    for (const name of Layers) {
      const text = await runCommand('tar', ['-xOf', join(folder, name), path]).catch(() => undefined);
      if (text !== undefined) return text;
    }
    throw new Error(`${path} is in no layer of ${archive}`);
  }

  /** `name CVE` of everything that affects these packages, and how many statements were looked at. */
  function expectedFindings(
    records: readonly OsvJson[],
    namespace: string,
    installed: readonly Installed[],
    compare: Compare,
  ): { readonly findings: readonly string[]; readonly comparisons: number } {
    const findings = new Set<string>();
    let comparisons = 0;
    for (const { upstream = [], affected = [] } of records) {
      for (const each of affected) {
        if (each.package?.ecosystem !== namespace) continue;
        for (const { name, version } of installed) {
          if (name !== each.package.name) continue;
          comparisons++;
          if (isAffected(version, each, compare)) findings.add(`${name} ${upstream[0]}`);
        }
      }
    }
    return { findings: [...findings].sort(), comparisons };
  }

  const foundFindings = ({ vulnerabilities }: ScanReport): readonly string[] =>
    [
      ...new Set(
        vulnerabilities.flatMap(({ id, affected }) => affected.map((each) => `${each.package.source?.name} ${id}`)),
      ),
    ].sort();

  describe.each([
    ['alpine-310.tar.gz', '3.10', 28],
    ['alpine-311.tar.gz', '3.11', 30],
  ])('%s', (archive, release, comparisons) => {
    const namespace = `Alpine:v${release}`;
    /** `origin version` of apk's database, read with three regular expressions. */
    const installedIn = (database: string): readonly Installed[] =>
      database
        .split('\n\n')
        .filter((entry) => entry.includes('P:'))
        .map((entry) => ({ name: /^o:(.*)$/m.exec(entry)?.[1] ?? '', version: /^V:(.*)$/m.exec(entry)?.[1] ?? '' }));

    test('has the packages of its database and, as its makers fixed everything, no vulnerability', async () => {
      const installed = installedIn(await fileOf(archive, 'lib/apk/db/installed'));
      const report = await scan(image(archive));

      expect(report.inventory.os).toMatchObject({ family: 'alpine', release: expect.stringMatching(`^${release}`) });
      expect(report.inventory.packages.map(({ source, version }) => `${source?.name} ${version}`)).toEqual(
        installed.map(({ name, version }) => `${name} ${version}`),
      );
      expect(report.inventory.packages).toHaveLength(14);
      expect(report).toMatchObject({
        coverage: 'partial', // its updates ended years ago
        gaps: [{ cause: 'distribution-end-of-life' }],
        vulnerabilities: [],
      });
      expect(expectedFindings(alpine, namespace, installed, plainApkOrder)).toEqual({ findings: [], comparisons });
    });

    test.each(['0.0.1-r0', '1.1.1-r0', '1.29.3-r9', '2.10.3-r0'])(
      'has what affects its packages at version %s',
      async (version) => {
        const database = (await fileOf(archive, 'lib/apk/db/installed')).replace(/^V:.*$/gm, `V:${version}`);
        const report = await scanBuilt(
          layer().file('etc/os-release', `ID=alpine\nVERSION_ID=${release}.0\n`).file('lib/apk/db/installed', database),
        );

        const { findings } = expectedFindings(alpine, namespace, installedIn(database), plainApkOrder);

        expect(foundFindings(report)).toEqual(findings);
        expect(report.coverage).toBe('partial');
        if (version === '0.0.1-r0') expect(findings.length).toBeGreaterThan(10);
      },
    );
  });

  describe('nginx-compressed-layers.tar', () => {
    const archive = 'nginx-compressed-layers.tar';

    test('is refused as it is, because two of the layers that its config names were taken out', async () => {
      await expect(scan(image(archive))).rejects.toMatchObject({
        code: 'manifest-unsupported',
        message: expect.stringContaining('1 layers, but its config names 3'),
      });
    });

    test('is a Debian without advisories here: its packages are known, its vulnerabilities are not', async () => {
      const { inventory, coverage, gaps, vulnerabilities } = await scanBuilt(
        layer()
          .file('etc/os-release', await fileOf(archive, 'etc/os-release'))
          .file('var/lib/dpkg/status', await fileOf(archive, 'var/lib/dpkg/status')),
      );

      expect(inventory.os).toMatchObject({ family: 'debian', release: '10' });
      expect(inventory.packages).toHaveLength(84);
      expect(inventory.problems).toEqual([]);
      expect(vulnerabilities).toEqual([]);
      expect(coverage).toBe('unknown');
      expect(gaps.map(({ cause }) => cause)).toEqual(['distribution-end-of-life', 'distribution-not-covered']);
    });

    test.skipIf(!hasDpkg)('as if it were Debian 12, it has what dpkg says of its source packages', async () => {
      const status = await fileOf(archive, 'var/lib/dpkg/status');
      const admin = join(work, 'admin');
      mkdirSync(join(admin, 'info'), { recursive: true });
      writeFileSync(join(admin, 'status'), status);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders
      const format = '${source:Package} ${source:Version}\\n';
      const listing = await runCommand('dpkg-query', [`--admindir=${admin}`, '-W', '-f', format]);
      const installed = listing
        .trim()
        .split('\n')
        .map((line) => {
          const [name = '', version = ''] = line.split(' ');
          return { name, version };
        });

      const report = await scanBuilt(
        layer().file('etc/os-release', 'ID=debian\nVERSION_ID="12"\n').file('var/lib/dpkg/status', status),
      );

      const { findings } = expectedFindings(debian, 'Debian:12', installed, dpkgOrder);
      expect(report.inventory.packages).toHaveLength(installed.length);
      expect(foundFindings(report)).toEqual(findings);
      expect(findings.length).toBeGreaterThan(5);
    });
  });

  test.each([
    ['busybox-single-arch-with-attestation-manifest.tar', 'linux/arm64'],
    ['busybox.armv7.tar', 'linux/arm/v7'],
    ['kaniko-busybox.tar', 'linux/amd64'],
  ])('%s holds no packages that we read: unknown, not clean', async (archive, platform) => {
    const { inventory, coverage, gaps, vulnerabilities } = await scan(image(archive), parsePlatform(platform));

    expect(inventory.packages).toEqual([]);
    expect(vulnerabilities).toEqual([]);
    expect(coverage).toBe('unknown');
    expect(gaps).toMatchObject([{ cause: 'distribution-unknown' }]);
  });

  test('java-uberjar.tar has the archives that unzip lists, and one of them inside another', async () => {
    const { inventory, coverage, gaps } = await scan(image('java-uberjar.tar'), parsePlatform('linux/amd64'));

    const found = inventory.packages.map(({ name, version, path }) => [name, version, path]);
    expect(found.sort()).toEqual([
      ['com.google.guava:guava', '30.1-jre', 'uberjar.jar!/lib/guava-30.1-jre.jar'],
      ['com.google.j2objc:j2objc-annotations', '1.3', 'j2objc-annotations-1.3.jar'],
      ['org.slf4j:jul-to-slf4j', '1.7.30', 'uberjar.jar'],
    ]);
    expect(coverage).toBe('partial');
    expect(gaps.map(({ cause }) => cause)).toContain('ecosystem-not-covered');
  });
});
