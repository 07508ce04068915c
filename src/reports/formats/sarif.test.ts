import { expect, test } from 'vitest';
import {
  knownReport,
  lodash,
  sampleMalware,
  sampleReport,
  sampleSecret,
  sampleSetting,
  sampleVulnerability,
  unknownReport,
} from '../../../test/support/sample-report.ts';
import type { Vulnerability } from '../../model/vulnerability.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { sarif } from './sarif.ts';

const options = { version: '1.2.3', createdAt: new Date('2024-03-02T12:00:00Z'), showSuppressed: false };

async function runOf(report: ScanReport) {
  const [run] = JSON.parse(await sarif.render(report, options)).runs;
  return run;
}

async function ruleOf(over: Partial<Vulnerability>) {
  const { tool } = await runOf(sampleReport({ vulnerabilities: [sampleVulnerability(over)], suppressed: [] }));
  return tool.driver.rules[0];
}

test.for([
  ['high', 7.5, '7.5'],
  ['high', 9.8, '8.0'],
  ['critical', 9.8, '9.8'],
  ['critical', 9, '9.5'],
  ['medium', undefined, '5.5'],
  ['low', 9.8, '2.0'],
  ['unknown', undefined, undefined],
] as const)('%s with CVSS %s is shown with %s, as severe as we say', async ([severity, score, shown]) => {
  const { cvss: _, ...plain } = sampleVulnerability({ severity });
  const found = score === undefined ? plain : { ...plain, cvss: { score, vector: 'CVSS:3.1/AV:N' } };

  const { tool } = await runOf(sampleReport({ vulnerabilities: [found] }));

  expect(tool.driver.rules[0].properties['security-severity']).toBe(shown);
});

test('what nobody has rated is no note', async () => {
  expect((await ruleOf({ severity: 'unknown' })).defaultConfiguration.level).toBe('warning');
});

test('a text of an advisory makes neither links nor placeholders nor cells nor markup', async () => {
  const description = '[click](https://evil.example) {0} | <img src=x> `code` ![](https://evil.example/p)\n# head';

  const { fullDescription, help } = await ruleOf({ description });

  expect(fullDescription.text).toBe(
    '\\[click\\](https://evil.example) {{0}} | <img src=x> `code` !\\[\\](https://evil.example/p)\n# head',
  );
  expect(help.markdown).not.toMatch(/(?<!\\)[<`!#]/);
  expect(help.markdown.match(/(?<!\\)\[/g)).toHaveLength(1); // the link to the vulnerability that we make
  expect(help.markdown.split('\n').filter((line: string) => line.startsWith('|'))).toHaveLength(4);
});

test('a rule is written once, and results of one vulnerability point to it', async () => {
  const { results, tool } = await runOf(sampleReport());

  const ids = tool.driver.rules.map((rule: { id: string }) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId);
});

test('fingerprints outlast other packages, layers and images, and differ by place', async () => {
  const fingerprintsOf = async (report: ScanReport) =>
    (await runOf(report)).results.map((result: { partialFingerprints: object }) => result.partialFingerprints);
  const found = sampleVulnerability({ affected: [{ package: lodash, advisoryId: 'a' }] });
  const elsewhere = { ...lodash, path: 'opt/package-lock.json' };
  const rebuilt = { ...lodash, layer: `sha256:${'9'.repeat(64)}` as const };

  const [first] = await fingerprintsOf(sampleReport({ vulnerabilities: [found] }));
  const [again] = await fingerprintsOf(
    sampleReport({
      reference: 'other:2',
      vulnerabilities: [{ ...found, affected: [{ package: rebuilt, advisoryId: 'b' }] }],
    }),
  );
  const [other] = await fingerprintsOf(
    sampleReport({ vulnerabilities: [{ ...found, affected: [{ package: elsewhere, advisoryId: 'a' }] }] }),
  );

  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('what is left out is suppressed with its reason, and nothing else is', async () => {
  const { results } = await runOf(sampleReport());

  const suppressions = results.map((result: { suppressions?: { justification: string }[] }) =>
    result.suppressions?.map(({ justification }) => justification),
  );
  expect(suppressions).toEqual([
    undefined,
    undefined,
    undefined,
    ['owned-by-system-package: python3-six'],
    ['vex: team.vex.json: component_not_present'],
    ['ignored: .plimsollignore:3: not reachable'],
    undefined,
    ['ignored: rules:1'],
    undefined,
    undefined,
    ['ignored: .plimsollignore:4: ours'],
  ]);
});

test('paths are relative references, whatever is in them', async () => {
  const uriOf = async (path: string) => {
    const found = sampleVulnerability({ affected: [{ package: { ...lodash, path }, advisoryId: 'a' }] });
    const { results } = await runOf(sampleReport({ vulnerabilities: [found] }));
    return results[0].locations[0].physicalLocation.artifactLocation.uri;
  };

  expect(await uriOf('srv/a b.war!/WEB-INF/lib/ü#1.jar')).toBe('srv/a%20b.war!/WEB-INF/lib/%C3%BC%231.jar');
  expect(await uriOf('javascript:alert(1)')).toBe('javascript%3Aalert(1)');
  expect(await uriOf('../../etc/passwd')).toBe('etc/passwd');
});

test('secrets, settings and malware are results with their file, line and what they are', async () => {
  const { results, tool } = await runOf(
    knownReport({
      vulnerabilities: [],
      suppressed: [],
      risk: { risks: [sampleSecret, sampleSetting], gaps: [] },
      malware: { files: [sampleMalware], engines: [], failures: [], warnings: [] },
    }),
  );

  expect(results).toMatchObject([
    {
      ruleId: 'Unix.Miner.Sample-1',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'srv/upload.zip!/miner', uriBaseId: 'IMAGE' } } }],
    },
    {
      ruleId: 'github-token',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'srv/web/.npmrc' }, region: { startLine: 3 } } }],
    },
    {
      ruleId: 'CIS-DI-0001',
      level: 'warning',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'Dockerfile' }, region: { startLine: 1 } } }],
    },
  ]);
  expect(
    results.map(({ ruleIndex }: { ruleIndex: number }) => [
      tool.driver.rules[ruleIndex].id,
      tool.driver.rules[ruleIndex].properties.tags[0],
      tool.driver.rules[ruleIndex].properties['security-severity'],
    ]),
  ).toEqual([
    ['Unix.Miner.Sample-1', 'malware', '9.5'],
    ['github-token', 'secret', '9.5'],
    ['CIS-DI-0001', 'setting', '5.5'],
  ]);
});

test('a secret keeps its fingerprint when lines are put before it, and the same one twice in a file has two', async () => {
  const printsOf = async (...risks: readonly (typeof sampleSecret)[]) =>
    (await runOf(knownReport({ vulnerabilities: [], suppressed: [], risk: { risks, gaps: [] } }))).results
      .filter((result: { ruleId: string }) => result.ruleId === 'github-token')
      .map(
        (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints['plimsollSecret/v1'],
      );

  const [first] = await printsOf(sampleSecret);
  const [moved, twin] = await printsOf({ ...sampleSecret, line: 40 }, { ...sampleSecret, line: 41 });

  expect(moved).toBe(first);
  expect(twin).not.toBe(first);
});

test('a run fails when one kind is unknown, and only for the kinds that were looked for', async () => {
  const { malware } = unknownReport();
  const failed = knownReport({ ...(malware ? { malware } : {}) });

  const run = await runOf(failed);
  const without = await runOf({ ...failed, kinds: ['vulnerability', 'risk'] });

  expect(run.invocations[0]).toMatchObject({
    executionSuccessful: false,
    toolExecutionNotifications: [{ descriptor: { id: 'engine-unreachable' }, level: 'error' }],
  });
  expect(without.invocations[0].executionSuccessful).toBe(true);
});
