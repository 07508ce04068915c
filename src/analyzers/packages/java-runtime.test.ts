import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { javaRuntime } from './java-runtime.ts';

const release = (version: string) =>
  `IMPLEMENTOR="Eclipse Adoptium"\nJAVA_RUNTIME_VERSION="${version}+9"\nJAVA_VERSION="${version}"\nMODULES="java.base"\n`;

test.each([
  ['17.0.15', '17.0.15'],
  ['25', '25'],
  ['1.8.0_412', '8.0.412'],
  ['1.8.0', '8.0.0'],
  // An emergency update; advisories know the quarterly ones.
  ['17.0.8.1', '17.0.8'],
  ['22-ea', '22-ea'],
])('Java %s is listed as java %s', (written, version) => {
  expect(analyzeText(javaRuntime, 'opt/java/openjdk/release', release(written))).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'generic', name: 'java', version } }],
    problems: [],
  });
});

test.each(['', 'seventeen', '1.8.0_412"; rm', '17.0.9.', '9'.repeat(101)])(
  'a version of %j is a problem',
  (written) => {
    expect(analyzeText(javaRuntime, 'opt/java/release', release(written))).toEqual({
      findings: [],
      problems: [expect.stringContaining('no version')],
    });
  },
);

test('a file of the same name of somebody else is not read', () => {
  const wanted = (path: string, text: string) => javaRuntime.wants(path) && javaRuntime.magic?.(Buffer.from(text));

  expect(wanted('opt/java/release', release('17'))).toBe(true);
  expect(wanted('release', release('17'))).toBe(true);
  expect(wanted('opt/java/release', 'VERSION="17"\n')).toBe(false);
  expect(wanted('etc/os-release', release('17'))).toBe(false);
});
