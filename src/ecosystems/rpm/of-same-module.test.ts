import { expect, test } from 'vitest';
import type { Advisory } from '../../model/advisory.ts';
import { ofSameModule } from './of-same-module.ts';

const advisory = (id: string, fixed: string, module?: string): Advisory => ({
  id,
  vulnerabilityId: id,
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'high',
  exploited: false,
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  versions: [],
  ...(module ? { module } : {}),
});
const idsFor = (version: string, modularity: string | undefined, advisories: readonly Advisory[]) =>
  ofSameModule({ ecosystem: 'rpm', name: 'nodejs', version, ...(modularity ? { modularity } : {}) }, advisories).map(
    ({ id }) => id,
  );

const none = advisory('none', '1:10.0-1.el8');
const twelve = advisory('twelve', '1:12.22.5-1.module_el8.4.0+2521+c668cc9f', 'nodejs:12');
const fourteen = advisory('fourteen', '1:14.17.5-1.module_el8.4.0+2522+3bd42762', 'nodejs:14');
const several = advisory('several', '1:12.22.5-1.module_el8.5.0+1+1', 'nodejs:12 nodejs:14');
const unsaid = advisory('unsaid', '1:14.17.9-1.module_el8.6.0+9+9');
const all = [none, twelve, fourteen, several, unsaid];

test('a package of no module concern advisories of no module', () => {
  expect(idsFor('1:10.0-1.el8', undefined, all)).toEqual(['none']);
});

test('a package of a module concern advisories of its stream, by the first two fields of its label', () => {
  expect(idsFor('1:12.20.0-1.module+el8', 'nodejs:12:8030020201124152102:229f0a1c', all)).toEqual([
    'twelve',
    'several',
  ]);
  expect(idsFor('1:12.20.0-1', 'nodejs:14', all)).toEqual(['fourteen', 'several', 'unsaid']);
});

test.for<[string, string, readonly string[]]>([
  ['the same build', '1:99-1.module_el8.4.0+2522+3bd42762', ['fourteen', 'several', 'unsaid']],
  ['the same upstream version', '1:14.17.1-1.module_el8+7+7', ['fourteen', 'several', 'unsaid']],
  ['nothing in common with any', '1:16.1-1.module_el8+7+7', ['twelve', 'fourteen', 'several', 'unsaid']],
])('without a label it is of the streams with %s', ([, version, expected]) => {
  expect(idsFor(version, undefined, [none, twelve, fourteen, several, unsaid])).toEqual(expected);
});

test('an advisory of a module that names no stream concerns all when nothing says of which it is', () => {
  const odd = advisory('odd', '1:18.1-1.module_el8+7+7');

  expect(idsFor('1:12.20.0-1.module+el8', 'nodejs:12', [none, twelve, fourteen, odd])).toEqual(['twelve', 'odd']);
});

test.for(['nodejs', ':', 'nodejs:', ':12'])('the label %j says nothing', (label) => {
  expect(idsFor('1:10.0-1.el8', label, all)).toEqual(['none']);
});
