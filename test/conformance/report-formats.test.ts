import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanFormats } from '../../src/commands/scan.ts';
import { reportFormats } from '../../src/reports/formats/index.ts';
import type { RenderOptions, ReportFormat } from '../../src/reports/report-format.ts';
import type { ScanReport } from '../../src/scan/scan-report.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { reportValidators } from '../support/report-validators.ts';
import { reportWithText, sampleReport, unknownReport } from '../support/sample-report.ts';

const options: RenderOptions = {
  version: '1.2.3',
  createdAt: new Date('2024-03-02T12:00:00.500Z'),
  showSuppressed: true,
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what may move the cursor, change colours or reorder text
const ACTING = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Cf}]/u;

const hostile = [
  '\u001b[31mred\u001b[0m',
  '\u009b2J cleared',
  'bell\u0007 null\u0000 delete\u007f',
  '\u202Edesrever \u2066hidden\u2069',
  'lone \uD800 surrogate',
  'two\nlines\r\nand\rmore',
  "=cmd|' /C calc'!A0",
  '@SUM(A1)',
  '[click](javascript:alert(1)) ![x](https://evil.example/pixel)',
  '<script>alert(1)</script> | cell | `code`',
  '{0} {{1}} %s',
  '../../../etc/passwd',
  'pkg:npm/%40a/b@1?x=y#z',
  '',
  ' ',
  '😀'.repeat(400),
];

function onlyVulnerabilities(): ScanReport {
  const { risk: _, malware: __, ...report } = sampleReport();
  return { ...report, kinds: ['vulnerability'] };
}

/** A document as its readers get it; undefined for those that are not one JSON document. */
const parsed = (name: string, text: string): unknown => (name in reportValidators ? JSON.parse(text) : undefined);

const faults = async (format: ReportFormat, report: ScanReport): Promise<readonly string[]> => {
  const text = await format.render(report, options);
  return reportValidators[format.name]?.(parsed(format.name, text)) ?? [];
};

test('the command offers every format there is', () => {
  expect(scanFormats.filter((name) => name !== 'table' && name !== 'wide').toSorted()).toEqual(
    reportFormats.map(({ name }) => name).toSorted(),
  );
});

test('every format that has a schema has one here', () => {
  expect(Object.keys(reportValidators).toSorted()).toEqual(['cyclonedx', 'json', 'sarif', 'spdx']);
});

describe.each(reportFormats.map((format): [string, ReportFormat] => [format.name, format]))(
  'the report format %s',
  (_, format) => {
    test('a report with something of everything is valid', async () => {
      expect(await faults(format, sampleReport())).toEqual([]);
    });

    test('a report of which nothing is known is valid', async () => {
      expect(await faults(format, unknownReport())).toEqual([]);
    });

    test('an image with nothing in it is valid', async () => {
      const empty: ScanReport = {
        ...unknownReport(),
        coverage: 'known',
        gaps: [],
        inventory: { packages: [], problems: [] },
        layers: [],
      };

      expect(await faults(format, empty)).toEqual([]);
    });

    test('the same report gives the same bytes, and ends with its line', async () => {
      const text = await format.render(sampleReport(), options);

      expect(await format.render(structuredClone(sampleReport()), options)).toBe(text);
      expect(text.endsWith('\n')).toBe(true);
    });

    test('every vulnerability is in it, in the order of the report', async () => {
      if (format.name === 'spdx') return; // has no place for them
      const text = await format.render(sampleReport(), options);

      const places = ['CVE-2024-0001', 'GHSA-xxxx-yyyy-zzzz', 'CVE-2024-0002', 'CVE-2024-0003', 'CVE-2024-0004'].map(
        (id) => text.indexOf(id),
      );
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    });

    test('malware, secrets and settings are in it, and what is left out where there is a place for it', async () => {
      const text = await format.render(sampleReport(), options);

      const found = [
        'Unix.Miner.Sample-1',
        'github-token',
        'CIS-DI-0001',
        'Eicar-Test-Signature',
        'CIS-DI-0008',
      ].filter((id) => text.includes(id));
      // Bills of materials are about packages.
      expect(found).toHaveLength(['spdx', 'cyclonedx'].includes(format.name) ? 0 : 5);
    });

    test.each(hostile.map((text) => [JSON.stringify(text).slice(0, 50), text] as const))(
      'the text %s neither acts nor breaks the format',
      async (__, text) => {
        const report = reportWithText(text);

        const written = await format.render(report, options);

        expect(written).not.toMatch(ACTING);
        expect(written.isWellFormed()).toBe(true);
        expect(await faults(format, report)).toEqual([]);
      },
    );

    test('no text at all acts or breaks the format', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async (text) => {
          const report = reportWithText(text);

          expect(await format.render(report, options)).not.toMatch(ACTING);
          expect(await faults(format, report)).toEqual([]);
        }),
        { numRuns: 30 },
      );
    });

    test('names itself for the help', () => {
      expect(format.name).toMatch(/^[a-z]{3,10}$/);
      expect(format.description.length).toBeGreaterThan(10);
    });
  },
);

test('the published schema takes what json writes, and fields that later versions add', async () => {
  const published = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../docs/reference/scan-report.schema.json'), 'utf8'),
  );
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(published);
  const json = reportFormats.find(({ name }) => name === 'json');
  const document = JSON.parse((await json?.render(sampleReport(), options)) ?? '');

  expect(validate(document)).toBe(true);
  expect(validate({ ...document, later: 1 })).toBe(true);
  expect(validate({ ...document, counts: 0 })).toBe(false);
  expect(Object.keys(document)).toEqual(Object.keys(published.properties));
});

test('in csv no cell is run by a spreadsheet, and what is unknown is an empty cell', async () => {
  const csv = reportFormats.find(({ name }) => name === 'csv');

  const [header = [], first = [], ...rest] = parseCsv((await csv?.render(reportWithText('=1+1'), options)) ?? '');
  const [, , unrated = []] = parseCsv(
    (await csv?.render(sampleReport(), { ...options, showSuppressed: false })) ?? '',
  ).slice(1);

  expect([first, ...rest].flat().filter((cell) => /^[=+@-]/.test(cell))).toEqual([]);
  expect(first[header.indexOf('package')]).toBe("'=1+1");
  expect(['cvss', 'epss', 'fixed_in'].map((title) => unrated[header.indexOf(title)])).toEqual(['', '', '']);
});

test('json and ndjson say unknown, not zero, of every kind', async () => {
  const [json, ndjson] = ['json', 'ndjson'].map((wanted) => reportFormats.find(({ name }) => name === wanted));

  const unknown = JSON.parse((await json?.render(unknownReport(), options)) ?? '');
  const vulnerabilitiesOnly = JSON.parse((await json?.render(onlyVulnerabilities(), options)) ?? '');
  const lines = ((await ndjson?.render(sampleReport(), options)) ?? '').trim().split('\n');

  expect([unknown.counts, unknown.malware.count, unknown.risk.counts]).toEqual([null, null, null]);
  expect(vulnerabilitiesOnly.kinds).toEqual(['vulnerability']);
  expect(vulnerabilitiesOnly).not.toHaveProperty('malware');
  expect(vulnerabilitiesOnly).not.toHaveProperty('risk');
  expect(lines.map((line) => JSON.parse(line).type)).toEqual([
    ...['vulnerability', 'vulnerability', 'malware', 'secret', 'setting'],
    ...['vulnerability', 'vulnerability', 'vulnerability', 'malware', 'setting'],
  ]);
});

test('csv has a kind to filter by, and the columns of a kind are empty for the others', async () => {
  const csv = reportFormats.find(({ name }) => name === 'csv');

  const [header = [], ...rows] = parseCsv((await csv?.render(sampleReport(), options)) ?? '');
  const records = rows.map((row) => Object.fromEntries(header.map((title, i) => [title, row[i]])));

  expect(records.find(({ kind }) => kind === 'secret')).toMatchObject({
    vulnerability: '',
    package: '',
    severity: 'critical',
    path: 'srv/web/.npmrc',
    finding: 'github-token',
    line: '3',
    fingerprint: '0123456789abcdef',
  });
  expect(records.find(({ kind }) => kind === 'malware')).toMatchObject({ finding: 'Unix.Miner.Sample-1', line: '' });
  expect(
    records
      .filter(({ kind }) => kind === 'vulnerability')
      .every(({ finding, vulnerability }) => finding === vulnerability),
  ).toBe(true);
  expect(records.filter(({ suppressed }) => suppressed === 'ignored')).toHaveLength(3);
});

test('thousands of findings are written, each of them', async () => {
  const report = sampleReport();
  const [first] = report.vulnerabilities;
  const vulnerabilities = Array.from({ length: 3_000 }, (_, i) =>
    first ? { ...first, id: `CVE-2023-${i}` } : [],
  ).flat();

  for (const format of reportFormats.filter(({ name }) => name !== 'spdx')) {
    const text = await format.render({ ...report, vulnerabilities }, options);

    expect(text.match(/CVE-2023-2999\b/g), format.name).not.toBeNull();
  }
});
