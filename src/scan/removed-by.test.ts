import { expect, test } from 'vitest';
import type { Digest } from '../model/digest.ts';
import type { LayerReport } from '../model/layer-report.ts';
import { createRemovals } from './removed-by.ts';

const digest = (at: number): Digest => `sha256:${String(at).repeat(64)}`;
const reports = (...layers: readonly Partial<LayerReport>[]) =>
  layers.map(
    (parts, at): LayerReport => ({
      digest: digest(at),
      files: {},
      removed: [],
      directories: [],
      emptied: [],
      secrets: [],
      settings: [],
      problems: [],
      compressedBytes: 0,
      uncompressedBytes: 0,
      entries: 0,
      ...parts,
    }),
  );

test.each([
  ['a whiteout of the file', { removed: ['root/.ssh/id_rsa'] }, true],
  ['a whiteout of a folder above', { removed: ['root'] }, true],
  ['an opaque folder above', { emptied: ['root/.ssh'] }, true],
  ['an opaque root', { emptied: [''] }, true],
  ['another file at its place', { files: { 'root/.ssh/id_rsa': [] } }, true],
  ['another file in its folder', { files: { 'root/.ssh/config': [] } }, false],
  ['an opaque folder beside', { emptied: ['root/.ss'] }, false],
  ['nothing', {}, false],
])('%s of a later layer', (_, later, removed) => {
  const removedBy = createRemovals(reports({}, {}, later));

  expect(removedBy(0, 'root/.ssh/id_rsa')).toBe(removed ? digest(2) : undefined);
  expect(removedBy(2, 'root/.ssh/id_rsa')).toBeUndefined(); // its own layer, whatever the order in it
});

test('the first of several that remove it is named', () => {
  expect(createRemovals(reports({}, { removed: ['a'] }, { removed: ['a'] }))(0, 'a')).toBe(digest(1));
});
