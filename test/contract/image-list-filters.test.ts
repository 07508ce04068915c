import { expect } from 'vitest';
import { imageFilters } from '../../src/api/image-filters.ts';
import type { Image } from '../../src/model/image.ts';
import { describeSeededList, everyTag, type ListRow, tagsOf } from '../support/describe-seeded-list.ts';

/** One use of a filter, and which rows it must leave. */
interface FilterCase {
  readonly values: readonly string[];
  readonly exact?: boolean;
  /** Tags of the rows, in the order of the seed. */
  readonly tags: readonly string[];
}

const all: FilterCase = { values: ['all'], tags: everyTag };
const scanned = ['v1.1', 'v2.0_rc', 'latest', 'mirror', 'low-only'];
const withContentOf = (tags: readonly string[]) => everyTag.filter((tag) => tags.includes(tag));
const flags = (on: readonly string[], unknown: readonly string[] = []): readonly FilterCase[] => {
  const off = everyTag.filter((tag) => !on.includes(tag) && !unknown.includes(tag));
  return [
    all,
    { values: ['1'], tags: on },
    { values: ['true'], exact: true, tags: on },
    { values: ['0'], tags: off },
    { values: ['FALSE'], tags: off },
    { values: ['0', '1'], tags: everyTag.filter((tag) => !unknown.includes(tag)) },
  ];
};
const latest = ['v2.0_rc', 'latest', 'moving', 'stopped', 'mirror', 'low-only'];
const notLatest = everyTag.filter((tag) => !latest.includes(tag));
const statuses = (by: Readonly<Record<string, readonly string[]>>): readonly FilterCase[] => [
  all,
  ...Object.entries(by).map(([value, tags]) => ({ values: [value], tags })),
  ...Object.entries(by).map(([value, tags]) => ({ values: [value.toLowerCase()], exact: true, tags })),
];
const texts = (field: 'digest' | 'imageId', rows: ReadonlyMap<string, Image>): readonly FilterCase[] => {
  const value = rows.get('low-only')?.[field] ?? '';
  return [
    all,
    { values: [value], tags: ['low-only'] },
    { values: [value], exact: true, tags: ['low-only'] },
    { values: [value.slice(10, 50).toUpperCase()], tags: ['low-only'] },
    { values: [value.slice(10, 50)], exact: true, tags: [] },
  ];
};

/** Cases for every filter of the table; what depends on ids is told the rows. */
const filterCases = (rows: ReadonlyMap<string, Image>): Readonly<Record<string, readonly FilterCase[]>> => {
  const idOf = (tag: string) => String(rows.get(tag)?.id);
  const ids: readonly FilterCase[] = [
    all,
    { values: [idOf('latest')], tags: ['latest'] },
    { values: [idOf('latest'), idOf('v1.0')], exact: false, tags: ['v1.0', 'latest'] },
    { values: ['18446744073709551615'], tags: [] },
  ];
  return {
    IsAuthorized: flags(everyTag.filter((tag) => tag !== 'v1.0' && tag !== 'mirror')),
    ScanStatus: statuses({
      NOT_SCAN: ['v1.0'],
      notScan: ['v1.0'],
      SCANNING: ['moving'],
      SCANNED: scanned,
      SCAN_ERR: ['unbuilt'],
      scanErr: ['unbuilt'],
      CANCELED: ['stopped'],
    }),
    CveStatus: statuses({ NOT_SCAN: ['v1.0'], SCANNED: scanned, SCAN_ERR: ['unbuilt'], CANCELED: ['stopped'] }),
    VirusStatus: statuses({
      NOT_SCAN: ['v1.0', 'latest', 'unbuilt', 'moving', 'stopped'],
      SCANNED: ['v1.1', 'v2.0_rc', 'mirror', 'low-only'],
      SCAN_ERR: [],
    }),
    RiskStatus: statuses({
      NOT_SCAN: ['v1.0', 'latest', 'unbuilt', 'moving', 'stopped'],
      SCANNED: ['v1.1', 'v2.0_rc', 'mirror', 'low-only'],
    }),
    ImageName: [
      all,
      { values: ['AP'], tags: ['v1.0', 'v1.1', 'v2.0_rc', 'mirror', 'low-only'] },
      { values: ['ap'], exact: true, tags: [] },
      { values: ['lint', 'job'], exact: true, tags: ['latest', 'stopped'] },
      { values: ['nt', 'ob'], tags: ['latest', 'stopped'] },
      { values: ['%'], tags: [] },
      { values: ["'; drop table images; --"], tags: [] },
    ],
    Namespace: [
      all,
      { values: ['team'], tags: ['v1.0', 'v1.1', 'v2.0_rc', 'latest', 'low-only'] },
      { values: ['team'], exact: true, tags: ['v1.0', 'v1.1', 'v2.0_rc', 'low-only'] },
      { values: ['team/tools'], exact: true, tags: ['latest'] },
    ],
    ImageRepoAddress: [
      all,
      { values: ['harbor.example.com/team'], tags: ['v1.0', 'v1.1', 'v2.0_rc', 'latest'] },
      { values: ['127.0.0.1:5000/mirror/app'], exact: true, tags: ['mirror'] },
      { values: ['127.0.0.1:5000/mirror'], exact: true, tags: [] },
    ],
    ImageTag: [
      all,
      { values: ['v1'], tags: ['v1.0', 'v1.1'] },
      { values: ['V1.0'], tags: ['v1.0'] },
      { values: ['V1.0'], exact: true, tags: [] },
      { values: ['_'], tags: ['v2.0_rc'] },
      { values: [' v1.0 '], exact: true, tags: ['v1.0'] },
    ],
    ImageDigest: texts('digest', rows),
    ImageId: [
      ...texts('imageId', rows),
      { values: [rows.get('v1.1')?.imageId ?? ''], exact: true, tags: ['v1.1', 'mirror'] },
    ],
    InstanceName: [
      all,
      { values: ['LAB'], tags: ['unbuilt', 'moving', 'stopped', 'mirror', 'low-only'] },
      { values: ['Tcr-Lab'], exact: true, tags: ['unbuilt', 'moving', 'stopped'] },
      { values: ['tcr-lab'], exact: true, tags: [] },
    ],
    InstanceId: [
      all,
      { values: ['tcr-lab1'], tags: ['unbuilt', 'moving', 'stopped'] },
      { values: ['tcr'], exact: false, tags: [] },
    ],
    RegistryType: [
      all,
      { values: ['tcr', 'docker'], tags: ['unbuilt', 'moving', 'stopped', 'mirror', 'low-only'] },
      { values: ['harb'], exact: false, tags: [] },
    ],
    RegistryRegion: [
      all,
      { values: ['default'], tags: ['mirror', 'low-only'] },
      { values: ['eu'], exact: false, tags: [] },
    ],
    OsName: [all, { values: ['Alpine Linux v3.20'], tags: ['latest'] }, { values: ['Alpine'], exact: false, tags: [] }],
    Id: ids,
    ImageAssetIds: ids,
    OnlyShowLatest: [
      all,
      { values: ['1'], exact: true, tags: latest },
      { values: ['true'], tags: latest },
      { values: ['0'], exact: true, tags: everyTag },
      { values: ['1', '0'], tags: everyTag },
    ],
    IsLatestImage: [all, { values: ['1'], tags: latest }, { values: ['0'], tags: notLatest }],
    IsTrustImage: flags(['latest']),
    IsRunning: flags(
      ['v1.1'],
      everyTag.filter((tag) => tag !== 'v1.1' && tag !== 'v2.0_rc'),
    ),
    HasNeedFixVul: flags(['v1.1', 'latest', 'mirror'], ['v1.0', 'unbuilt', 'moving', 'stopped']),
    RecommendedFix: flags(['v1.1', 'latest', 'mirror'], ['v1.0', 'unbuilt', 'moving', 'stopped']),
    SecurityRisk: [
      all,
      { values: ['VulCnt'], tags: ['v1.1', 'latest', 'mirror', 'low-only'] },
      { values: ['VirusCnt'], tags: ['v1.1', 'mirror'] },
      { values: ['RiskCnt'], tags: ['v1.1', 'mirror', 'low-only'] },
      { values: ['IsTrustImage'], tags: ['latest'] },
      { values: ['CriticalLevelVul'], tags: ['v1.1', 'mirror'] },
      { values: ['HighLevelVul'], tags: ['v1.1', 'latest', 'mirror'] },
      { values: ['MediumLevelVul'], tags: ['v1.1', 'mirror', 'low-only'] },
      { values: ['LowLevelVul'], tags: ['v1.1', 'mirror', 'low-only'] },
      { values: ['criticallevelvul', 'IsTrustImage'], tags: ['v1.1', 'latest', 'mirror'] },
    ],
    ComponentName: [
      all,
      { values: ['SSL'], tags: ['v1.1', 'v2.0_rc', 'mirror'] },
      { values: ['libssl3'], exact: true, tags: ['v1.1', 'mirror'] },
      { values: ['musl', 'libssl3'], exact: true, tags: ['v1.1', 'latest', 'mirror'] },
    ],
    ComponentVersion: [
      all,
      { values: ['3.0.1'], tags: ['v1.1', 'v2.0_rc', 'mirror'] },
      { values: ['8.0'], exact: true, tags: withContentOf(['v1.1', 'mirror', 'low-only']) },
    ],
  };
};

const inSeedOrder = (rows: readonly ListRow[]) => everyTag.filter((tag) => tagsOf(rows).includes(tag));
const filter = (Name: string, Values: readonly string[], ExactMatch?: boolean) => ({
  Name,
  Values: [...Values],
  ...(ExactMatch === undefined ? {} : { ExactMatch }),
});

describeSeededList('filters of the image list', ({ on, whole, rows }) => {
  for (const Name of Object.keys(imageFilters)) {
    on(`${Name} leaves the rows it should`, async () => {
      const cases = filterCases(rows())[Name] ?? [];
      expect(cases.length, `test/contract/image-list-filters.test.ts has no case for ${Name}`).toBeGreaterThan(1);

      for (const { values, exact, tags } of cases) {
        const found = await whole({ Filters: [filter(Name, values, exact)] });

        const used = `${Name}=${values.join('|')} ${exact ?? 'fuzzy by default'}`;
        expect(inSeedOrder(found.rows), used).toEqual(tags);
        expect([found.rows.length, found.total], used).toEqual([tags.length, tags.length]);
      }
    });

    on(`${Name} does not restrict without a value, or with all of whatever case`, async () => {
      for (const values of [[], [''], ['ALL'], ['All', 'nonsense']]) {
        expect((await whole({ Filters: [filter(Name, values, true)] })).total).toBe(everyTag.length);
      }
    });
  }

  on('are joined by AND, their values by OR', async () => {
    const found = await whole({
      Filters: [
        filter('Namespace', ['team', 'mirror'], true),
        filter('SecurityRisk', ['VirusCnt', 'RiskCnt']),
        filter('IsAuthorized', ['1']),
      ],
    });

    expect(tagsOf(found.rows)).toEqual(['v1.1', 'low-only']);
  });

  on('of one name are joined by AND, too', async () => {
    const found = await whole({ Filters: [filter('ImageTag', ['v', 'l']), filter('ImageTag', ['1.1', 'only'])] });

    expect(tagsOf(found.rows)).toEqual(['v1.1', 'low-only']);
  });

  on('a package of this name and this version is one package', async () => {
    const name = filter('ComponentName', ['curl'], true);

    const both = await whole({ Filters: [name, filter('ComponentVersion', ['3.0.11'], true)] });
    const one = await whole({ Filters: [name, filter('ComponentVersion', ['8.0'], true)] });
    const mixed = await whole({ Filters: [name, filter('ComponentVersion', ['7.'], false)] });

    expect(tagsOf(both.rows)).toEqual([]);
    expect(tagsOf(one.rows)).toEqual(['v1.1', 'mirror', 'low-only']);
    expect(tagsOf(mixed.rows)).toEqual(['v2.0_rc']);
  });

  on('with thousands of exact values are answered', async () => {
    const many = Array.from({ length: 9_999 }, (_, i) => `t${i}`);

    const found = await whole({ Filters: [filter('ImageTag', [...many, 'v1.0'], true)] });

    expect(tagsOf(found.rows)).toEqual(['v1.0']);
  });

  on('fifty of a hundred searches each are answered', async () => {
    const values = Array.from({ length: 100 }, (_, i) => `v${i}.`);

    const found = await whole({ Filters: Array.from({ length: 50 }, () => filter('ImageTag', values)) });

    expect(tagsOf(found.rows)).toEqual(['v1.0', 'v1.1', 'v2.0_rc']);
  });
});
