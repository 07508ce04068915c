import { expect, test } from 'vitest';
import { samplePackage, sampleVulnerability } from '../../test/support/sample-scans.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import { applyVex } from './apply-vex.ts';
import { ofFile } from './of-file.ts';
import { parseVex } from './parse-vex.ts';

const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const digest = `sha256:${'a'.repeat(64)}`;
const image = { digests: [digest], repository: 'example.com/team/app' };
const npm = { ...samplePackage, ecosystem: 'npm', name: '@team/lib', version: '1.2.3' };
const other = { ...npm, name: 'other' };
const result: MatchResult = {
  coverage: 'known',
  gaps: [],
  suppressed: [],
  vulnerabilities: [
    sampleVulnerability('CVE-2024-1', {
      aliases: ['GHSA-aaaa-bbbb-cccc'],
      affected: [npm, other].map((pkg) => ({ package: pkg, advisoryId: 'a' })),
    }),
  ],
};
const openVex = (statement: object) => ({ '@context': 'https://openvex.dev/ns/v0.2.0', statements: [statement] });
const left = (json: unknown) => {
  const { vulnerabilities, suppressed } = applyVex(
    result,
    ofFile(parseVex(bytes(json)).statements, 'team.json'),
    image,
  );
  return {
    left: vulnerabilities.flatMap(({ affected }) => affected.map(({ package: { name } }) => name)),
    details: suppressed.map(({ detail }) => detail),
  };
};
const say = (id: string, more: object = {}, product: object = {}) =>
  openVex({
    vulnerability: { name: 'CVE-2024-1' },
    status: 'not_affected',
    products: [{ '@id': id, ...product }],
    ...more,
  });

test.for<[string, unknown, readonly string[]]>([
  ['a package at its version', say('pkg:npm/%40team/lib@1.2.3'), ['other']],
  ['a package at another version', say('pkg:npm/%40team/lib@1.2.4'), ['@team/lib', 'other']],
  ['a package at any version', say('pkg:npm/%40team/lib'), ['other']],
  ['a qualifier that it has not', say('pkg:npm/%40team/lib?arch=x'), ['@team/lib', 'other']],
  ['an identifier', say('urn:x', {}, { identifiers: { purl: 'pkg:npm/other' } }), ['@team/lib']],
  ['an alias', say('pkg:npm/other', { vulnerability: { name: 'ghsa-aaaa-bbbb-cccc' } }), ['@team/lib']],
  ['another vulnerability', say('pkg:npm/other', { vulnerability: { name: 'CVE-2024-2' } }), ['@team/lib', 'other']],
  ['fixed', say('pkg:npm/other', { status: 'fixed' }), ['@team/lib']],
  ['affected', say('pkg:npm/other', { status: 'affected' }), ['@team/lib', 'other']],
  ['under investigation', say('pkg:npm/other', { status: 'under_investigation' }), ['@team/lib', 'other']],
  ['the image', say(`pkg:oci/app@${digest}`), []],
  ['another image', say(`pkg:oci/app@sha256:${'b'.repeat(64)}`), ['@team/lib', 'other']],
  ['an image by its address', say('pkg:oci/app?repository_url=example.com/team/app'), []],
  [
    'a package of the image',
    say(`pkg:oci/app@${digest}`, {}, { subcomponents: [{ '@id': 'pkg:npm/other' }] }),
    ['@team/lib'],
  ],
  ['no product', openVex({ vulnerability: 'CVE-2024-1', status: 'not_affected' }), ['@team/lib', 'other']],
  [
    'plain texts',
    openVex({ vulnerability: 'CVE-2024-1', status: 'fixed', products: ['pkg:npm/other'] }),
    ['@team/lib'],
  ],
  [
    'CycloneDX',
    {
      bomFormat: 'CycloneDX',
      components: [{ 'bom-ref': 'one', purl: 'pkg:npm/other@1.2.3' }],
      vulnerabilities: [
        { id: 'CVE-2024-1', analysis: { state: 'not_affected' }, affects: [{ ref: 'urn:cdx:x/1#one' }] },
      ],
    },
    ['@team/lib'],
  ],
  [
    'CycloneDX, exploitable',
    {
      bomFormat: 'CycloneDX',
      vulnerabilities: [{ id: 'CVE-2024-1', analysis: { state: 'exploitable' }, affects: [{ ref: 'pkg:npm/other' }] }],
    },
    ['@team/lib', 'other'],
  ],
])('a statement about %s', ([, json, expected]) => {
  expect(left(json).left).toEqual(expected);
});

test('the reason is kept', () => {
  const json = say('pkg:npm/other', { justification: 'vulnerable_code_not_present', impact_statement: 'not built in' });

  expect(left(json).details).toEqual(['team.json: not_affected: vulnerable_code_not_present: not built in']);
});

test('the last of several statements counts', () => {
  const statements = ['not_affected', 'affected'].flatMap((status) => say('pkg:npm/other', { status }).statements);

  expect(left({ ...openVex({}), statements }).left).toEqual(['@team/lib', 'other']);
});

test('statements that cannot be read are named, and the others hold', () => {
  const good = say('pkg:npm/other').statements;

  const { statements, problems } = parseVex(bytes({ ...openVex({}), statements: [{ status: 'maybe' }, ...good] }));

  expect(statements).toHaveLength(1);
  expect(problems).toEqual([expect.stringMatching(/^statements\.0\./)]);
});

test.for(['', '[]', '{}', '{"@context":"x","statements":[]}', '\0'])('%j is no VEX document', (text) => {
  expect(() => parseVex(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: 'blob-corrupt' }));
});
