import { DatabaseSync } from 'node:sqlite';
import type { Inventory, OperatingSystem } from '../src/model/inventory.ts';
import type { LocatedPackage } from '../src/model/package.ts';
import { digestOf } from '../test/support/sample-images.ts';
import { seededRandom } from './seeded-random.ts';

const SYSTEM_PACKAGES = 300;
const LANGUAGE_PACKAGES = 900;
/** Of the packages of languages; those of a system nearly all have advisories. */
const WITH_ADVISORIES = 0.2;
/** Of the packages with advisories; the rest is younger than all fixes. */
const OUTDATED = 0.15;

const systems: readonly { readonly ecosystem: string; readonly namespace: string; readonly os: OperatingSystem }[] = [
  { ecosystem: 'rpm', namespace: 'AlmaLinux:8', os: { family: 'almalinux', release: '8.9', name: 'AlmaLinux' } },
  { ecosystem: 'apk', namespace: 'Alpine:v3.10', os: { family: 'alpine', release: '3.10.3', name: 'Alpine' } },
  { ecosystem: 'deb', namespace: 'Debian:12', os: { family: 'debian', release: '12', name: 'Debian' } },
];

const languages: Readonly<Record<string, string>> = {
  Go: 'golang',
  PyPI: 'pypi',
  npm: 'npm',
  'crates.io': 'cargo',
  RubyGems: 'gem',
  Packagist: 'composer',
};

/** Images of one system each, with packages of all languages: some that the compiled advisories name, and more that they do not. */
export function createInventories(advisories: string, count: number): readonly Inventory[] {
  const known = readKnown(advisories);
  const random = seededRandom(7);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const usable = systems.filter(({ namespace }) => known.has(namespace));
  const spoken = Object.entries(languages).filter(([namespace]) => known.has(namespace));

  function toPackage(ecosystem: string, namespace: string, share: number): LocatedPackage {
    const one = random() < share ? pick(known.get(namespace) ?? []) : undefined;
    const version = one && random() < OUTDATED ? pick(one.versions) : YOUNG;
    const name = one?.name ?? `unheard-of-${Math.floor(random() * 50_000)}`;
    return { ecosystem, name, version: version ?? YOUNG, path: 'srv/app', layer };
  }

  return Array.from({ length: count }, (_, at) => {
    const system = usable[at % usable.length];
    const own = Array.from({ length: system ? SYSTEM_PACKAGES : 0 }, () =>
      toPackage(system?.ecosystem ?? '', system?.namespace ?? '', 1),
    );
    const others = Array.from({ length: LANGUAGE_PACKAGES }, (_, n) => {
      const [namespace = '', ecosystem = ''] = spoken[n % spoken.length] ?? [];
      return toPackage(ecosystem, namespace, WITH_ADVISORIES);
    });
    return { ...(system ? { os: system.os } : {}), packages: [...own, ...others], problems: [] };
  });
}

const layer = digestOf('layer');
const YOUNG = '9999.0.0';
const VERSION = /"(?:fixed|lastAffected)":"([^"\\]{1,100})"/g;

interface Known {
  readonly name: string;
  /** That advisories name. */
  readonly versions: readonly string[];
}

function readKnown(advisories: string): ReadonlyMap<string, readonly Known[]> {
  const database = new DatabaseSync(advisories, { readOnly: true });
  try {
    const rows = database
      .prepare(
        'SELECT namespace.name AS namespace, package.name, entries FROM package JOIN namespace ON row = namespace',
      )
      .all();
    const known = Map.groupBy(rows, ({ namespace }) => String(namespace));
    return new Map(
      [...known].map(([namespace, packages]) => [
        namespace,
        packages.map(({ name, entries }) => ({
          name: String(name),
          versions: [...String(entries).matchAll(VERSION)].flatMap(([, version]) => version ?? []),
        })),
      ]),
    );
  } finally {
    database.close();
  }
}
