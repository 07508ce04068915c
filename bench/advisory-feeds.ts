import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAdvisoryZip } from '../test/support/write-zip.ts';
import { seededRandom } from './seeded-random.ts';

/** Archives of OSV records, one for each ecosystem. */
export interface AdvisoryFeeds {
  /** Whose they are, for people. */
  readonly origin: string;
  readonly feeds: readonly { readonly name: string; readonly path: string }[];
}

/**
 * Real advisories where there are any (PLIMSOLL_TEST_DATA, else `../shared/data` beside the repository), else ones that are
 * made up, into `folder`.
 */
export async function advisoryFeeds(folder: string): Promise<AdvisoryFeeds> {
  const real = join(process.env.PLIMSOLL_TEST_DATA ?? join(import.meta.dirname, '../../shared/data'), 'osv');
  if (existsSync(real)) return { origin: 'real advisories', feeds: feedsIn(real) };
  const made = join(folder, 'osv');
  for (const [ecosystem, namespace] of ECOSYSTEMS) {
    const random = seededRandom(ecosystem.length);
    const records = Array.from({ length: RECORDS }, (_, at) => makeRecord(ecosystem, namespace, at, random));
    await writeAdvisoryZip(join(made, ecosystem, 'all.zip'), records);
  }
  return { origin: 'made-up advisories', feeds: feedsIn(made) };
}

function feedsIn(folder: string): AdvisoryFeeds['feeds'] {
  return readdirSync(folder)
    .map((ecosystem) => ({ name: `osv/${ecosystem}`, path: join(folder, ecosystem, 'all.zip') }))
    .filter(({ path }) => existsSync(path));
}

const RECORDS = 3000;
const PACKAGES = 900;
const ECOSYSTEMS: readonly (readonly [string, string])[] = [
  ['AlmaLinux', 'AlmaLinux:8'],
  ['Go', 'Go'],
  ['PyPI', 'PyPI'],
  ['npm', 'npm'],
];
/** Of an update of a distribution; a record about a library has one. */
const PACKAGES_OF_UPDATE = 8;
const WORDS =
  'a crafted request lets attackers read memory beyond the end of buffer when parsing headers of images'.split(' ');

/** Two kilobytes or so, as real records have, with texts that do not repeat. */
function makeRecord(ecosystem: string, namespace: string, at: number, random: () => number): object {
  const upTo = (most: number) => Math.floor(random() * most);
  const text = (words: number) => Array.from({ length: words }, () => WORDS[upTo(WORDS.length)]).join(' ');
  const affects = () => ({
    package: { ecosystem: namespace, name: `package-${upTo(PACKAGES)}` },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: `${upTo(9)}.${upTo(20)}.${upTo(9)}` }] }],
  });
  return {
    id: `${ecosystem}-${at}`,
    aliases: [`CVE-2026-${10_000 + at}`],
    modified: '2026-01-01T00:00:00Z',
    summary: text(8),
    details: text(120),
    affected: Array.from({ length: namespace === ecosystem ? 1 : PACKAGES_OF_UPDATE }, affects),
    references: Array.from({ length: 5 }, () => ({ type: 'WEB', url: `https://example.com/${upTo(1e9)}` })),
  };
}
