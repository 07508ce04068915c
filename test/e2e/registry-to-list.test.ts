import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAttestation, buildImage, buildIndex } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { buildDebianImage, type DebianImage, whyNoDebianImage } from '../support/build-debian-image.ts';
import { type ChangelogFix, changelogFixes, toOsvRecords } from '../support/debian-advisories.ts';
import { runCommand } from '../support/run-command.ts';
import { lodashAdvisory } from '../support/sample-advisories.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { type SdkClient, startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeLayout } from '../support/write-layout.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

const account = { username: 'scanner', password: 'registry-password-1' };
const reasons = [whyNoDebianImage(), hasDockerRegistry() ? undefined : 'missing: docker-registry'].filter(Boolean);
if (reasons.length > 0) console.warn(`SKIPPED: the end-to-end test: ${reasons.join('; ')}`);

// PLIMSOLL_DEBIAN=whole installs them into a whole system, which takes a minute more.
const WHOLE_DEBIAN = process.env.PLIMSOLL_DEBIAN === 'whole';
const debianPackages = ['base-files', 'openssl', 'libssl3', 'libexpat1', 'perl-base', 'libgnutls30', 'libxml2'];

const osRelease = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n';
const dpkgStatus = 'Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4+deb12u12\n\n';
const base = layer().file('usr/lib/os-release', osRelease).file('var/lib/dpkg/status', dpkgStatus);
const lodash = (version: string) =>
  layer().file(`app/node_modules/lodash/package.json`, JSON.stringify({ name: 'lodash', version }));

describe.skipIf(reasons.length > 0)('from a real registry to the list, through the official SDK', () => {
  let work: string;
  let debian: DebianImage;
  let fixes: readonly ChangelogFix[];
  let registry: DockerRegistry;
  let plimsoll: TestPlimsoll;
  let sdk: SdkClient;

  const push = (layout: string, to: string, ...options: string[]) =>
    runCommand('skopeo', [
      'copy',
      '--quiet',
      '--dest-tls-verify=false',
      `--dest-creds=${account.username}:${account.password}`,
      ...options,
      `oci:${layout}:latest`,
      `docker://${new URL(registry.url).host}/${to}`,
    ]);

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'plimsoll-e2e-'));
    if (WHOLE_DEBIAN) await runCommand('apt-get', ['update', '-q']);
    debian = await buildDebianImage('bookworm', debianPackages, WHOLE_DEBIAN);
    fixes = await changelogFixes(debian.packages);
    await writeAdvisoryZip(join(work, 'osv/Debian/all.zip'), toOsvRecords(fixes, 'Debian:12'));
    await writeAdvisoryZip(join(work, 'osv/npm/all.zip'), [lodashAdvisory]);
    registry = await startDockerRegistry({ auth: account });

    await push(debian.layout, 'debian/vulnerable:bookworm');

    const amd64 = buildImage({ created: '2026-01-01T00:00:00Z', layers: [base.gzip(), lodash('4.17.11').gzip()] });
    const arm64 = buildImage({
      created: '2026-01-01T00:00:00Z',
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      layers: [base.gzip(), lodash('4.17.21').gzip()],
    });
    const attestation = buildAttestation(amd64);
    const children = [amd64, arm64, attestation];
    await writeLayout(join(work, 'multi'), buildIndex(children), children);
    await push(join(work, 'multi'), 'team/multi:1', '--all');

    const zstd = buildImage({ created: '2026-02-01T00:00:00Z', layers: [base.gzip(), lodash('4.17.11').zstd()] });
    await writeLayout(join(work, 'zstd'), zstd.manifest, [zstd]);
    await push(join(work, 'zstd'), 'team/zstd:1');

    const clean = buildImage({ created: '2026-03-01T00:00:00Z', layers: [base.gzip(), lodash('4.17.21').gzip()] });
    await writeLayout(join(work, 'clean'), clean.manifest, [clean]);
    await push(join(work, 'clean'), 'team/app:1.0');
    await push(join(work, 'clean'), 'team/app:stable');

    plimsoll = await startTestPlimsoll({
      PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'osv')}`,
      PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
    });
    sdk = plimsoll.sdk;
  });

  afterAll(async () => {
    await plimsoll?.stop();
    await registry?.stop();
    await debian?.remove();
    await rm(work, { recursive: true, force: true });
  });

  const rows = async () =>
    (await sdk.DescribeAssetImageRegistryList({ Limit: 100, By: 'Id', Order: 'asc' })).List ?? [];
  const row = async (name: string, tag: string) =>
    (await rows()).find((each) => each.ImageName === name && each.ImageTag === tag);

  test('the registry is added with a working connection', async () => {
    const added = await sdk.AddAssetImageRegistryRegistryDetail({
      Name: 'lab',
      Username: account.username,
      Password: account.password,
      Url: registry.url,
      RegistryType: 'docker',
      NetType: 'private',
    });
    expect(added).toMatchObject({ HealthCheckErr: '', NameRepeatErr: '' });
    expect(added.RegistryId).toBeGreaterThan(0);

    const { List } = await sdk.DescribeAssetImageRegistryRegistryList({});
    expect(List?.[0]).toMatchObject({ Name: 'lab', ConnDetectDetail: [{ ConnDetectStatus: 'status_connected' }] });
    expect(JSON.stringify(List)).not.toContain(account.password);
  });

  test('a sync lists every image once per platform, and nothing is scanned yet', async () => {
    await sdk.SyncAssetImageRegistryAsset({ All: true });
    const status = await waitUntil(async () => {
      const now = await sdk.DescribeAssetImageRegistryAssetStatus();
      return now.Status !== 'doing' && now;
    });
    expect(status).toMatchObject({ Status: 'success', Err: '' });

    const list = await rows();
    expect(list.map((each) => `${each.Namespace}/${each.ImageName}:${each.ImageTag}`).sort()).toEqual([
      'debian/vulnerable:bookworm',
      'team/app:1.0',
      'team/app:stable',
      'team/multi:1',
      'team/multi:1',
      'team/zstd:1',
    ]);
    expect(new Set(list.map((each) => each.ScanStatus))).toEqual(new Set(['NOT_SCAN']));
    expect(list.every((each) => each.CriticalLevelVulCnt === null)).toBe(true);
  });

  test('nothing is scanned that is not authorised', async () => {
    await expect(sdk.CreateAssetImageRegistryScanTask({ All: true })).rejects.toMatchObject({
      code: expect.stringMatching(/^FailedOperation/),
    });
  });

  test('authorised images are scanned to the end', async () => {
    await sdk.ModifyImageAuthorized({
      AllLocalImages: false,
      AllRegistryImages: true,
      UpdatedLocalImageCnt: 0,
      UpdatedRegistryImageCnt: 100,
      ImageSourceType: 'ASSETIMAGE',
    });
    const { TaskID } = await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: ['CVE', 'VIRUS', 'RISK'] });
    const end = await waitUntil(async () => {
      const now = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
      return now.Status === 'SCANNED' && now;
    });

    expect(end).toMatchObject({ ImageTotal: 6, ImageScanCnt: 6, SuccessCount: 6, Schedule: 100, ScanRemainTime: 0 });
    for (const each of await rows()) {
      expect(each).toMatchObject({
        IsAuthorized: 1,
        ScanStatus: 'SCANNED',
        CveStatus: 'SCANNED',
        Progress: 100,
        VirusStatus: 'SCANNED',
        VirusCnt: 0,
        RiskStatus: 'SCANNED',
      });
      expect(each).toMatchObject({ ContainerCnt: null, IsRunning: null });
    }
  });

  test("the Debian image's findings are exactly what Debian's changelogs say", async () => {
    expect(fixes.length).toBeGreaterThan(10);
    const image = await row('vulnerable', 'bookworm');
    expect(image).toMatchObject({ OsName: expect.stringContaining('Debian'), ComponentCnt: debian.packages.length });

    const found = new Set<string>();
    const sources = new Map(debian.packages.map((each) => [each.name, each.source]));
    for (let Offset = 0; ; Offset += 100) {
      const page = await sdk.DescribeAssetImageRegistryVulList({ Id: image?.Id, Limit: 100, Offset });
      expect(page.TotalCount).toBe(image?.VulCnt);
      for (const vulnerability of page.List ?? []) {
        for (const component of vulnerability.Components ?? [])
          found.add(`${sources.get(component.Name ?? '')} ${vulnerability.CVEID}`);
      }
      if ((page.List ?? []).length < 100) break;
    }

    expect([...found].sort()).toEqual([...new Set(fixes.map((fix) => `${fix.source} ${fix.cve}`))].sort());
  });

  test('each platform has its own result, a zstd layer is read, two tags of one artifact say the same', async () => {
    const counts = (await rows())
      .filter((each) => each.ImageName !== 'vulnerable')
      .map((each) => [each.ImageName, each.VulCnt].join(' '));

    expect(counts.sort()).toEqual(['app 0', 'app 0', 'multi 0', 'multi 1', 'zstd 1']);
    expect(await row('zstd', '1')).toMatchObject({
      CriticalLevelVulCnt: 1,
      HasNeedFixVul: true,
      RecommendedFix: true,
      IsLatestImage: true,
    });
    expect((await row('app', '1.0'))?.ImageId).toBe((await row('app', 'stable'))?.ImageId);
  });

  test('the detail tells how the image was made', async () => {
    const image = await row('zstd', '1');

    const detail = await sdk.DescribeAssetImageRegistryDetail({ Id: image?.Id });

    expect(detail).toMatchObject({ ImageDigest: image?.ImageDigest, ImageTag: '1', VulCnt: 1 });
    expect(detail.LayerInfo).toContain('#');
  });

  test('a deleted tag is gone after the next sync, the rest is untouched', async () => {
    const before = await rows();
    const app = await row('app', '1.0');
    const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
    await fetch(`${registry.url}/v2/team/app/manifests/${app?.ImageDigest}`, {
      method: 'DELETE',
      headers: { authorization },
    });

    await sdk.SyncAssetImageRegistryAsset({ All: true });
    await waitUntil(async () => (await sdk.DescribeAssetImageRegistryAssetStatus()).Status === 'success');

    expect(await rows()).toEqual(before.filter((each) => each.ImageName !== 'app'));
  });

  test('removing the registry removes its images', async () => {
    const { List } = await sdk.DescribeAssetImageRegistryRegistryList({});
    await sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId: List?.[0]?.RegistryId ?? 0 });

    expect(await sdk.DescribeAssetImageRegistryList({})).toMatchObject({ TotalCount: 0, List: [] });
  });
});
