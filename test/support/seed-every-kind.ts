import { toPocId } from '../../src/api/poc-id.ts';
import type { Image } from '../../src/model/image.ts';
import type { Store } from '../../src/store/store.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from './sample-scans.ts';
import { seedImages } from './seed-images.ts';

const lodash = { ...samplePackage, ecosystem: 'npm', name: 'lodash', version: '4.17.11', path: 'app/package.json' };
const scanned = { status: 'scanned', progress: 100 } as const;

export interface SeededStore {
  /** As in `seedImages`; `v1.1` has something of every kind, and `v1.0` was authorised by itself. */
  readonly images: ReadonlyMap<string, Image>;
  readonly idOf: (tag: string) => number;
  /** Id of the registry `docker-lab`. */
  readonly registryId: number;
  /** PocIDs of vulnerabilities of `v1.1`: one in a system package, and one there that is ignored in every image. */
  readonly found: string;
  readonly ignored: string;
  /** Another one, which no other row depends on. */
  readonly spare: string;
}

/** `seedImages`, and behind it rows of every other kind that an action answers: findings, rules, tasks, a timetable. */
export async function seedEveryKind(store: Store, url: string): Promise<SeededStore> {
  const images = await seedImages(store, url);
  const rowOf = (tag: string) => {
    const image = images.get(tag);
    if (!image) throw new Error(`the seed has no image ${tag}`);
    return image;
  };
  const { artifactId } = rowOf('v1.1');
  await store.inventories.saveScan(
    sampleResult(artifactId, {
      inventory: { packages: [samplePackage, lodash], problems: [] },
      vulnerabilities: [
        sampleVulnerability('CVE-2024-0001', { severity: 'high' }),
        sampleVulnerability('CVE-2024-0002'),
        sampleVulnerability('CVE-2024-0003', { severity: 'low' }),
        sampleVulnerability('CVE-2019-10744', {
          affected: [{ package: lodash, advisoryId: 'GHSA-jf85-cpcp-j695', fixedVersion: '4.17.12' }],
        }),
      ],
      summary: sampleSummary({
        malware: scanned,
        risk: scanned,
        vulnerabilities: 4,
        critical: 2,
        high: 1,
        low: 1,
        packages: 2,
        malwareFiles: 1,
        risks: 1,
        secrets: 1,
      }),
    }),
  );
  await store.malware.replace(
    artifactId,
    [
      {
        path: 'usr/bin/miner',
        severity: 'high',
        category: 'CoinMiner',
        name: 'Linux.Miner',
        tags: ['miner'],
        description: 'mines',
        solution: 'remove it',
        fileType: 'ELF',
        md5: 'd41d8cd98f00b204e9800998ecf8427e',
        sha256: '',
        engine: 'clamav',
        size: 68,
      },
    ],
    new Date('2026-11-25T01:00:00Z'),
  );
  await store.risks.replace(artifactId, [
    {
      rule: 'password-assignment',
      behavior: 'secret',
      place: 'environment',
      severity: 'high',
      description: 'A password in an environment variable',
      instruction: '2026-01-01T00:00:00Z\nENV PASSWORD=a******z',
    },
  ]);
  const { rows } = await store.vulnerabilities.list({
    packages: 'system',
    conditions: [],
    images: [],
    sort: { key: 'lastFoundAt', direction: 'desc' },
    offset: 0,
    limit: 10,
  });
  const numberOf = (cve: string) => rows.find(({ id }) => id === cve)?.number ?? 0;
  const ignored = numberOf('CVE-2024-0002');
  await store.ignoreRules.add([{ number: ignored }], 'test');
  const selection = { ids: [rowOf('v1.0').id] };
  await store.authorizations.authorize({ selection, cap: 1, type: 'automatic' });
  const { registryId } = rowOf('mirror');
  return {
    images,
    idOf: (tag) => rowOf(tag).id,
    registryId,
    found: toPocId(numberOf('CVE-2024-0001')),
    ignored: toPocId(ignored),
    spare: toPocId(numberOf('CVE-2024-0003')),
  };
}
