import { z } from 'zod';
import type { VersionEvent, VersionRange } from '../model/advisory.ts';
import type { Rating, SourceAdvisory, SourcePackage } from './advisory-source.ts';
import { rate, type SeverityEntry } from './rate-severity.ts';
import { namedVulnerabilities, vulnerabilityIdOf } from './vulnerability-id.ts';

// https://ossf.github.io/osv-schema/ reduced to what is used; other fields are let through unread.

const Text = z.string().max(1_000_000);
const Word = z.string().max(1000);
/** Go programs write an empty list as null. */
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(100_000).nullish();

const SeverityList = list(z.object({ type: Word, score: Word }));

const OsvEvent = z.object({
  introduced: Word.optional(),
  fixed: Word.optional(),
  last_affected: Word.optional(),
  limit: Word.optional(),
});

const OsvRange = z.object({ type: Word, events: list(OsvEvent) });

const OsvAffected = z.object({
  package: z.object({ ecosystem: Word.min(1), name: Word.min(1) }).nullish(),
  severity: SeverityList,
  ranges: list(OsvRange),
  versions: list(Word),
  ecosystem_specific: z.object({ urgency: z.unknown().optional() }).nullish(),
  database_specific: z.object({ severity: z.unknown().optional() }).nullish(),
});

const OsvRecord = z.object({
  id: z.string().min(1).max(200),
  published: Word.nullish(),
  modified: Word.nullish(),
  withdrawn: Word.nullish(),
  aliases: list(Word),
  upstream: list(Word),
  related: list(Word),
  summary: Text.nullish(),
  details: Text.nullish(),
  severity: SeverityList,
  affected: list(OsvAffected),
  references: list(z.object({ url: z.string().max(10_000) })),
  database_specific: z.object({ severity: z.unknown().optional() }).nullish(),
});
type OsvRecord = z.infer<typeof OsvRecord>;
type OsvAffected = z.infer<typeof OsvAffected>;

const MAX_TITLE = 300;
const MAX_DESCRIPTION = 8000;
const MAX_REFERENCES = 50;
const MAX_ALIASES = 200;
const WEB_ADDRESS = /^https?:\/\//i;

/**
 * One OSV record, as it concerns one base ecosystem (`Debian` takes `Debian:12` and `Debian`); undefined when it concerns
 * nothing there, or was withdrawn. Throws a ZodError for a record of another shape.
 */
export function parseOsvRecord(json: unknown, ecosystem: string): SourceAdvisory | undefined {
  const record = OsvRecord.parse(json);
  if (record.withdrawn) return undefined;
  const packages = (record.affected ?? []).flatMap((affected) => toPackage(affected, record, ecosystem) ?? []);
  if (packages.length === 0) return undefined;
  const { id, published, modified } = record;
  const aliases = [...new Set([...(record.aliases ?? []), ...(record.upstream ?? [])])].slice(0, MAX_ALIASES);
  const ids = { id, aliases: record.aliases ?? [], upstream: record.upstream ?? [], related: record.related ?? [] };
  const description = record.details ?? '';
  return {
    id,
    vulnerabilityId: vulnerabilityIdOf(ids),
    vulnerabilityIds: namedVulnerabilities(ids).slice(0, MAX_ALIASES),
    aliases,
    title: cut(record.summary || firstLine(description), MAX_TITLE),
    description: cut(description, MAX_DESCRIPTION),
    references: (record.references ?? [])
      .map(({ url }) => url)
      .filter((url) => WEB_ADDRESS.test(url))
      .slice(0, MAX_REFERENCES),
    ...(published ? { published } : {}),
    ...(modified ? { modified } : {}),
    rating: rateRecord(record),
    packages,
  };
}

/** A package that was published to do harm is as bad as it gets, though nobody rates it. */
const MALICIOUS = /^MAL-/;

function rateRecord(record: OsvRecord): Rating {
  if (MALICIOUS.test(record.id)) return { severity: 'critical', origin: 'words' };
  return rate(severitiesOf(record), undefined, record.database_specific?.severity);
}

function toPackage(affected: OsvAffected, record: OsvRecord, ecosystem: string): SourcePackage | undefined {
  const { package: pkg } = affected;
  if (!pkg || (pkg.ecosystem !== ecosystem && !pkg.ecosystem.startsWith(`${ecosystem}:`))) return undefined;
  const ranges = (affected.ranges ?? []).flatMap((range) => toRange(range) ?? []);
  const versions = affected.versions ?? [];
  if (ranges.length === 0 && versions.length === 0) return undefined; // only git commits
  const own = rate(severitiesOf(affected), affected.ecosystem_specific?.urgency, affected.database_specific?.severity);
  return { namespace: pkg.ecosystem, name: pkg.name, ranges, versions, rating: orElse(own, rateRecord(record)) };
}

/** A package's own rating, with the vector of the whole record where it has none. */
function orElse(own: Rating, whole: Rating): Rating {
  if (own.origin === 'none') return whole;
  return whole.cvss && !own.cvss ? { ...own, cvss: whole.cvss } : own;
}

function severitiesOf({ severity }: { readonly severity?: readonly SeverityEntry[] | null | undefined }) {
  return severity ?? [];
}

function toRange({ type, events }: z.infer<typeof OsvRange>): VersionRange | undefined {
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM') return undefined; // GIT: commits are not versions
  const read = (events ?? []).flatMap(toEvents);
  if (read.length === 0) return undefined;
  // Every range must say where it begins; of one that does not, too much is reported rather than nothing.
  const begins = read.some((event) => 'introduced' in event);
  return { type, events: begins ? read : [{ introduced: '0' }, ...read] };
}

/** `limit` bounds the search for git commits; where an ecosystem range has one, not heeding it reports too much, never too little. */
function toEvents({
  introduced,
  fixed,
  last_affected: lastAffected,
}: z.infer<typeof OsvEvent>): readonly VersionEvent[] {
  return [
    ...(introduced === undefined ? [] : [{ introduced }]),
    ...(fixed === undefined ? [] : [{ fixed }]),
    ...(lastAffected === undefined ? [] : [{ lastAffected }]),
  ];
}

function firstLine(text: string): string {
  const start = text.trimStart().slice(0, MAX_TITLE + 1);
  const end = start.indexOf('\n');
  return (end < 0 ? start : start.slice(0, end)).trim();
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
