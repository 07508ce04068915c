import type { Insertable } from 'kysely';
import { layersKey } from '../../src/store/image-sync.ts';
import type { Tables } from '../../src/store/tables.ts';
import {
  type BuiltImage,
  builtImage,
  contentOf,
  drawn,
  type Estate,
  registryOf,
  repositoryRow,
  tagsOf,
} from './estate.ts';
import {
  findingRow,
  packageRows,
  type ScannedContent,
  scanOfContent,
  VULNERABILITIES,
  vulnerabilityPackageRow,
  vulnerabilityRow,
} from './estate-scans.ts';

/** Rows of one table, some thousands at most. */
export interface Rows {
  readonly table: keyof Tables;
  readonly rows: readonly object[];
}

const ROWS_AT_ONCE = 2_000;
const SYNCED_AT = Date.UTC(2026, 10, 20);

/** Every row of an estate but its registries, in an order that references allow. */
export function* estateRows(estate: Estate): Generator<Rows> {
  const numbers = Array.from({ length: VULNERABILITIES }, (_, at) => at + 1);
  yield* inParts('vulnerabilities', numbers.map(vulnerabilityRow));
  yield* inParts('vulnerability_packages', numbers.map(vulnerabilityPackageRow));
  const contents: ScannedContent[] = [];
  for (let first = 0; first < estate.contents; first += ROWS_AT_ONCE) {
    const part = range(first, Math.min(estate.contents, first + ROWS_AT_ONCE));
    const scans = part.map(scanOfContent);
    contents.push(...scans);
    yield { table: 'artifacts', rows: part.map((content, at) => artifactRow(content, scans[at] as ScannedContent)) };
    yield* inParts(
      'packages',
      part.flatMap((content) => packageRows(content + 1, content)),
    );
    yield* inParts(
      'findings',
      part.flatMap((content, at) =>
        (scans[at]?.vulnerabilities ?? []).map((number) => findingRow(content + 1, number)),
      ),
    );
  }
  yield* listedRows(estate, contents);
}

function* listedRows(estate: Estate, contents: readonly ScannedContent[]): Generator<Rows> {
  let image = 0;
  const address = (repository: number) => repositoryRow(repository, estate).address;
  yield { table: 'runtime_sources', rows: [sourceRow] };
  for (let first = 0; first < estate.repositories; first += ROWS_AT_ONCE / 5) {
    const part = range(first, Math.min(estate.repositories, first + ROWS_AT_ONCE / 5));
    yield { table: 'repositories', rows: part.map((repository) => repositoryRow(repository, estate)) };
    const tags: object[] = [];
    const images: object[] = [];
    const running: Running[] = [];
    for (const repository of part) {
      const place = { registry_id: registryOf(repository, estate), repository_id: repository + 1 };
      const built = range(0, tagsOf(repository)).map((tag) => builtImage(image + tag, tag, 0, estate));
      const latest = newest(built);
      for (const [at, each] of built.entries()) {
        image++;
        tags.push({ ...tagRow(image, each), ...place });
        const content = contents[each.content] as ScannedContent;
        images.push({ ...imageRow(image, each, content, at === latest), ...place });
        if (containersOf(image) > 0) running.push({ image, built: each, address: address(repository) });
      }
    }
    yield { table: 'tags', rows: tags };
    yield { table: 'images', rows: images };
    yield { table: 'runtime_images', rows: running.map(runtimeImageRow) };
    yield { table: 'runtime_digests', rows: running.map(runtimeDigestRow) };
  }
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at);

function* inParts(table: keyof Tables, rows: readonly object[]): Generator<Rows> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield { table, rows: rows.slice(at, at + ROWS_AT_ONCE) };
}

/** As sync says it: the greatest time of build, an unknown one below all, then the greatest id. */
function newest(built: readonly BuiltImage[]): number {
  const time = (at: number) => built[at]?.createdAt ?? Number.NEGATIVE_INFINITY;
  return built.reduce((best, _, at) => (time(at) >= time(best) ? at : best), 0);
}

function artifactRow(content: number, scan: ScannedContent): Insertable<Tables['artifacts']> {
  const { imageId, os, layers, history } = contentOf(content);
  const isScanned = scan.scannedAt !== undefined;
  const inventory = { os: { family: 'debian', release: '12', name: scan.columns.os_name }, problems: [] };
  return {
    id: content + 1,
    image_id: imageId,
    layers_key: layersKey(layers),
    os,
    layers: JSON.stringify(layers),
    history: JSON.stringify(history),
    summary: isScanned ? JSON.stringify(scan.columns) : null,
    scanned_at: scan.scannedAt ?? null,
    malware_scanned_at: null,
    risk_scanned_at: null,
    advisory_snapshot: isScanned ? 'bench' : null,
    inventory: isScanned ? JSON.stringify(inventory) : null,
    suppressed: null,
  };
}

const tagRow = (id: number, { tag, digest }: BuiltImage) => ({
  id,
  name: tag,
  digest,
  etag: null,
  skipped: '{}',
  synced_at: SYNCED_AT,
  gone_at: null,
});

interface Running {
  readonly image: number;
  readonly built: BuiltImage;
  readonly address: string;
}

const SOURCE = 'cluster';

/** Its word holds for as long as benches are run. */
const sourceRow: Insertable<Tables['runtime_sources']> = {
  name: SOURCE,
  taken_at: SYNCED_AT,
  expires_at: Date.UTC(2100, 0, 1),
  counted: 1,
  failure: '',
};

const runtimeImageRow = ({ image, built, address }: Running): Insertable<Tables['runtime_images']> => ({
  source: SOURCE,
  key: String(image),
  reference: `${address}@${built.digest}`,
  address,
  tag: '',
  platform: 'linux/amd64',
  containers: containersOf(image),
});

const runtimeDigestRow = ({ image, built }: Running): Insertable<Tables['runtime_digests']> => ({
  source: SOURCE,
  key: String(image),
  digest: built.digest,
});

/** Three images in a hundred run. */
const containersOf = (image: number): number => (drawn(image, 10) < 0.03 ? 1 + (image % 5) : 0);

/** Nine of ten are authorised, one in a hundred is trusted. */
function imageRow(id: number, built: BuiltImage, { columns }: ScannedContent, isLatest: boolean) {
  const containers = containersOf(id);
  const running = containers > 0;
  const recommended = columns.needs_fix === null ? null : Number(columns.needs_fix === 1 && (isLatest || running));
  return {
    id,
    tag_id: id,
    tag: built.tag,
    digest: built.digest,
    tag_digest: built.digest,
    image_id: contentOf(built.content).imageId,
    artifact_id: built.content + 1,
    platform: 'linux/amd64',
    size: built.size,
    created_at: built.createdAt ?? null,
    pushed_at: null,
    // A thousand days of syncs: some of it was first seen today.
    listed_at: SYNCED_AT - Math.floor(drawn(id, 11) * 1_000 * 86_400_000),
    latest: Number(isLatest),
    authorized: Number(drawn(id, 12) < 0.9),
    trusted: Number(drawn(id, 13) < 0.01),
    running: Number(running),
    containers,
    fix_recommended: columns.malware_files ? Number(isLatest || running) : recommended,
    trust_reason: null,
    trust_detail: null,
    trust_policy: null,
    trust_checked_at: null,
    ...columns,
  };
}
