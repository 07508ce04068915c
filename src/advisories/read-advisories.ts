import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Advisory, VersionRange, VulnerabilityFacts } from '../model/advisory.ts';
import { type Severity, severities } from '../model/severity.ts';
import type { Epss, FixStatus } from '../model/vulnerability.ts';
import { ratingOrigins } from './advisory-source.ts';
import type { PackageEntry } from './package-entries.ts';

export interface AdvisoryReader {
  find(namespace: number, packageName: string): readonly Advisory[];
  vulnerability(id: string): VulnerabilityFacts | undefined;
}

/** Look-ups come again and again: images share packages, and packages advisories. When a cache is full, it begins anew. */
const MAX_ADVISORIES = 50_000;
const MAX_NAMES = 200_000;
const MAX_TEXTS = 5_000;
const MAX_FACTS = 20_000;
const NONE: readonly Advisory[] = [];

/** Reads a file that compile.ts wrote: its JSON is trusted. */
export function createAdvisoryReader(database: DatabaseSync): AdvisoryReader {
  const selectPackage = database.prepare('SELECT entries FROM package WHERE namespace = ? AND name = ?');
  const selectText = database.prepare('SELECT * FROM advisory WHERE row = ?');
  const selectFacts = database.prepare('SELECT * FROM vulnerability WHERE id = ?');
  const known = new Map<number, Map<string, readonly Advisory[]>>(); // a key of both would have to be put together for each look-up
  const textOf = cached(MAX_TEXTS, (row: number) => toText(selectText.get(row)));
  const vulnerability = cached(MAX_FACTS, (id: string) => toFacts(selectFacts.get(id)));
  const sources: Sources = { textOf, vulnerability };
  let names = 0;
  let advisories = 0;

  function read(namespace: number, packageName: string): readonly Advisory[] {
    const row = selectPackage.get(namespace, packageName);
    if (!row) return NONE;
    const entries: readonly PackageEntry[] = JSON.parse(String(row.entries));
    return entries.map((entry) => new CompiledAdvisory(entry, sources));
  }

  return {
    find(namespace, packageName) {
      const found = known.get(namespace)?.get(packageName);
      if (found) return found;
      const fresh = read(namespace, packageName);
      names++;
      advisories += fresh.length;
      if (advisories > MAX_ADVISORIES || names > MAX_NAMES) {
        known.clear();
        names = 1;
        advisories = fresh.length;
      }
      const ofNamespace = known.get(namespace) ?? new Map<string, readonly Advisory[]>();
      known.set(namespace, ofNamespace.set(packageName, fresh));
      return fresh;
    },
    vulnerability,
  };
}

function cached<Key, Value>(most: number, compute: (key: Key) => Value): (key: Key) => Value {
  const values = new Map<Key, Value>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined || values.has(key)) return known as Value;
    const value = compute(key);
    if (values.size >= most) values.clear();
    values.set(key, value);
    return value;
  };
}

interface Sources {
  readonly textOf: (row: number) => AdvisoryText;
  readonly vulnerability: (id: string) => VulnerabilityFacts | undefined;
}

type AdvisoryText = Pick<
  Advisory,
  | 'id'
  | 'vulnerabilityId'
  | 'vulnerabilityIds'
  | 'aliases'
  | 'title'
  | 'description'
  | 'references'
  | 'published'
  | 'modified'
>;

/** Where an entry's severity comes from. */
const NOBODY = ratingOrigins.indexOf('none');
const BY_DISTRIBUTION = ratingOrigins.indexOf('distribution');

/** What matching needs is at hand; the rest is looked up when it is asked for, which is when the advisory affects something. */
class CompiledAdvisory implements Advisory {
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  readonly module?: string;
  readonly status?: FixStatus;
  readonly #entry: PackageEntry;
  readonly #sources: Sources;

  constructor(entry: PackageEntry, sources: Sources) {
    this.#entry = entry;
    this.#sources = sources;
    const [, , , , ranges, versions, , , module, status] = entry;
    this.ranges = ranges;
    this.versions = versions;
    if (typeof module === 'string') this.module = module;
    if (typeof status === 'string') this.status = status;
  }

  get #text(): AdvisoryText {
    return this.#sources.textOf(this.#entry[0]);
  }
  get #facts(): VulnerabilityFacts | undefined {
    return this.vulnerabilityIds ? undefined : this.#sources.vulnerability(this.vulnerabilityId);
  }
  get id(): string {
    return this.#text.id;
  }
  get vulnerabilityId(): string {
    const [, , , only] = this.#entry;
    return (only?.length === 1 ? only[0] : undefined) ?? this.#text.vulnerabilityId;
  }
  get vulnerabilityIds(): readonly string[] | undefined {
    const [, , , only] = this.#entry;
    if (!only) return this.#text.vulnerabilityIds;
    return only.length === 1 ? undefined : only;
  }
  get aliases(): readonly string[] {
    return this.#text.aliases;
  }
  get title(): string {
    return this.#text.title;
  }
  get description(): string {
    return this.#text.description;
  }
  get references(): readonly string[] {
    return this.#text.references;
  }
  get published(): string | undefined {
    return this.#text.published;
  }
  get modified(): string | undefined {
    return this.#text.modified;
  }
  /** Its own words first; then the vector that another database gives the vulnerability. */
  get severity(): Severity {
    const [, severity, origin] = this.#entry;
    return (origin === NOBODY ? this.#facts?.severity : undefined) ?? severities[severity] ?? 'unknown';
  }
  get ratedAsWhole(): boolean {
    const [, , origin] = this.#entry;
    return origin !== BY_DISTRIBUTION && this.vulnerabilityIds !== undefined;
  }
  get cvss(): Advisory['cvss'] {
    const [, , , , , , score, vector] = this.#entry;
    return typeof score === 'number' && typeof vector === 'string' ? { score, vector } : this.#facts?.cvss;
  }
  get exploited(): boolean {
    return this.#facts?.exploited ?? false;
  }
  get exploitPublic(): boolean {
    return this.#facts?.exploitPublic ?? false;
  }
  get epss(): Epss | undefined {
    return this.#facts?.epss;
  }
}

type Row = Record<string, SQLOutputValue> | undefined;

function toText(row: Row): AdvisoryText {
  const optional = (value: SQLOutputValue | undefined) => (value === null ? undefined : String(value));
  const [named, published, modified] = [optional(row?.named), optional(row?.published), optional(row?.modified)];
  return {
    id: String(row?.id),
    vulnerabilityId: String(row?.vulnerability_id),
    ...(named === undefined ? {} : { vulnerabilityIds: JSON.parse(named) as readonly string[] }),
    aliases: JSON.parse(String(row?.aliases)) as readonly string[],
    title: String(row?.title),
    description: String(row?.description),
    references: JSON.parse(String(row?.references)) as readonly string[],
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
  };
}

function toFacts(row: Row): VulnerabilityFacts | undefined {
  if (!row) return undefined;
  const { severity, cvss_score: score, cvss_vector: vector } = row;
  const { epss_probability: probability, epss_percentile: percentile } = row;
  const level = severity === null ? undefined : severities[Number(severity)];
  return {
    ...(level === undefined ? {} : { severity: level }),
    ...(score === null ? {} : { cvss: { score: Number(score), vector: String(vector) } }),
    exploited: row.exploited === 1,
    exploitPublic: row.exploit_public === 1,
    ...(probability === null ? {} : { epss: { probability: Number(probability), percentile: Number(percentile) } }),
  };
}
