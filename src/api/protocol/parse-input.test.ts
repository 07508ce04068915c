import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { boolean, integer, list, text, unsigned } from './fields.ts';
import { parseInput, parseJsonBody } from './parse-input.ts';

const Item = z.strictObject({ Name: text(), Values: list(text(), 3), Exact: boolean().optional() });
const Input = z.strictObject({
  Id: unsigned(),
  Ids: list(integer()).optional(),
  Filters: list(Item).optional(),
  Info: z.strictObject({ Tag: text().optional() }).optional(),
});
const bytes = (body: string) => new TextEncoder().encode(body);

describe('a JSON body', () => {
  test('that is an object is read, an empty one means no parameters', () => {
    expect(parseJsonBody(bytes('{"a":[1]}'))).toEqual({ a: [1] });
    expect(parseJsonBody(new Uint8Array())).toEqual({});
  });

  test.for(['[]', 'null', '1', '"a"', '{', '{"a":1}}', "{'a':1}", 'undefined', ' '])('%s is refused', (body) => {
    expect(() => parseJsonBody(bytes(body))).toThrow(expect.objectContaining({ code: 'InvalidParameter' }));
  });

  test('whatever the bytes, it is an object or an ApiError', () => {
    const body = fc.oneof(fc.uint8Array(), fc.json().map(bytes));

    fc.assert(
      fc.property(body, (raw) => {
        try {
          expect(parseJsonBody(raw)).toBeTypeOf('object');
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
    );
  });
});

describe('parameters', () => {
  test('are read as the schema declares them', () => {
    const parameters = { Id: '5427', Ids: [1, '2'], Filters: [{ Name: 'a', Values: [], Exact: 'true' }] };

    expect(parseInput(Input, parameters)).toEqual({
      Id: 5427,
      Ids: [1, 2],
      Filters: [{ Name: 'a', Values: [], Exact: true }],
    });
  });

  test('that are null are absent, and null entries are not there', () => {
    const parameters = { Id: 1, Ids: [null, 2], Filters: null, Info: { Tag: null } };

    expect(parseInput(Input, parameters)).toEqual({ Id: 1, Ids: [2], Info: {} });
  });

  const faults: readonly (readonly [Record<string, unknown>, string, string])[] = [
    [{}, 'MissingParameter', '`Id`'],
    [{ Id: null }, 'MissingParameter', '`Id`'],
    [{ Id: 1, Filters: [{ Name: 'a', Values: [] }, { Name: 'b' }] }, 'MissingParameter', '`Filters.1.Values`'],
    [{ ID: 1 }, 'UnknownParameter', '`ID`'],
    [{ Id: 1, Info: { tag: 'v1' } }, 'UnknownParameter', '`Info.tag`'],
    [{ Id: 1, constructor: 1 }, 'UnknownParameter', '`constructor`'],
    [{ Id: {} }, 'InvalidParameter', '`Id`'],
    [{ Id: 1, Ids: [1, 'x'] }, 'InvalidParameter', '`Ids.1`'],
    [{ Id: 1, Ids: { 0: 1 } }, 'InvalidParameter', '`array`'],
    [{ Id: 1, Info: [] }, 'InvalidParameter', '`object`'],
    [
      { Id: 1, Filters: [{ Name: 'a', Values: ['1', '2', '3', '4'] }] },
      'InvalidParameterValue.LengthLimit',
      '3 entries',
    ],
    [{ Id: 1, Info: { Tag: 'x'.repeat(10_001) } }, 'InvalidParameterValue.LengthLimit', '10000 characters'],
  ];
  test.for(faults)('%j → %s', ([parameters, code, shown]) => {
    expect(() => parseInput(Input, parameters)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(shown) }),
    );
  });

  test('of any kind are read or refused, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('Id', 'Ids', 'Filters', 'Info', '__proto__'), fc.jsonValue()),
        (raw) => {
          try {
            expect(parseInput(Input, raw).Id).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toBeInstanceOf(ApiError);
          }
        },
      ),
    );
  });
});
