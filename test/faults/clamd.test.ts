import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { type Clamd, type ClamdOptions, clamdMarker, eicar, hasClamd, startClamd } from '../support/start-clamd.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';

// A real clamd that goes away, stands still, comes back or takes too little in the middle of a scan of twenty images.

const IMAGES = 20;
const MiB = 1024 ** 2;

/** Every image has a layer of its own, with one file that only clamd knows; every second one the EICAR test file, too. */
const images = () =>
  Array.from({ length: IMAGES }, (_, index) => {
    const files = layer()
      .file('etc/id', randomBytes(16).toString('hex'))
      .file('opt/tool', `#!/bin/sh\n# ${clamdMarker}\n`)
      .file('usr/lib/data.bin', randomBytes(2 * MiB));
    if (index % 2 === 0) files.file('srv/eicar.com', eicar);
    return { tag: `v${index}`, image: buildImage({ created: '2026-01-01T00:00:00Z', layers: [files.gzip()] }) };
  });

describe.skipIf(!hasClamd())('clamd in trouble', () => {
  let clamd: Clamd;
  let registry: ServedRegistry;
  let plimsoll: TestPlimsoll;

  async function open(options: ClamdOptions = {}) {
    clamd = await startClamd(options);
    registry = await serveRegistry({ repositories: [toServedRepository('team/app', images())] });
    plimsoll = await startTestPlimsoll({
      PLIMSOLL_CLAMD: clamd.url,
      PLIMSOLL_CLAMD_TIMEOUT_SECONDS: '2',
      PLIMSOLL_ADVISORIES_URL: 'file:///nonexistent/osv',
      PLIMSOLL_KEV_URL: 'file:///nonexistent/kev.json',
    });
    const { sdk } = plimsoll;
    await sdk.AddAssetImageRegistryRegistryDetail({
      Name: 'lab',
      Username: 'any',
      Password: 'any',
      Url: registry.url,
      RegistryType: 'docker',
      NetType: 'private',
    });
    await sdk.SyncAssetImageRegistryAsset({ All: true });
    await waitUntil(async () => (await rows()).length === IMAGES);
    await sdk.ModifyImageAuthorized({
      AllLocalImages: false,
      AllRegistryImages: true,
      UpdatedLocalImageCnt: 0,
      UpdatedRegistryImageCnt: IMAGES,
      ImageSourceType: 'ASSETIMAGE',
    });
  }
  afterEach(async () => {
    await plimsoll?.stop();
    await registry?.stop();
    await clamd?.stop();
  });

  const rows = async () => (await plimsoll.sdk.DescribeAssetImageRegistryList({ Limit: 100 })).List ?? [];
  const start = async (...ScanType: string[]) =>
    (await plimsoll.sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType })).TaskID;
  const ended = (TaskID: number | undefined) =>
    waitUntil(async () => {
      const { Status } = await plimsoll.sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
      return Status !== 'SCANNING' && Status !== 'NOT_SCAN';
    });
  const some = () =>
    waitUntil(async () => (await rows()).filter(({ VirusStatus }) => VirusStatus === 'SCANNED').length >= 2);
  const byVirusStatus = async () => Map.groupBy(await rows(), ({ VirusStatus }) => VirusStatus ?? '');

  /** Whatever became of clamd, the other kind is known, no image hangs, and what YARA-X knows is told. */
  async function othersAreUnharmed() {
    for (const row of await rows()) {
      expect(row).toMatchObject({
        ScanStatus: 'SCANNED',
        RiskStatus: 'SCANNED',
        ScanRiskError: '',
        Progress: 100,
        ScanVirusProgress: 100,
      });
      const { List = [] } = await plimsoll.sdk.DescribeAssetImageRegistryVirusList({ Id: row.Id ?? 0 });
      const isEven = Number(row.ImageTag?.slice(1)) % 2 === 0;
      expect(List.some(({ Path }) => Path === 'srv/eicar.com')).toBe(isEven);
    }
  }

  /** An engine that was found down is not asked again for two seconds. */
  async function mended() {
    await setTimeout(2_500);
    await ended(await start('VIRUS'));
    for (const row of await rows()) {
      const isEven = Number(row.ImageTag?.slice(1)) % 2 === 0;
      expect(row).toMatchObject({
        VirusStatus: 'SCANNED',
        ScanVirusError: '',
        RiskStatus: 'SCANNED',
        VirusCnt: isEven ? 2 : 1,
      });
    }
  }

  test('killed: what it did not see fails with its cause, and a scan of that kind alone mends it once it is back', async () => {
    await open();
    const task = await start('VIRUS', 'RISK');
    await some();
    await clamd.kill();
    await ended(task);

    const failed = (await byVirusStatus()).get('SCAN_ERR') ?? [];
    expect(failed.length).toBeGreaterThan(0);
    for (const row of failed)
      expect(row).toMatchObject({
        ScanVirusError: expect.stringMatching(/^(?:ConnFailed|EngineFailed)$/),
        Reason: expect.stringMatching(/malware engine/),
        Solution: expect.stringMatching(/clamav/),
      });
    await othersAreUnharmed();
    await clamd.start();
    await mended();
  });

  test('stalled: a time limit, not a hanging image; it goes on when clamd does', async () => {
    await open();
    const task = await start('VIRUS', 'RISK');
    await some();
    clamd.pause();
    await ended(task);

    const failed = (await byVirusStatus()).get('SCAN_ERR') ?? [];
    expect(failed.length).toBeGreaterThan(0);
    for (const row of failed) expect(row.ScanVirusError).toMatch(/^(?:EngineTimeout|ConnFailed)$/);
    expect(failed.some(({ ScanVirusError }) => ScanVirusError === 'EngineTimeout')).toBe(true);
    await othersAreUnharmed();
    clamd.resume();
    await mended();
  });

  test('limited: files that it does not take are unknown, with the limit named; raising it mends them', async () => {
    await open({ streamMaxBytes: MiB });
    await ended(await start('VIRUS', 'RISK'));

    for (const row of await rows())
      expect(row).toMatchObject({
        VirusStatus: 'SCAN_ERR',
        ScanVirusError: 'EngineLimit',
        Solution: expect.stringMatching(/StreamMaxLength.*usr\/lib\/data\.bin/),
        // What it did take is told.
        VirusCnt: Number(row.ImageTag?.slice(1)) % 2 === 0 ? 2 : 1,
      });
    await othersAreUnharmed();
  });

  test('restarted in between: nobody notices, or what was missed is mended by the next scan', async () => {
    await open();
    const task = await start('VIRUS', 'RISK');
    await some();
    await clamd.kill();
    await clamd.start();
    await ended(task);

    await othersAreUnharmed();
    await mended();
  });
});
