import { z } from 'zod';
import { errors } from './protocol/errors.ts';
import { boolean, list, text } from './protocol/fields.ts';

/** `AssetFilters`: conditions are joined by AND, their Values by OR. */
export const Filters = list(z.strictObject({ Name: text(), Values: list(text()), ExactMatch: boolean().optional() }));
export type Filter = z.output<typeof Filters>[number];

/** What one filter of a list means: a row of that list's table. */
export interface FilterRule<Condition> {
  /** For the reference. */
  readonly description: string;
  /** Accepted values, where there are few; compared without regard to case. */
  readonly values?: readonly string[];
  /** `exact`: the filter's ExactMatch, already read as equality. */
  toCondition(values: readonly string[], exact: boolean): Condition;
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
    return [
      rule.toCondition(
        rule.values ? values.map((value) => knownValue(Name, value, rule.values ?? [])) : values,
        ExactMatch ?? false,
      ),
    ];
  });
}

function knownValue(name: string, value: string, known: readonly string[]): string {
  const found = known.find((each) => each.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw errors.invalidFilterValue(name, value, known);
  return found;
}
