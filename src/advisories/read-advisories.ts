import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Advisory, VersionRange, VulnerabilityFacts } from '../model/advisory.ts';
import { type Severity, severities } from '../model/severity.ts';
import type { Epss, FixStatus } from '../model/vulnerability.ts';
import { ratingOrigins } from './advisory-source.ts';
import { openNameFilter } from './name-filter.ts';
import type { PackageEntry } from './package-entries.ts';

export interface AdvisoryReader {
  find(namespace: number, packageName: string): readonly Advisory[];
  vulnerability(id: string): VulnerabilityFacts | undefined;
}

/** Look-ups come again and again: images share packages, and packages advisories. When a cache is full, it begins anew. */
const MAX_ADVISORIES = 50_000;
const MAX_NAMES = 200_000;
const MAX_TEXT = 32_000_000; // characters
const MAX_FACTS = 20_000;
const NONE: readonly Advisory[] = [];

/** Reads a file that compile.ts wrote: its JSON is trusted. */
export function createAdvisoryReader(database: DatabaseSync): AdvisoryReader {
  const filter = openNameFilter(database.prepare('SELECT bits FROM name_filter').get()?.bits as Uint8Array);
  const selectPackage = prepare(database, 'SELECT entries FROM package WHERE namespace = ? AND name = ?');
  // What is known of its vulnerability is asked for next, and is near.
  const selectText = prepare(
    database,
    `SELECT ${TEXT_COLUMNS}, ${FACT_COLUMNS}, vulnerability.id FROM advisory
     LEFT JOIN vulnerability ON vulnerability.id = vulnerability_id WHERE row = ?`,
  );
  const selectFacts = prepare(database, `SELECT ${FACT_COLUMNS} FROM vulnerability WHERE id = ?`);
  const known = new Map<number, Map<string, readonly Advisory[]>>(); // a key of both would have to be put together for each look-up
  const facts = createCache<string, VulnerabilityFacts | undefined>(MAX_FACTS);
  const vulnerability = (id: string) => facts.get(id, () => toFacts(selectFacts(id)));
  const texts = createCache<number, AdvisoryText>(MAX_TEXT, charactersOf);
  const textOf = (row: number) =>
    texts.get(row, () => {
      const columns = selectText(row);
      const text = toText(columns);
      facts.get(text.vulnerabilityId, () =>
        toFacts(columns?.at(-1) === null ? undefined : columns?.slice(TEXT_COLUMN_COUNT)),
      );
      return text;
    });
  const sources: Sources = { textOf, vulnerability };
  let names = 0;
  let advisories = 0;

  function read(namespace: number, packageName: string): readonly Advisory[] {
    const row = selectPackage(namespace, packageName);
    if (!row) return NONE;
    const entries: readonly PackageEntry[] = JSON.parse(String(row[0]));
    return entries.map((entry) => new CompiledAdvisory(entry, sources));
  }

  return {
    find(namespace, packageName) {
      if (!filter.mayHold(namespace, packageName)) return NONE;
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

type Row = readonly SQLOutputValue[] | undefined;

/** The first row, or undefined, as an array: in half the time of an object. */
function prepare(database: DatabaseSync, sql: string): (...parameters: (number | string)[]) => Row {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return (...parameters) => statement.get(...parameters) as unknown as Row;
}

interface Cache<Key, Value> {
  get(key: Key, compute: () => Value): Value;
}

/** `most`: of what all values weigh together. When it is full, it begins anew. */
function createCache<Key, Value>(most: number, weigh: (value: Value) => number = () => 1): Cache<Key, Value> {
  const values = new Map<Key, Value>();
  let weight = 0;
  return {
    get: (key, compute) => {
      const known = values.get(key);
      if (known !== undefined || values.has(key)) return known as Value;
      const value = compute();
      if (weight > most) {
        values.clear();
        weight = 0;
      }
      weight += weigh(value);
      values.set(key, value);
      return value;
    },
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

const TEXT_COLUMNS =
  'advisory.id, vulnerability_id, named, aliases, title, description, "references", published, modified';
const TEXT_COLUMN_COUNT = 9;
/** Of what is not text: an estimate. */
const CHARACTERS_BESIDE = 300;

const charactersOf = ({ title, description, references }: AdvisoryText) =>
  CHARACTERS_BESIDE + title.length + description.length + references.reduce((sum, each) => sum + each.length, 0);

function toText(row: Row = []): AdvisoryText {
  const [id, vulnerabilityId, named, aliases, title, description, references, published, modified] = row;
  return {
    id: String(id),
    vulnerabilityId: String(vulnerabilityId),
    ...(typeof named === 'string' ? { vulnerabilityIds: JSON.parse(named) as readonly string[] } : {}),
    aliases: JSON.parse(String(aliases)) as readonly string[],
    title: String(title),
    description: String(description),
    references: JSON.parse(String(references)) as readonly string[],
    ...(typeof published === 'string' ? { published } : {}),
    ...(typeof modified === 'string' ? { modified } : {}),
  };
}

const FACT_COLUMNS = 'severity, cvss_score, cvss_vector, exploited, exploit_public, epss_probability, epss_percentile';

function toFacts(row: Row): VulnerabilityFacts | undefined {
  if (!row) return undefined;
  const [severity, score, vector, exploited, exploitPublic, probability, percentile] = row;
  const level = severity === null ? undefined : severities[Number(severity)];
  return {
    ...(level === undefined ? {} : { severity: level }),
    ...(score === null ? {} : { cvss: { score: Number(score), vector: String(vector) } }),
    exploited: exploited === 1,
    exploitPublic: exploitPublic === 1,
    ...(probability === null ? {} : { epss: { probability: Number(probability), percentile: Number(percentile) } }),
  };
}
