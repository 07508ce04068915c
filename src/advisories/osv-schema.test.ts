import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOsvRecord, OsvRecord } from './osv-schema.ts';

const word = fc.constantFrom<unknown>('', 'a', 'x'.repeat(1001), 1, null, undefined, {}, []);
const list = (item: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: fc.array(item, { maxLength: 2 }) }, word);
const objectOf = (shape: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.oneof({ weight: 8, arbitrary: fc.record(shape, { requiredKeys: [] }) }, word);
const named = fc.constantFrom<unknown>('a', 'b');
const mostly = (item: fc.Arbitrary<unknown>) => fc.oneof({ weight: 20, arbitrary: fc.constant('a') }, item);
const rating = objectOf({ type: mostly(word), score: mostly(word) });
const event = objectOf({
  introduced: mostly(word),
  fixed: mostly(word),
  last_affected: mostly(word),
  limit: mostly(word),
});
const affected = objectOf({
  package: objectOf({ ecosystem: mostly(word), name: mostly(word) }),
  severity: list(rating),
  ranges: list(objectOf({ type: mostly(word), events: list(event) })),
  versions: list(mostly(word)),
  ecosystem_specific: objectOf({ urgency: word }),
  database_specific: objectOf({ severity: word }),
});
const record = objectOf({
  id: mostly(word),
  published: mostly(word),
  withdrawn: mostly(word),
  aliases: list(mostly(word)),
  upstream: list(named),
  related: list(mostly(word)),
  summary: mostly(word),
  severity: list(rating),
  affected: list(affected),
  references: list(objectOf({ type: mostly(word), url: mostly(word) })),
  database_specific: objectOf({ severity: word }),
});

test('what is recognised by hand is what the schema accepts', () => {
  let accepted = 0;
  fc.assert(
    fc.property(record, (json) => {
      const isGood = OsvRecord.safeParse(json).success;
      if (isGood) accepted++;

      expect(isOsvRecord(json)).toBe(isGood);
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(30);
});
