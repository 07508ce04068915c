import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAdvisoryFolder } from '../../demo/advisory-folder.ts';
import { demoRepositories } from '../../demo/demo-images.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { actions } from '../../src/api/actions/index.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';

// The example of every page of docs/reference/actions, run as a reader would, on a server that has scanned the demo's registry.

const pages = join(import.meta.dirname, '../../docs/reference/actions');
const EXAMPLE = /^plimsoll call (\w+)(?: '(.*)')?$/m;
/** Ids in an example are made up: that nothing has them is an answer, not a fault of the example. */
const NOTHING_THERE = /^(?:ResourceNotFound|FailedOperation)|There is no export job/;

let work: string;
let registry: ServedRegistry;
let plimsoll: TestPlimsoll;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-reference-'));
  const feeds = await writeAdvisoryFolder(join(work, 'feeds'));
  registry = await serveRegistry({ repositories: demoRepositories() });
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: `file://${feeds.osv}`,
    PLIMSOLL_KEV_URL: `file://${feeds.kev}`,
  });
  for (const line of [
    ['advisories', 'import', join(work, 'feeds')],
    ['registry', 'add', 'demo', registry.url],
    ['registry', 'sync', 'demo', '--wait'],
    ['image', 'authorize', '--all'],
    ['task', 'start', '--all', '--wait'],
  ])
    await run(line);
});
afterAll(async () => {
  await plimsoll.stop();
  await registry.stop();
  rmSync(work, { recursive: true, force: true });
});

async function run(line: readonly string[]) {
  const { terminal, written } = captureTerminal();
  const exitCode = await runCommandLine(line, {
    env: {
      PLIMSOLL_DATA_DIR: plimsoll.dataDir,
      PLIMSOLL_ENDPOINT: plimsoll.url,
      PLIMSOLL_SECRET_ID: plimsoll.key.secretId,
      PLIMSOLL_SECRET_KEY: plimsoll.key.secretKey,
    },
    terminal,
    signal: new AbortController().signal,
    now: () => new Date(),
    readInput: async () => '',
  });
  return { exitCode, ...written };
}

const examples = readdirSync(pages).map((page) => {
  const [, action = '', parameters] = EXAMPLE.exec(readFileSync(join(pages, page), 'utf8')) ?? [];
  return { action, line: ['call', action, ...(parameters ? [parameters] : [])] };
});
const writes = new Set<string>(actions.filter((action) => action.writes).map(({ name }) => name));

// What only looks comes first: the rest removes the registry, too.
test.for(examples.filter(({ action }) => !writes.has(action)))(
  'the example of $action is answered',
  async ({ line }) => {
    const { out, note } = await run(line);

    if (NOTHING_THERE.test(codeOf(note)) || NOTHING_THERE.test(note)) return;
    expect(note).toBe('');
    expect(JSON.parse(out)).toHaveProperty('RequestId');
  },
);

test.for(examples.filter(({ action }) => writes.has(action)))(
  'the example of $action is understood',
  async ({ line }) => {
    const { note } = await run(line);

    if (note !== '') expect(`${codeOf(note)} ${note}`).toMatch(NOTHING_THERE);
  },
);

/** The code that a failed call ends its message with. */
const codeOf = (note: string): string => /\(([A-Z][A-Za-z.]+)\)\n/.exec(note)?.[1] ?? '';
