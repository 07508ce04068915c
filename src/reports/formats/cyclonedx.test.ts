import { expect, test } from 'vitest';
import { knownReport, sampleReport, unknownReport } from '../../../test/support/sample-report.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { cyclonedx } from './cyclonedx.ts';

const options = { version: '1.2.3', createdAt: new Date('2024-03-02T12:00:00Z'), showSuppressed: false };
const bomOf = async (report: ScanReport, createdAt = options.createdAt) =>
  JSON.parse(await cyclonedx.render(report, { ...options, createdAt }));

interface Component {
  readonly name: string;
}

test('a package is a component with its purl, where it lies and the layer that brought it', async () => {
  const { components } = await bomOf(sampleReport());

  expect(components.find(({ name }: Component) => name === 'lodash')).toMatchObject({
    type: 'library',
    group: '@scope',
    version: '4.17.11',
    purl: 'pkg:npm/%40scope/lodash@4.17.11',
    properties: [
      { name: 'plimsoll:ecosystem', value: 'npm' },
      { name: 'plimsoll:layer', value: `sha256:${'a'.repeat(64)}` },
      { name: 'plimsoll:evidence', value: 'lock' },
    ],
    evidence: { occurrences: [{ location: 'srv/web/package-lock.json' }] },
  });
  expect(components.find(({ name }: Component) => name === 'web')).toMatchObject({ group: 'org.example' });
  expect(components[0]).toMatchObject({ type: 'operating-system', name: 'debian', version: '12' });
});

test('a package that two analyzers saw in one file is one component', async () => {
  const report = sampleReport();
  const [first] = report.inventory.packages;
  const packages = first ? [first, { ...first }, ...report.inventory.packages] : [];

  const { components } = await bomOf(sampleReport({ inventory: { ...report.inventory, packages } }));

  expect(components).toHaveLength(1 + report.inventory.packages.length);
});

test('what outweighs an advisory is its analysis; who only ignores it does not say that it does no harm', async () => {
  const { vulnerabilities } = await bomOf(sampleReport());

  expect(vulnerabilities.map((found: { analysis?: object }) => found.analysis)).toEqual([
    undefined,
    undefined,
    { state: 'false_positive', detail: 'owned-by-system-package: python3-six' },
    { state: 'not_affected', detail: 'vex: team.vex.json: component_not_present' },
    { response: ['will_not_fix'], detail: 'ignored: .plimsollignore:3: not reachable' },
  ]);
  const statuses = vulnerabilities.map(
    (found: { affects: { versions: { status: string }[] }[] }) => found.affects[0]?.versions[0]?.status,
  );
  expect(statuses).toEqual(['affected', 'affected', 'unaffected', 'unaffected', 'affected']);
});

test('what could not be read makes the composition incomplete', async () => {
  const report = sampleReport();

  const incomplete = await bomOf(report);
  const whole = await bomOf({ ...report, inventory: { ...report.inventory, problems: [] } });

  expect(incomplete.compositions).toEqual([{ aggregate: 'incomplete', assemblies: ['image'] }]);
  expect(whole.compositions).toBeUndefined();
});

test('the serial number is that of the content', async () => {
  const first = await bomOf(sampleReport());
  const same = await bomOf(sampleReport());
  const later = await bomOf(sampleReport(), new Date('2024-03-03T12:00:00Z'));

  expect(first.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(same.serialNumber).toBe(first.serialNumber);
  expect(later.serialNumber).not.toBe(first.serialNumber);
});

test('of malware, secrets and settings it tells numbers, and none where nobody knows', async () => {
  const propertiesOf = async (report: ScanReport) =>
    Object.fromEntries(
      (await bomOf(report)).metadata.properties.map((each: { name: string; value: string }) => [each.name, each.value]),
    );

  expect(await propertiesOf(knownReport())).toMatchObject({
    'plimsoll:malwareCoverage': 'known',
    'plimsoll:malwareFiles': '1',
    'plimsoll:riskCoverage': 'known',
    'plimsoll:secrets': '1',
    'plimsoll:riskySettings': '1',
  });
  const unknown = await propertiesOf(unknownReport());
  expect(unknown).toMatchObject({ 'plimsoll:malwareCoverage': 'unknown', 'plimsoll:riskCoverage': 'unknown' });
  expect(unknown).not.toHaveProperty('plimsoll:malwareFiles');
  expect(unknown).not.toHaveProperty('plimsoll:secrets');
  expect(JSON.stringify(await bomOf(knownReport()))).not.toContain('.npmrc');
});
