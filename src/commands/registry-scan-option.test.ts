import { Command } from 'commander';
import { expect, test } from 'vitest';
import { changedScanOption, registryScanOption, scanParameters } from './registry-scan-option.ts';

function parse(option: typeof registryScanOption, ...args: readonly string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  return scanParameters(command.addOption(option()).parse(args, { from: 'user' }).opts().scan);
}

test.each([
  [[], {}],
  [['--scan'], { NeedScan: true, SyncMode: 0 }],
  [['--scan', 'newest'], { NeedScan: true, SyncMode: 0 }],
  [['--scan', 'all'], { NeedScan: true, SyncMode: 1 }],
])('a registry is added with %j as %j', (args, parameters) => {
  expect(parse(registryScanOption, ...args)).toEqual(parameters);
});

test('a change may end it, and has to say which', () => {
  expect(parse(changedScanOption, '--scan', 'off')).toEqual({ NeedScan: false });
  expect(() => parse(changedScanOption, '--scan')).toThrow();
  expect(() => parse(registryScanOption, '--scan', 'off')).toThrow('choices');
});
