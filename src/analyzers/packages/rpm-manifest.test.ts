import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { rpmManifest } from './rpm-manifest.ts';

const path = 'var/lib/rpmmanifest/container-manifest-2';

test('reads the packages of an image without a database', () => {
  const text = [
    'openssl-libs\t1.1.1k-30.cm2\t1700000000\t1690000000\tMicrosoft Corporation\t(none)\t5\tx86_64\t0\topenssl-1.1.1k-30.cm2.src.rpm',
    'shadow\t4.9-1.cm2\t1\t1\tMicrosoft Corporation\t2\t5\tx86_64\t2\tshadow-utils-4.9-1.cm2.src.rpm',
    'gpg-pubkey\t1-2\t1\t1\t(none)\t(none)\t0\t(none)\t0\t(none)',
    '',
  ].join('\n');

  const { findings, problems } = analyzeText(rpmManifest, path, text);

  expect(problems).toEqual([]);
  expect(findings).toEqual([
    {
      kind: 'package',
      package: {
        ecosystem: 'rpm',
        name: 'openssl-libs',
        version: '1.1.1k-30.cm2',
        architecture: 'x86_64',
        source: { name: 'openssl', version: '1.1.1k-30.cm2' },
      },
    },
    {
      kind: 'package',
      package: {
        ecosystem: 'rpm',
        name: 'shadow',
        version: '2:4.9-1.cm2',
        architecture: 'x86_64',
        source: { name: 'shadow-utils', version: '2:4.9-1.cm2' },
      },
    },
  ]);
});

test('a line that is about no package is a problem, and the others are read', () => {
  const { findings, problems } = analyzeText(rpmManifest, path, 'a\nb c\t1-1\nd\t1-1\n');

  expect(findings).toMatchObject([{ package: { name: 'd', version: '1-1' } }]);
  expect(problems).toEqual(['line 1 is not about a package', 'line 2 is not about a package']);
});
