import { createHash } from 'node:crypto';
import type { Digest } from '../src/model/digest.ts';
import { openStore } from '../src/store/open-store.ts';
import type { SeenTag, Store } from '../src/store/store.ts';
import { createVault } from '../src/store/vault.ts';

const TAGS_PER_REPOSITORY = 50;
const digest = (seed: string): Digest => `sha256:${createHash('sha256').update(seed).digest('hex')}`;

/** A store of `rows` images over several registries: half of them scanned, all authorised but every tenth. */
export async function seedImages(url: string, rows: number): Promise<Store> {
  const store = await openStore({ url, vault: createVault(Buffer.alloc(32, 1)), now: () => new Date() });
  const registries: number[] = [];
  for (const name of ['harbor-eu', 'harbor-us', 'docker-lab', 'quay-ci']) {
    const { id } = await store.registries.add({
      name,
      type: 'docker',
      url: `https://${name}.example.com`,
      username: 'reader',
      password: 'x',
      insecure: false,
      speedLimit: 0,
      netType: 'private',
      region: 'default',
      version: '',
      instanceId: '',
      syncMode: 0,
      needScan: false,
      webhookUrl: '',
      webhookToken: '',
    });
    registries.push(id);
  }
  for (let repository = 0; repository * TAGS_PER_REPOSITORY < rows; repository++) {
    const registry = registries[repository % registries.length] ?? 0;
    const count = Math.min(TAGS_PER_REPOSITORY, rows - repository * TAGS_PER_REPOSITORY);
    const tags = Array.from({ length: count }, (_, tag) => seenTag(repository, tag));
    await store.images.saveTags(registry, `team-${repository % 17}/service-${repository}`, tags);
  }
  await store.images.authorize({ all: true }, Math.floor(rows * 0.9));
  await scanHalf(store, rows);
  return store;
}

function seenTag(repository: number, tag: number): SeenTag {
  const seed = `${repository}/${tag}`;
  return {
    name: `1.${tag}`,
    digest: digest(`m ${seed}`),
    syncedAt: new Date(),
    skipped: {},
    images: [
      {
        digest: digest(`m ${seed}`),
        platform: 'linux/amd64',
        size: 10_000_000 + ((repository * 7919 + tag * 104_729) % 900_000_000),
        createdAt: new Date(Date.UTC(2024, 0, 1) + ((repository * 31 + tag * 17) % 1000) * 86_400_000 + tag * 1000),
        // Many rows share content, as they do in reality; it also keeps the seeding of scans short.
        artifact: {
          imageId: digest(`c ${repository % 200}`),
          os: 'linux',
          layers: [
            {
              digest: digest(`l ${repository % 200}`),
              mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
              size: 1000,
            },
          ],
          history: [],
        },
      },
    ],
  };
}

async function scanHalf(store: Store, rows: number): Promise<void> {
  for (let content = 0; content < Math.min(200, rows / TAGS_PER_REPOSITORY); content += 2) {
    const image = await store.images.findByImageId(digest(`c ${content}`));
    if (!image) continue;
    const layer = digest(`l ${content}`);
    const count = (factor: number) => (content * factor) % 40;
    await store.inventories.saveScan({
      artifactId: image.artifactId,
      inventory: {
        os: { family: 'debian', release: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
        packages: [
          { ecosystem: 'deb', name: 'openssl', version: `3.0.${content}`, path: 'var/lib/dpkg/status', layer },
        ],
        problems: [],
      },
      vulnerabilities: [],
      summary: {
        vulnerability: { status: 'scanned', progress: 100 },
        malware: { status: 'not-scanned', progress: 0 },
        risk: { status: 'not-scanned', progress: 0 },
        scannedAt: new Date(Date.UTC(2026, 10, 1) + content * 60_000),
        osName: 'Debian GNU/Linux 12 (bookworm)',
        vulnerabilities: count(3) + count(5) + count(7) + count(11),
        critical: count(3),
        high: count(5),
        medium: count(7),
        low: count(11),
        packages: 1,
        needsFix: content % 3 === 0,
        detail: '',
      },
      advisorySnapshot: 'bench',
    });
  }
}
