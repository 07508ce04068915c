import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pluginFileNames, pluginFolders } from '../scripts/plugin-folders.ts';
import { findChain, parseSource, readSources, roomOf, type SourceFile } from './support/architecture.ts';

const root = join(import.meta.dirname, '..');
const sources = readSources(root, 'src');
const byPath = new Map(sources.map((source) => [source.path, source]));

/** What each room may import besides itself. ARCHITECTURE.md draws the same; imports point one way. */
const scanner = [
  'model',
  'oci',
  'versions',
  'ecosystems',
  'matching',
  'vex',
  'layers',
  'analyzers',
  'registries',
  'advisories',
  'proxy',
  'trust',
  'store',
];
const rooms: Readonly<Record<string, readonly string[] | 'everything'>> = {
  model: [],
  oci: ['model'],
  versions: ['model'],
  ecosystems: ['model', 'oci', 'versions'],
  matching: ['model', 'oci', 'versions', 'ecosystems'],
  vex: ['model', 'ecosystems'],
  layers: ['model', 'oci'],
  analyzers: ['model', 'oci', 'layers'],
  signing: [],
  proxy: ['model'],
  registries: ['model', 'oci', 'signing', 'proxy'],
  trust: ['model', 'oci', 'registries'],
  store: ['model'],
  advisories: ['model', 'versions', 'ecosystems', 'proxy'],
  inventory: scanner,
  scan: scanner,
  exports: ['model', 'store'],
  reports: ['model', 'ecosystems', 'scan'],
  jobs: [...scanner, 'inventory', 'scan'],
  tasks: [...scanner, 'exports', 'inventory', 'scan', 'jobs', 'runtime'],
  events: ['model', 'store'],
  runtime: ['model', 'oci', 'store'],
  config: ['model'],
  api: ['model', 'oci', 'signing', 'store', 'exports'],
  http: ['model', 'store', 'exports', 'api', 'events'],
  commands: 'everything',
  'cli.ts': 'everything',
  'main.ts': 'everything',
  main: 'everything',
};

const networkModules = [
  'undici',
  'node:net',
  'node:http',
  'node:https',
  'node:http2',
  'node:tls',
  'node:dgram',
  'fastify',
];
const networkRooms = [
  'src/proxy/',
  'src/registries/',
  'src/advisories/',
  'src/runtime/',
  'src/analyzers/malware/',
  'src/http/',
  'src/api/client/',
  'src/api/client.ts',
];
const sqlModules = ['kysely', 'node:sqlite', 'pg'];
const GLOBAL_FETCH = /(?<![\w.])fetch\(/;
const ENVIRONMENT = /\bprocess\.env\b/;

test('every folder of src/ is a room with a rule', () => {
  const unknown = sources.map((source) => source.path).filter((path) => !(roomOf(path) in rooms));

  expect(unknown, 'add the room to test/architecture.test.ts and ARCHITECTURE.md; there is no utils/').toEqual([]);
});

test('imports point one way', () => {
  const wrong = sources.flatMap((source) => {
    const allowed = rooms[roomOf(source.path)];
    if (allowed === undefined || allowed === 'everything') return [];
    return source.imports
      .filter((target) => roomOf(target) !== roomOf(source.path) && !allowed.includes(roomOf(target)))
      .map((target) => `${source.path} → ${target}`);
  });

  expect(wrong).toEqual([]);
});

test('the API and the scanner never reach each other: they meet in the store', () => {
  const work = ['scan', 'jobs', 'tasks', 'layers', 'analyzers', 'inventory', 'matching'];
  const answer = ['api', 'http'];

  const chains = [...chainsBetween(answer, work), ...chainsBetween(work, answer)];

  expect(chains).toEqual([]);
});

test('every imported file of ours exists', () => {
  const missing = sources.flatMap((source) =>
    source.imports.filter((target) => !existsSync(join(root, target))).map((target) => `${source.path} → ${target}`),
  );

  expect(missing).toEqual([]);
});

test.for(pluginFolders)('plug-ins of $folder do not import each other', (kind) => {
  const members = new Set(pluginFileNames(root, kind).map((file) => `${kind.folder}/${file}`));

  const wrong = sources
    .filter((source) => members.has(source.path))
    .flatMap((source) =>
      source.imports.filter((target) => members.has(target)).map((target) => `${source.path} → ${target}`),
    );

  expect(wrong, 'what two of a kind share belongs in a file beside the folder').toEqual([]);
});

test('only a few rooms touch the network', () => {
  const wrong = sources
    .filter((source) => !networkRooms.some((room) => source.path.startsWith(room)))
    .flatMap((source) => [
      ...source.packages.filter((name) => networkModules.includes(name)).map((name) => `${source.path} → ${name}`),
      ...(GLOBAL_FETCH.test(source.text) ? [`${source.path} → fetch`] : []),
    ]);

  expect(wrong).toEqual([]);
});

test('only the store and the advisories write SQL', () => {
  const wrong = sources
    .filter((source) => !['store', 'advisories'].includes(roomOf(source.path)))
    .flatMap((source) =>
      source.packages.filter((name) => sqlModules.includes(name)).map((name) => `${source.path} → ${name}`),
    );

  expect(wrong).toEqual([]);
});

test('only the command line reads the environment', () => {
  const wrong = sources.filter((source) => source.path !== 'src/cli.ts' && ENVIRONMENT.test(source.text));

  expect(
    wrong.map((source) => source.path),
    'settings come from loadConfig(env)',
  ).toEqual([]);
});

test('the rules see static, type-only, re-exported, dynamic and worker imports', () => {
  const source = parseSource(
    'src/api/x.ts',
    `import { a } from './a.ts';
import type {
  B,
} from '../scan/b.ts';
export { c } from './c.ts';
import 'node:net';
const d = await import('./d.ts');
new Worker(new URL('./e.ts', import.meta.url));
new Worker(new URL(\`./f\${extension}\`, import.meta.url));
const text = "from './not-an-import.ts'";`,
  );

  expect(source.imports).toEqual([
    'src/api/a.ts',
    'src/scan/b.ts',
    'src/api/c.ts',
    'src/api/d.ts',
    'src/api/e.ts',
    'src/api/f.ts',
  ]);
  expect(source.packages).toEqual(['node:net']);
});

test('an offence is printed as the chain of imports that leads to it', () => {
  const files = [
    parseSource('src/api/a.ts', "import { b } from '../store/b.ts';"),
    parseSource('src/store/b.ts', "import { c } from '../scan/c.ts';"),
  ];

  const chain = findChain(
    new Map(files.map((file) => [file.path, file])),
    'src/api/a.ts',
    (path) => roomOf(path) === 'scan',
  );

  expect(chain?.join(' → ')).toBe('src/api/a.ts → src/store/b.ts → src/scan/c.ts');
});

test('every path that ARCHITECTURE.md names exists', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const named = [...text.matchAll(/(?<![\w/])(?:src|test|demo|docs|scripts|bench)\/[\w./-]*\w\/?/g)].map(
    ([path]) => path,
  );

  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

function chainsBetween(from: readonly string[], to: readonly string[]): readonly string[] {
  return sources
    .filter((source: SourceFile) => from.includes(roomOf(source.path)))
    .flatMap((source) => findChain(byPath, source.path, (path) => to.includes(roomOf(path)))?.join(' → ') ?? []);
}
