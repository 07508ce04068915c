import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSecretFinder } from '../../src/analyzers/secrets/create-secret-finder.ts';
import { secretFamilies } from '../../src/analyzers/secrets/rules/index.ts';
import { createSampleRandom } from '../../src/analyzers/secrets/sample-random.ts';
import type { SecretRule } from '../../src/analyzers/secrets/secret-rule.ts';
import { seededRandom } from '../seeded-random.ts';
import { fetchPeers, type Peer } from './fetch-peers.ts';

// One random secret of each of our kinds in a file of its own, and what a peer finds in them: node bench/peer/secrets.ts
// Fails when a peer finds a secret in a file in which we find none.

const root = mkdtempSync(join(tmpdir(), 'plimsoll-secrets-'));
const cache = mkdtempSync(join(tmpdir(), 'plimsoll-secrets-cache-'));
try {
  const planted = plant();
  const ours = new Set([...planted].filter(([path, text]) => finds(path, text)).map(([path]) => path));
  let compared = 0;
  console.log(`planted ${planted.size}, ours ${ours.size}`);
  for (const peer of fetchPeers()) {
    const theirs = findWith(peer);
    if (theirs.size === 0) {
      console.warn(`SKIPPED: ${peer.name} finds no secrets at all: built without`);
      continue;
    }
    compared++;
    const onlyTheirs = [...theirs].filter((path) => !ours.has(path));
    console.log(`${peer.name}: ${theirs.size}; ours alone ${[...ours].filter((path) => !theirs.has(path)).length}`);
    for (const path of onlyTheirs) console.log(`  NOT OURS: ${path}`);
    if (onlyTheirs.length > 0) process.exitCode = 1;
  }
  if (compared === 0) process.exitCode = 1;
} finally {
  for (const folder of [root, cache]) rmSync(folder, { recursive: true, force: true });
}

function plant(): ReadonlyMap<string, string> {
  const random = createSampleRandom(seededRandom(23));
  const rules: readonly SecretRule[] = secretFamilies.flat();
  const files = new Map<string, string>();
  for (const rule of rules.filter(({ where }) => where !== 'settings')) {
    const path = `srv/app/${rule.id}/settings.${rule.id.includes('quoted') ? 'js' : 'conf'}`;
    files.set(path, `# settings of the team\n${rule.sample(random)}\n# end\n`);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files.get(path) ?? '', 'latin1');
  }
  return files;
}

function finds(path: string, text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  const reader = createSecretFinder().open(path, bytes.length);
  reader?.write(bytes);
  return (reader?.end().secrets.length ?? 0) > 0;
}

/** The files in which a peer finds one. */
function findWith(peer: Peer): ReadonlySet<string> {
  const output = join(cache, 'report.json');
  const options = ['--scanners', 'secret', '--format', 'json', '--output', output];
  const quiet = ['-q', '--cache-dir', cache, 'rootfs', '--offline-scan'];
  const { status, stderr } = spawnSync(peer.binary, [...quiet, ...options, root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${peer.name} failed: ${stderr}`);
  const report: { Results?: { Target: string; Secrets?: unknown[] }[] } = JSON.parse(readFileSync(output, 'utf8'));
  return new Set(
    (report.Results ?? [])
      .filter(({ Secrets }) => (Secrets ?? []).length > 0)
      .map(({ Target }) => Target.replace(/^\//, '')),
  );
}
