import { expect, test } from 'vitest';
import { captureTerminal } from '../../test/support/capture-terminal.ts';
import { knownReport, sampleReport, unknownReport } from '../../test/support/sample-report.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { CommandFailure } from './command-failure.ts';
import type { FailRule } from './fail-on.ts';
import { judgeScan } from './judge-scan.ts';

function judge(report: ScanReport, failOn: readonly FailRule[] = []) {
  const { terminal, written } = captureTerminal();
  try {
    judgeScan(report, failOn, terminal);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { exitCode: error.exitCode, message: error.message, note: written.note };
  }
  return { exitCode: 0, message: '', note: written.note };
}

test('an image of which everything is known passes, whatever was found', () => {
  expect(judge(knownReport())).toMatchObject({ exitCode: 0, message: '' });
});

test('each kind that is not fully known is named with its causes and what to do', () => {
  const { exitCode, message } = judge(unknownReport());

  expect(exitCode).toBe(5);
  expect(message).toMatch(/^The vulnerabilities of .* are unknown: an empty list does not mean that it is safe\.$/m);
  expect(message).toMatch(/^The malicious files of .* are unknown: /m);
  expect(message).toMatch(/^ {2}.*\(clamav: nobody listens on 127\.0\.0\.1:3310\)\. Check that clamd runs/m);
  expect(message).toMatch(/^The secrets and risky settings of .* are unknown: /m);
});

test('a lower bound is incomplete, too', () => {
  const { exitCode, message } = judge(sampleReport());

  expect(exitCode).toBe(5);
  expect(message.match(/ are a lower bound: /g)).toHaveLength(3);
});

test('only the kinds that were looked for count', () => {
  const { malware } = unknownReport();
  const report = knownReport({ kinds: ['vulnerability', 'risk'], ...(malware ? { malware } : {}) });

  expect(judge(report).exitCode).toBe(0);
});

test('a broken rule outranks what is unknown', () => {
  const { exitCode, message } = judge(sampleReport(), ['malware', 'secret']);

  expect(exitCode).toBe(3);
  expect(message).toContain(
    '\n  malware: 1 (Unix.Miner.Sample-1 in srv/upload.zip!/miner)\n  secret: 1 (github-token)',
  );
});

test('what an engine works without is a warning on standard error', () => {
  expect(judge(knownReport()).note).toMatch(/^warning: .*\n {2}Rules of the rules folder .*yara-x: team\.yar:3: /);
});
