import { z } from 'zod';
import { errors } from './protocol/errors.ts';
import { boolean, list, text } from './protocol/fields.ts';

const MAX_FILTERS = 50;
// Each text to search for costs every row a comparison.
const MAX_SEARCHED = 100;
const ID = /^\d{1,20}$/;

/** `AssetFilters`: conditions are joined by AND, their Values by OR. */
export const Filters = list(
  z.strictObject({ Name: text(), Values: list(text()), ExactMatch: boolean().optional() }),
  MAX_FILTERS,
);
export type Filter = z.output<typeof Filters>[number];

/** What one filter of a list means: a row of that list's table. */
export interface FilterRule<Condition> {
  /** For the reference. */
  readonly description: string;
  /** Accepted values, where there are few; compared without regard to case. */
  readonly values?: readonly string[];
  /** `exact`: the filter's ExactMatch, already read as equality. `name`: the filter's, for errors. */
  toCondition(values: readonly string[], exact: boolean, name: string): Condition;
}

/**
 * Turns filters into conditions by a table. `all`, no values, and values that are all empty do not restrict; an unknown name or value is an
 * error, so that a typo is never a silent full list. ExactMatch is documented the wrong way round: true means equality.
 */
export function toConditions<Condition>(
  filters: readonly Filter[] | undefined,
  table: Readonly<Record<string, FilterRule<Condition>>>,
): readonly Condition[] {
  return (filters ?? []).flatMap(({ Name, Values, ExactMatch }) => {
    const rule = Object.hasOwn(table, Name) ? table[Name] : undefined;
    if (!rule) throw errors.unknownFilter(Name, Object.keys(table));
    const values = Values.map((value) => value.trim()).filter((value) => value !== '');
    if (values.length === 0 || values.some((value) => value.toLowerCase() === 'all')) return [];
    const { values: known } = rule;
    const given = known ? values.map((value) => knownValue(Name, value, known)) : values;
    return [rule.toCondition(given, ExactMatch ?? false, Name)];
  });
}

/** Texts to compare by: equality with `exact`, otherwise substrings without regard to case, and then not too many. */
export function toTextMatch(values: readonly string[], exact: boolean, name: string) {
  if (!exact && values.length > MAX_SEARCHED) throw errors.tooManyFilterValues(name, MAX_SEARCHED);
  return { match: exact ? 'equals' : 'contains', values } as const;
}

/** Ids in decimal digits; one beyond 2^53 is kept as a number that nothing has. */
export function toIds(values: readonly string[], name: string): readonly number[] {
  return values.map((value) => {
    if (!ID.test(value)) throw errors.invalidFilterValue(name, value, ['decimal digits']);
    return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  });
}

function knownValue(name: string, value: string, known: readonly string[]): string {
  const found = known.find((each) => each.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw errors.invalidFilterValue(name, value, known);
  return found;
}
