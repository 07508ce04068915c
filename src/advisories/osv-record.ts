import type { VersionEvent, VersionRange } from '../model/advisory.ts';
import type { Rating, SourceAdvisory, SourcePackage } from './advisory-source.ts';
import { statedStatus } from './fix-status.ts';
import { type OsvAffected, type OsvEvent, type OsvRange, type OsvRecord, parseOsv } from './osv-schema.ts';
import { rate, type SeverityEntry } from './rate-severity.ts';
import { namedVulnerabilities, vulnerabilityIdOf } from './vulnerability-id.ts';

const MAX_TITLE = 300;
const MAX_DESCRIPTION = 8000;
const MAX_REFERENCES = 50;
const MAX_ALIASES = 200;
const MAX_VULNERABILITIES = 5000; // an update of a kernel mends a thousand
const WEB_ADDRESS = /^https?:\/\//i;

/**
 * One OSV record, as it concerns one base ecosystem (`Debian` takes `Debian:12` and `Debian`); undefined when it concerns
 * nothing there, or was withdrawn. Throws a ZodError for a record of another shape.
 */
export function parseOsvRecord(json: unknown, ecosystem: string): SourceAdvisory | undefined {
  const record = parseOsv(json);
  if (record.withdrawn) return undefined;
  const rating = rateRecord(record);
  const packages = (record.affected ?? []).flatMap((affected) => toPackage(affected, record, rating, ecosystem) ?? []);
  if (packages.length === 0) return undefined;
  const { id, published, modified } = record;
  const aliases = [...new Set([...(record.aliases ?? []), ...(record.upstream ?? [])])].slice(0, MAX_ALIASES);
  const ids = { id, aliases: record.aliases ?? [], upstream: record.upstream ?? [], related: record.related ?? [] };
  const named = namedVulnerabilities(ids);
  if (named.length === 0 && NO_SECURITY_UPDATE.test(id)) return undefined;
  const description = record.details ?? '';
  return {
    id,
    vulnerabilityId: vulnerabilityIdOf(ids),
    vulnerabilityIds: named.slice(0, MAX_VULNERABILITIES),
    aliases,
    title: cut(record.summary || firstLine(description), MAX_TITLE),
    description: cut(description, MAX_DESCRIPTION),
    references: (record.references ?? [])
      .map(({ url }) => url)
      .filter((url) => WEB_ADDRESS.test(url))
      .slice(0, MAX_REFERENCES),
    ...(published ? { published } : {}),
    ...(modified ? { modified } : {}),
    exploitPublic: (record.references ?? []).some(showsExploit),
    rating,
    packages,
  };
}

/** Updates of the distributions built like Red Hat's, and of SUSE, that mend bugs or add features. */
const NO_SECURITY_UPDATE = /^(?:(?:AL|RH|RL|EL|OEL)(?:BA|EA)-|(?:open)?SUSE-(?:RU|FU|OU)-)/;

/**
 * OSV: "EVIDENCE: A demonstration of the validity of a vulnerability claim, e.g. ... exploit proof of concept". Links of other
 * types count only where their site holds nothing but exploits.
 */
function showsExploit({ type, url }: { readonly type?: string | null | undefined; readonly url: string }): boolean {
  return (type === 'EVIDENCE' && WEB_ADDRESS.test(url)) || EXPLOIT_SITE.test(url);
}
const EXPLOIT_SITE = /^https?:\/\/(?:www\.)?exploit-db\.com\/exploits\/[0-9]/i;

/** A package that was published to do harm is as bad as it gets, though nobody rates it. */
const MALICIOUS = /^MAL-/;

function rateRecord(record: OsvRecord): Rating {
  if (MALICIOUS.test(record.id)) return { severity: 'critical', origin: 'words' };
  return rate(severitiesOf(record), titleWord(record), record.database_specific?.severity);
}

const RATED_TITLE = /^(Critical|Important|Moderate|Low): /;
const ERRATUM = /^(?:AL|RH|RL|EL|OEL)SA-/;

/** `Important: nodejs:12 security update`: how bad the distribution takes its own update to be. */
function titleWord({ id, summary }: OsvRecord): string | undefined {
  return ERRATUM.test(id) ? RATED_TITLE.exec(summary ?? '')?.[1] : undefined;
}

function toPackage(
  affected: OsvAffected,
  record: OsvRecord,
  whole: Rating,
  ecosystem: string,
): SourcePackage | undefined {
  const { package: pkg, ecosystem_specific: specific } = affected;
  if (!pkg || (pkg.ecosystem !== ecosystem && !pkg.ecosystem.startsWith(`${ecosystem}:`))) return undefined;
  const ranges = (affected.ranges ?? []).flatMap((range) => toRange(range) ?? []);
  const versions = affected.versions ?? [];
  if (ranges.length === 0 && versions.length === 0) return undefined; // only git commits
  const status = statedStatus(specific, affected.database_specific);
  if (status === 'not-affected') return undefined;
  const own = rate(severitiesOf(affected), specific?.urgency, affected.database_specific?.severity);
  const module = moduleOf(record.summary ?? '', ranges);
  return {
    namespace: pkg.ecosystem,
    name: pkg.name,
    ranges,
    versions,
    rating: orElse(own, whole),
    ...(module ? { module } : {}),
    ...(status ? { status } : {}),
  };
}

/** `nodejs:12 security update`, `Important: virt:rhel and virt-devel:rhel security, bug fix, and enhancement update`. */
const STREAM = /(?<![^\s])([A-Za-z0-9_.+-]{1,100}:[A-Za-z0-9_.+-]{1,100})(?![^\s,])/g;
const MODULE_BUILD = '.module'; // in the release of every package that was built as part of a module

/** Titles also name versions in that form (`kernel:4.18.0`): only what was built for a module belongs to one. */
function moduleOf(title: string, ranges: readonly VersionRange[]): string | undefined {
  const isBuilt = ranges.some(({ events }) =>
    events.some((event) => 'fixed' in event && event.fixed.includes(MODULE_BUILD)),
  );
  if (!isBuilt) return undefined;
  const streams = title.slice(0, MAX_TITLE).match(STREAM) ?? [];
  return streams.length > 0 ? streams.join(' ') : undefined;
}

/** A package's own rating, with the vector of the whole record where it has none. */
function orElse(own: Rating, whole: Rating): Rating {
  if (own.origin === 'none') return whole;
  return whole.cvss && !own.cvss ? { ...own, cvss: whole.cvss } : own;
}

function severitiesOf({ severity }: { readonly severity?: readonly SeverityEntry[] | null | undefined }) {
  return severity ?? [];
}

function toRange({ type, events }: OsvRange): VersionRange | undefined {
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM') return undefined; // GIT: commits are not versions
  const read = (events ?? []).flatMap(toEvents);
  if (read.length === 0) return undefined;
  // Every range must say where it begins; of one that does not, too much is reported rather than nothing.
  const begins = read.some((event) => 'introduced' in event);
  return { type, events: begins ? read : [{ introduced: '0' }, ...read] };
}

/** `limit` bounds the search for git commits; where an ecosystem range has one, not heeding it reports too much, never too little. */
function toEvents({ introduced, fixed, last_affected: lastAffected }: OsvEvent): readonly VersionEvent[] {
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
