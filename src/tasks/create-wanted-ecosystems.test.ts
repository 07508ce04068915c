import { expect, test } from 'vitest';
import type { CoverageGap } from '../model/vulnerability.ts';
import { createWantedEcosystems } from './create-wanted-ecosystems.ts';

const gap = (cause: CoverageGap['cause'], subject: string): CoverageGap => ({ cause, subject });
function settings() {
  const values = new Map<string, string>();
  return {
    get: async (name: string) => values.get(name),
    set: async (name: string, value: string) => {
      values.set(name, value);
    },
  };
}

test('what a match lacked is remembered once, also by another server', async () => {
  const kept = settings();
  const wanted = createWantedEcosystems(kept);
  const gaps = [gap('distribution-not-covered', 'AlmaLinux:9'), gap('ecosystem-not-covered', 'RubyGems')];

  const answers = [await wanted.learn(gaps), await wanted.learn(gaps)];

  expect(answers).toEqual([true, false]);
  expect(await createWantedEcosystems(kept).list()).toEqual(['AlmaLinux', 'RubyGems']);
});

test('more is added to what is known', async () => {
  const wanted = createWantedEcosystems(settings());

  await wanted.learn([gap('ecosystem-not-covered', 'crates.io')]);
  await wanted.learn([gap('ecosystem-not-covered', 'Go'), gap('ecosystem-not-covered', 'crates.io')]);

  expect(await wanted.list()).toEqual(['Go', 'crates.io']);
});

test.each([
  gap('distribution-not-covered', 'Oracle Linux:8'),
  gap('distribution-not-covered', '../../etc:1'),
  gap('distribution-unknown', 'AlmaLinux:9'),
  gap('package-unreadable', 'npm: not JSON'),
])('$cause of $subject asks for nothing', async (each) => {
  const wanted = createWantedEcosystems(settings());

  const isNew = await wanted.learn([each]);

  expect(isNew).toBe(false);
  expect(await wanted.list()).toEqual([]);
});
