import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { cargoLock } from './cargo-lock.ts';

const lock = `
version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["time"]

[[package]]
name = "time"
version = "0.1.43"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ca8a50ef2360fbd1eeb0ecd46795a87a19024eb4b53c5dc916ca1fd95fe62438"
`;

test('crates that were fetched are listed as locked, those of the project are not', () => {
  expect(analyzeText(cargoLock, 'srv/app/Cargo.lock', lock)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'cargo', name: 'time', version: '0.1.43', evidence: 'lock' } }],
    problems: [],
  });
});

test.for([
  ['Cargo.lock', true],
  ['app/Cargo.lock', true],
  ['app/XCargo.lock', false],
  ['root/.cargo/registry/src/index/time-0.1.43/Cargo.lock', false],
  ['usr/local/cargo/registry/src/index/time-0.1.43/Cargo.lock', false],
] as const)('%s is wanted: %s', ([path, wanted]) => {
  expect(cargoLock.wants(path)).toBe(wanted);
});

test('a lock file that is cut off is a problem', () => {
  expect(analyzeText(cargoLock, 'Cargo.lock', lock.slice(0, -10)).problems).toEqual([
    expect.stringContaining('not valid TOML'),
  ]);
});
