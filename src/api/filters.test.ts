import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FilterRule, toConditions, toIds, toTextMatch } from './filters.ts';
import { ApiError } from './protocol/api-error.ts';

interface Condition {
  readonly values: readonly string[];
  readonly exact: boolean;
}
const rule = (values?: readonly string[]): FilterRule<Condition> => ({
  description: '',
  ...(values ? { values } : {}),
  toCondition: (given, exact) => ({ values: given, exact }),
});
const table = { Name: rule(), Flag: rule(['0', '1']) };

describe('filters become conditions', () => {
  test('none without filters', () => {
    expect(toConditions(undefined, table)).toEqual([]);
    expect(toConditions([], table)).toEqual([]);
  });

  test('one each, with values trimmed and ExactMatch=true read as equality', () => {
    const filters = [
      { Name: 'Name', Values: [' a ', 'b'] },
      { Name: 'Name', Values: ['c'], ExactMatch: true },
      { Name: 'Flag', Values: ['1'], ExactMatch: false },
    ];

    expect(toConditions(filters, table)).toEqual([
      { values: ['a', 'b'], exact: false },
      { values: ['c'], exact: true },
      { values: ['1'], exact: false },
    ]);
  });

  test.for([[[]], [['']], [['', '  ']], [['all']], [['ALL']], [['a', 'All']]])(
    '%j does not restrict',
    ([Values = []]) => {
      expect(toConditions([{ Name: 'Name', Values }], table)).toEqual([]);
    },
  );

  test('an empty value beside others is left out', () => {
    expect(toConditions([{ Name: 'Name', Values: ['', 'a'] }], table)).toEqual([{ values: ['a'], exact: false }]);
  });

  test('a known value is found in any case, and given as the table spells it', () => {
    const vocabulary = { Status: rule(['NOT_SCAN', 'SCANNED']) };

    const conditions = toConditions([{ Name: 'Status', Values: ['scanned'] }], vocabulary);

    expect(conditions).toEqual([{ values: ['SCANNED'], exact: false }]);
  });

  test.for(['name', 'toString', '__proto__', 'constructor', ''])('%j is no filter', (Name) => {
    expect(() => toConditions([{ Name, Values: [] }], table)).toThrow(
      expect.objectContaining({
        code: 'InvalidParameter',
        message: expect.stringContaining('Known filters: Name, Flag.'),
      }),
    );
  });

  test('one unknown value among known ones is named', () => {
    expect(() => toConditions([{ Name: 'Flag', Values: ['1', '2'] }], table)).toThrow('`2` of filter `Flag`');
  });

  test('whatever is given, the condition has values, or there is none', () => {
    const filter = fc.record({ Name: fc.constantFrom('Name', 'Flag', 'x'), Values: fc.array(fc.string()) });

    fc.assert(
      fc.property(fc.array(filter), (filters) => {
        try {
          for (const { values } of toConditions(filters, table)) expect(values.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
    );
  });
});

test('equality takes any number of values, a search at most 100', () => {
  const values = Array.from({ length: 101 }, (_, i) => String(i));

  expect(toTextMatch(values, true, 'ImageTag')).toEqual({ match: 'equals', values });
  expect(toTextMatch(values.slice(1), false, 'ImageTag').match).toBe('contains');
  expect(() => toTextMatch(values, false, 'ImageTag')).toThrow('The filter `ImageTag` has too many values');
});

test('ids are decimal digits, and beyond 2^53 nothing that exists', () => {
  expect(toIds(['5', '007', '18446744073709551615'], 'Id')).toEqual([5, 7, Number.MAX_SAFE_INTEGER]);
  for (const value of ['-1', '1.5', 'x', '1 ', '9'.repeat(21)]) {
    expect(() => toIds([value], 'ImageAssetIds')).toThrow(`\`${value}\` of filter \`ImageAssetIds\``);
  }
});
