import { beforeEach, expect, test } from 'vitest';
import { createProgressWriter, type ProgressWriter } from './create-progress-writer.ts';

let now: Date;
let written: (readonly [percent: number, remainingSeconds: number])[];
let writer: ProgressWriter;

beforeEach(() => {
  now = new Date('2026-11-25T00:00:00Z');
  written = [];
  writer = createProgressWriter(
    async ({ vulnerability = -1 }, seconds) => {
      written.push([vulnerability, seconds]);
    },
    () => now,
  );
});

const after = (milliseconds: number) => {
  now = new Date(now.getTime() + milliseconds);
};
const report = async (bytesDone: number, bytesTotal = 1_000) => {
  writer.report({
    bytesDone,
    bytesTotal,
    layersDone: 0,
    layersTotal: 1,
    kinds: { vulnerability: bytesDone },
    layers: [],
  });
  await writer.end();
};

test('says how far the bytes are, and how long the rest takes at the speed so far', async () => {
  after(1_000);
  await report(100);
  after(1_000);
  await report(400);
  after(2_000);
  await report(800);

  expect(written).toEqual([
    [10, 9],
    [40, 3],
    [80, 1],
  ]);
});

test('writes at most twice a second, and not the same percent again', async () => {
  after(1_000);
  await report(100);
  await report(200); // at the same moment
  after(499);
  await report(300);
  after(1);
  await report(300);
  after(500);
  await report(301);

  expect(written.map(([percent]) => percent)).toEqual([10, 30]);
});

test('never says a hundred: that is for the result', async () => {
  after(1_000);
  await report(1_000);

  expect(written).toEqual([[99, 1]]);
});

test('an image without bytes is at nothing, for how long nobody knows', async () => {
  after(1_000);
  await report(0, 0);

  expect(written).toEqual([[0, 0]]);
});

test('one write at a time; the end waits for it, and its failure is nobody’s', async () => {
  const slow = Promise.withResolvers<void>();
  let writes = 0;
  const failing = createProgressWriter(
    async () => {
      writes++;
      await slow.promise;
      throw new Error('the database does not answer');
    },
    () => now,
  );
  const reportTo = (bytesDone: number) => {
    after(1_000);
    failing.report({
      bytesDone,
      bytesTotal: 100,
      layersDone: 0,
      layersTotal: 1,
      kinds: { vulnerability: bytesDone },
      layers: [],
    });
  };

  reportTo(10);
  reportTo(20);
  slow.resolve();
  await failing.end();
  reportTo(30);
  await failing.end();

  expect(writes).toBe(2);
});
