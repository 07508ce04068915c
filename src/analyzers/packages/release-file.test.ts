import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { sampleLayerReports } from '../../../test/support/sample-layer-reports.ts';
import { squash } from '../../layers/squash.ts';
import type { Finding } from '../../model/layer-report.ts';
import { releaseFile } from './release-file.ts';

test.for([
  ['CentOS release 6.10 (Final)\n', 'centos', '6.10'],
  ['CentOS Stream release 8\n', 'centos', '8'],
  ['Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n', 'rhel', '5.11'],
  ['Oracle Linux Server release 6.10\n', 'ol', '6.10'],
  ['Fedora release 18 (Spherical Cow)\n', 'fedora', '18'],
  ['Amazon Linux AMI release 2013.09\n', 'amzn', '2013.09'],
  ['SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n', 'sles', '11.4'],
  ['SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n', 'sles', '11'],
  ['openSUSE 13.1 (x86_64)\nVERSION = 13.1\n', 'opensuse', '13.1'],
])('%j is %s %s', ([text = '', family, release]) => {
  expect(analyzeText(releaseFile, 'etc/redhat-release', text)).toMatchObject({
    findings: [{ kind: 'os', family, release, name: text.split('\n')[0] }],
    problems: [],
  });
});

test.for(['', 'CentOS\n', 'Plan 9 release 4\n', `SUSE Linux Enterprise ${'a '.repeat(100_000)}`])(
  'a file of something else says nothing',
  (text) => {
    expect(analyzeText(releaseFile, 'etc/redhat-release', text)).toEqual({ findings: [], problems: [] });
  },
);

test('os-release says it better, and the own file of a system better than the one it took over', () => {
  const os = (family: string): readonly Finding[] => [{ kind: 'os', family, release: '8', name: family }];
  const familyOf = (files: Readonly<Record<string, readonly Finding[]>>) =>
    squash(sampleLayerReports({ files })).os?.family;

  expect(familyOf({ 'etc/redhat-release': os('rhel'), 'etc/oracle-release': os('ol') })).toBe('ol');
  expect(familyOf({ 'etc/oracle-release': os('ol'), 'usr/lib/os-release': os('other') })).toBe('other');
});
