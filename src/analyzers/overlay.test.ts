import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LayerBuilder, layer } from '../../demo/build-layer.ts';
import { defaultLayerLimits } from '../layers/layer-entry.ts';
import { parentOf } from '../layers/normalise-path.ts';
import { squash } from '../layers/squash.ts';
import { analyzeLayer } from './analyze-layer.ts';
import type { Analyzer } from './analyzer.ts';

/** Every `w` is wanted, be it a file or a folder. */
const analyzer: Analyzer = {
  name: 'w',
  version: 1,
  maxBytes: 100,
  wants: (path) => path === 'w' || path.endsWith('/w'),
  analyze: (file) => [{ kind: 'package', package: { ecosystem: 'npm', name: file.text(), version: '1' } }],
};

type Kind = 'file' | 'folder' | 'link' | 'whiteout' | 'opaque';
interface Step {
  readonly kind: Kind;
  readonly path: string;
}
type Content = ReadonlyMap<string, 'folder' | 'link' | string>;

/** As engines unpack layers: https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets */
function unpack(lower: Content, steps: readonly Step[], at: number): Content {
  const content = new Map(lower);
  const clear = (path: string) => {
    for (const each of content.keys()) if (each.startsWith(`${path}/`)) content.delete(each);
  };
  const remove = (path: string) => {
    clear(path);
    content.delete(path);
  };
  for (const { kind, path } of steps) {
    if (kind === 'whiteout') remove(path);
    if (kind === 'opaque') clear(path);
  }
  for (const { kind, path } of steps) {
    if (kind === 'whiteout' || kind === 'opaque') continue;
    if (kind !== 'folder' || content.get(path) !== 'folder') remove(path);
    content.set(path, kind === 'file' ? `${path} of ${at}` : kind);
  }
  return content;
}

/** Nothing lies below a file or a link of the same layer, and every folder is written before what it holds. */
function toLayer(steps: readonly Step[]): readonly Step[] {
  const kinds = new Map<string, Kind>();
  for (const { kind, path } of steps) {
    const parents: string[] = [];
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) parents.unshift(folder);
    if (parents.some((folder) => (kinds.get(folder) ?? 'folder') !== 'folder')) continue;
    if (kinds.has(path)) continue;
    if (kind !== 'whiteout') for (const folder of parents) kinds.set(folder, 'folder');
    if (kind === 'opaque') kinds.set(path, 'folder');
    else kinds.set(path, kind);
  }
  const written = [...kinds].map(([path, kind]): Step => ({ path, kind }));
  const opaque = steps.filter(({ kind, path }) => kind === 'opaque' && kinds.get(path) === 'folder');
  return [...written, ...opaque];
}

function build(steps: readonly Step[], at: number): LayerBuilder {
  const builder = layer();
  for (const { kind, path } of steps) {
    if (kind === 'file') builder.file(path, `${path} of ${at}`);
    if (kind === 'folder') builder.dir(path);
    if (kind === 'link') builder.symlink(path, '/w');
    if (kind === 'whiteout') builder.whiteout(path);
    if (kind === 'opaque') builder.opaque(path);
  }
  return builder;
}

async function scan(layers: readonly (readonly Step[])[]): Promise<readonly string[]> {
  const reports = layers.map((steps, at) => {
    const { bytes, digest } = build(steps, at).tar();
    const options = { analyzers: [analyzer], limits: defaultLayerLimits };
    return analyzeLayer(Readable.from([bytes]), digest, options, new AbortController().signal);
  });
  return squash(await Promise.all(reports)).packages.map(({ name }) => name);
}

test('packages are those of the files that an engine would unpack', async () => {
  const path = fc.array(fc.constantFrom('w', 'a', 'b'), { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
  const kind = fc.constantFrom<Kind>('file', 'file', 'file', 'folder', 'link', 'whiteout', 'opaque');
  const steps = fc.array(fc.record({ kind, path }), { maxLength: 8 }).map(toLayer);
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 4 }), async (layers) => {
      let content: Content = new Map();
      for (const [at, each] of layers.entries()) content = unpack(content, each, at);
      const wanted = [...content].filter(([at, what]) => analyzer.wants(at) && what.includes(' of '));

      expect((await scan(layers)).toSorted()).toEqual(wanted.map(([, what]) => what).toSorted());
    }),
    { numRuns: 1_000 },
  );
});
