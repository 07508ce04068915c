import { expect, test } from 'vitest';
import { sampleMalware, sampleSecret } from '../../test/support/sample-report.ts';
import { summariseMalware } from './summarise-malware.ts';
import { summariseRisks } from './summarise-risks.ts';

const gap = { cause: 'limit-exceeded', subject: '.: the layer is too large' } as const;
const failure = { engine: 'clamav', cause: 'engine-unreachable', message: 'refused' } as const;
const malware = { files: [], engines: [], failures: [], warnings: [] };

test('risks: nothing found by whoever saw everything is zero, by whoever did not is unknown', () => {
  expect(summariseRisks({ risks: [], gaps: [] })).toEqual({
    risk: { status: 'scanned', progress: 100 },
    risks: 0,
    secrets: 0,
  });
  expect(summariseRisks({ risks: [], gaps: [gap] })).toEqual({
    risk: { status: 'failed', progress: 100, cause: 'limit-exceeded' },
    risks: undefined,
    secrets: undefined,
    riskDetail: 'limit-exceeded: .: the layer is too large',
  });
  expect(summariseRisks({ risks: [sampleSecret], gaps: [gap] })).toMatchObject({
    risk: { status: 'scanned', cause: 'limit-exceeded' },
    risks: 1,
    secrets: 1,
  });
});

test('malware: an engine that failed fails the kind; what another found is a lower bound, nothing is unknown', () => {
  expect(summariseMalware(malware)).toEqual({ malware: { status: 'scanned', progress: 100 }, malwareFiles: 0 });
  expect(summariseMalware({ ...malware, failures: [failure] })).toEqual({
    malware: { status: 'failed', progress: 100, cause: 'engine-unreachable' },
    malwareFiles: undefined,
    malwareDetail: 'engine-unreachable: clamav: refused',
  });
  expect(summariseMalware({ ...malware, files: [sampleMalware], failures: [failure] })).toMatchObject({
    malware: { status: 'failed' },
    malwareFiles: 1,
  });
  expect(summariseMalware({ ...malware, warnings: [{ ...failure, cause: 'rules-invalid' }] })).toMatchObject({
    malware: { status: 'scanned', cause: 'rules-invalid' },
    malwareFiles: 0,
  });
});
