import { expect, test } from 'vitest';
import type { ScanProgress } from '../scan/scan-report.ts';
import { createScanSpeed, describeProgress } from './scan-progress.ts';

const digest = `sha256:${'1'.repeat(64)}` as const;
const MIB = 1024 ** 2;

const progress = (over: Partial<ScanProgress> = {}): ScanProgress => ({
  bytesDone: 12 * MIB,
  bytesTotal: 40 * MIB,
  layersDone: 1,
  layersTotal: 3,
  kinds: { vulnerability: 12 * MIB, malware: 12 * MIB, risk: 12 * MIB },
  layers: [
    { digest, bytesDone: 10 * MIB, size: 10 * MIB },
    { digest, bytesDone: 2 * MIB, size: 20 * MIB },
    { digest, bytesDone: 0, size: 10 * MIB },
  ],
  ...over,
});

test('layers, bytes, what remains, and the layers that are being read', () => {
  expect(describeProgress(progress(), 65)).toBe('1 of 3 layers, 12.0 MiB of 40.0 MiB, 1 min 5 s left; layer 2 10%');
  expect(describeProgress(progress({ layers: [] }), undefined)).toBe('1 of 3 layers, 12.0 MiB of 40.0 MiB');
});

test('kinds are told apart where one lags behind', () => {
  const kinds = { vulnerability: 12 * MIB, malware: 4 * MIB };

  expect(describeProgress(progress({ kinds, layers: [] }), 8)).toBe(
    '1 of 3 layers, 12.0 MiB of 40.0 MiB, 8 s left; vulnerabilities 30%, malware 10%',
  );
});

test('an image of no bytes is no division by zero', () => {
  const nothing = progress({
    bytesDone: 0,
    bytesTotal: 0,
    layersDone: 0,
    layersTotal: 0,
    kinds: { risk: 1 },
    layers: [],
  });

  expect(describeProgress(nothing, undefined)).toBe('0 of 0 layers, 0 B of 0 B; risks 0%');
});

test('what remains is by the measured speed of the last seconds, and unknown before there is one', () => {
  let at = 1_000_000;
  const remaining = createScanSpeed(() => new Date(at));
  const read = (bytesDone: number, afterMs: number) => {
    at += afterMs;
    return remaining(progress({ bytesDone, bytesTotal: 100 * MIB }));
  };

  expect(read(0, 0)).toBeUndefined();
  expect(read(0, 1_000)).toBeUndefined();
  expect(read(20 * MIB, 1_000)).toBe(8);
  // Ten times slower from here on: the fast beginning is forgotten.
  for (let mib = 21; mib < 40; mib++) read(mib * MIB, 1_000);
  expect(read(40 * MIB, 1_000)).toBe(60);
});
