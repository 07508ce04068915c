import { expect, test } from 'vitest';
import { sampleReport } from '../../test/support/sample-report.ts';
import { kindGaps } from './kind-coverage.ts';

test('a file that could not be read is told once, with its own cause', () => {
  const { inventory, ...report } = sampleReport();
  const problem = { layer: 'sha256:0', analyzer: 'yarn-lock', cause: 'limit-exceeded', message: 'too large' } as const;
  const problems = [
    { ...problem, path: 'app/yarn.lock' },
    { ...problem, path: '.', message: 'the layer was cut' },
  ];
  const gaps = [
    { cause: 'limit-exceeded', subject: 'the layer was cut' },
    { cause: 'ecosystem-not-covered', subject: 'Bitnami' },
    { cause: 'package-unreadable', subject: 'app/yarn.lock: too large' },
  ] as const;

  const told = kindGaps({ ...report, gaps, inventory: { ...inventory, problems } });

  expect(told.filter(({ kind }) => kind === 'vulnerability')).toEqual([
    { kind: 'vulnerability', cause: 'ecosystem-not-covered', subject: 'Bitnami' },
    { kind: 'vulnerability', cause: 'limit-exceeded', subject: 'app/yarn.lock: too large' },
    { kind: 'vulnerability', cause: 'limit-exceeded', subject: 'the layer was cut' },
  ]);
});
