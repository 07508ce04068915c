import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { versionSchemes } from './index.ts';
import { InvalidVersion } from './version-scheme.ts';

const RELATION = /^(\S+) ([<=]) (\S+)$/;

describe.for(versionSchemes)('$name', (scheme) => {
  const lines = readFileSync(join(import.meta.dirname, `${scheme.name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  test('has enough examples', () => {
    expect(lines.length).toBeGreaterThan(15);
  });

  test.for(lines)('%s', (line) => {
    const relation = RELATION.exec(line);
    if (!relation) {
      expect(line).toMatch(/^!/);
      const invalid = line.slice(1).trimStart();
      expect(() => scheme.compare(invalid, '1.0.0')).toThrow(InvalidVersion);
      expect(() => scheme.compare('1.0.0', invalid)).toThrow(InvalidVersion);
      expect(() => scheme.compare(invalid, invalid)).toThrow(InvalidVersion);
      return;
    }
    const [, a = '', sign, b = ''] = relation;

    const order = [Math.sign(scheme.compare(a, b)), Math.sign(scheme.compare(b, a))];

    expect(order).toEqual(sign === '=' ? [0, 0] : [-1, 1]);
  });
});
