import { z } from 'zod';

// https://ossf.github.io/osv-schema/ reduced to what is used; other fields are let through unread.

const MAX_TEXT = 1_000_000;
const MAX_WORD = 1000;
const MAX_ITEMS = 100_000;
const MAX_ID = 200;
const MAX_URL = 10_000;

const Text = z.string().max(MAX_TEXT);
const Word = z.string().max(MAX_WORD);
/** Go programs write an empty list as null. */
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(MAX_ITEMS).nullish();

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
  ecosystem_specific: z.looseObject({ urgency: z.unknown().optional() }).nullish(),
  database_specific: z.looseObject({ severity: z.unknown().optional() }).nullish(),
});

export const OsvRecord = z.object({
  id: z.string().min(1).max(MAX_ID),
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
  references: list(z.object({ type: Word.nullish(), url: z.string().max(MAX_URL) })),
  database_specific: z.object({ severity: z.unknown().optional() }).nullish(),
});
export type OsvRecord = z.infer<typeof OsvRecord>;
export type OsvAffected = z.infer<typeof OsvAffected>;
export type OsvRange = z.infer<typeof OsvRange>;
export type OsvEvent = z.infer<typeof OsvEvent>;

/**
 * An OSV record as it was published. Throws a ZodError for another shape. Good records, all but a few of hundreds of
 * thousands, are recognised by hand in a quarter of the schema's time; those that are not, the schema judges.
 */
export function parseOsv(json: unknown): OsvRecord {
  return isOsvRecord(json) ? json : OsvRecord.parse(json);
}

/** Never says yes to what the schema refuses; the tests hold one against the other. */
export function isOsvRecord(json: unknown): json is OsvRecord {
  return (
    isObject(json) &&
    isText(json.id, MAX_ID) &&
    json.id !== '' &&
    isWordOrNothing(json.published) &&
    isWordOrNothing(json.modified) &&
    isWordOrNothing(json.withdrawn) &&
    isListOf(json.aliases, isWord) &&
    isListOf(json.upstream, isWord) &&
    isListOf(json.related, isWord) &&
    (isNothing(json.summary) || isText(json.summary, MAX_TEXT)) &&
    (isNothing(json.details) || isText(json.details, MAX_TEXT)) &&
    isListOf(json.severity, isRating) &&
    isListOf(json.affected, isAffected) &&
    isListOf(json.references, isReference) &&
    (isNothing(json.database_specific) || isObject(json.database_specific))
  );
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNothing = (value: unknown) => value === undefined || value === null;
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
const isWord = (value: unknown) => isText(value, MAX_WORD);
const isWordOrNothing = (value: unknown) => isNothing(value) || isWord(value);
const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  isNothing(value) || (Array.isArray(value) && value.length <= MAX_ITEMS && value.every(isItem));
const isRating = (value: unknown) => isObject(value) && isWord(value.type) && isWord(value.score);
const isReference = (value: unknown) => isObject(value) && isWordOrNothing(value.type) && isText(value.url, MAX_URL);

function isAffected(value: unknown): boolean {
  return (
    isObject(value) &&
    (isNothing(value.package) || isPackage(value.package)) &&
    isListOf(value.severity, isRating) &&
    isListOf(value.ranges, isRange) &&
    isListOf(value.versions, isWord) &&
    (isNothing(value.ecosystem_specific) || isObject(value.ecosystem_specific)) &&
    (isNothing(value.database_specific) || isObject(value.database_specific))
  );
}

const isPackage = (value: unknown) =>
  isObject(value) && isWord(value.ecosystem) && value.ecosystem !== '' && isWord(value.name) && value.name !== '';

const isRange = (value: unknown) => isObject(value) && isWord(value.type) && isListOf(value.events, isEvent);

const isEvent = (value: unknown) =>
  isObject(value) &&
  isWordOrAbsent(value.introduced) &&
  isWordOrAbsent(value.fixed) &&
  isWordOrAbsent(value.last_affected) &&
  isWordOrAbsent(value.limit);

const isWordOrAbsent = (value: unknown) => value === undefined || isWord(value);
