import { expect, test } from 'vitest';
import { layerDigest, sampleLayerReports } from '../../test/support/sample-layer-reports.ts';
import { createRemovals } from './create-removals.ts';

test.each([
  ['a whiteout of the file', { removed: ['root/.ssh/id_rsa'] }, true],
  ['a whiteout of a folder above', { removed: ['root'] }, true],
  ['an opaque folder above', { emptied: ['root/.ssh'] }, true],
  ['an opaque root', { emptied: [''] }, true],
  ['another file at its place', { files: { 'root/.ssh/id_rsa': [] } }, true],
  ['another file in its folder', { files: { 'root/.ssh/config': [] } }, false],
  ['a folder at its place', { directories: ['root/.ssh/id_rsa'] }, true],
  ['the folder above, which keeps what is in it', { directories: ['root/.ssh'] }, false],
  ['an opaque folder beside', { emptied: ['root/.ss'] }, false],
  ['nothing', {}, false],
])('%s of a later layer', (_, later, removed) => {
  const removedBy = createRemovals(sampleLayerReports({}, {}, later));

  expect(removedBy(0, 'root/.ssh/id_rsa')).toBe(removed ? layerDigest(2) : undefined);
  expect(removedBy(2, 'root/.ssh/id_rsa')).toBeUndefined(); // its own layer, whatever the order in it
});

test('the first of several that remove it is named', () => {
  expect(createRemovals(sampleLayerReports({}, { removed: ['a'] }, { removed: ['a'] }))(0, 'a')).toBe(layerDigest(1));
});
