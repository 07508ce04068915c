import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '../../demo/build-image.ts';
import type { BuiltLayer } from '../../demo/build-layer.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import { scanLocally } from '../../src/commands/scan-locally.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ScanReport } from '../../src/scan/scan-report.ts';
import { writeLayout } from '../support/write-layout.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

/** OSV records by the name of their feed, such as `PyPI`. */
export type Feeds = Readonly<Record<string, readonly object[]>>;

/** Scans images as `plimsoll scan` does, against advisories of its own. */
export interface QualityLab {
  scan(layers: readonly BuiltLayer[]): Promise<ScanReport>;
  close(): Promise<void>;
}

/** The advisories that the labels were worked out from; their README says where they come from. */
export async function fixedAdvisories(): Promise<Feeds> {
  const folder = join(import.meta.dirname, 'advisories');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const read = async (name: string) =>
    [name.slice(0, -'.json'.length), JSON.parse(await readFile(join(folder, name), 'utf8'))] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

export async function openQualityLab(feeds: Feeds): Promise<QualityLab> {
  const work = await mkdtemp(join(tmpdir(), 'plimsoll-quality-'));
  const osvUrl = join(work, 'osv');
  for (const [name, records] of Object.entries(feeds)) await writeAdvisoryZip(join(osvUrl, name, 'all.zip'), records);
  const never = new AbortController().signal;
  await updateAdvisories({ dataDir: work, osvUrl, ecosystems: Object.keys(feeds), now: () => new Date() }, never);
  const config = loadConfig({ PLIMSOLL_DATA_DIR: work, PLIMSOLL_WORKERS: '1' });
  return {
    scan: async (layers) => {
      const folder = await mkdtemp(join(work, 'layout-'));
      const image = buildImage({ layers });
      await writeLayout(folder, image.manifest, [image]);
      return scanLocally(folder, { config, onProgress: () => {} }, never);
    },
    close: () => rm(work, { recursive: true, force: true }),
  };
}
