import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { demoRepositories } from './demo-images.ts';
import { serveRegistry } from './serve-registry.ts';

const Manifest = z.object({
  config: z.object({ digest: z.string() }).optional(),
  layers: z.array(z.object({ digest: z.string() })).optional(),
  manifests: z.array(z.object({ digest: z.string() })).optional(),
});

test('every digest of the demo registry is true and leads to something that is served', () => {
  for (const { name, tags, manifests, blobs } of demoRepositories()) {
    const served = new Set<string>([...manifests.keys(), ...blobs.keys()]);
    const contents = [...manifests].map(([digest, { body }]) => [digest, body] as const);
    for (const [digest, bytes] of [...contents, ...blobs]) expect(sha256(bytes)).toBe(digest);

    for (const digest of tags.values()) expect(served, name).toContain(digest);
    for (const { body } of manifests.values()) {
      const {
        config,
        layers = [],
        manifests: children = [],
      } = Manifest.parse(JSON.parse(Buffer.from(body).toString()));
      for (const part of [...(config ? [config] : []), ...layers, ...children])
        expect(served, name).toContain(part.digest);
    }
  }
});

test('the images are the same every time, and most stand on one base layer', () => {
  const [first, second] = [demoRepositories(), demoRepositories()];
  const base = layersOf(first, 'base/debian')[0] ?? 'none';

  expect(first.map((repository) => [...repository.tags])).toEqual(second.map((repository) => [...repository.tags]));
  expect(
    first.filter((repository) => repository.blobs.has(`sha256:${base.slice(7)}`)).map((repository) => repository.name),
  ).toEqual(['base/debian', 'shop/api', 'shop/web']);
});

test('skopeo, a real client, copies every image out of the demo registry', async (context) => {
  if (spawnSync('skopeo', ['--version']).error) return context.skip('no skopeo on this machine');
  const repositories = demoRepositories();
  const registry = await serveRegistry({ repositories, auth: { username: 'demo', password: 'secret' } });
  const target = mkdtempSync(join(tmpdir(), 'plimsoll-skopeo-'));
  try {
    for (const { name, tags } of repositories) {
      for (const tag of tags.keys()) {
        const source = `docker://${new URL(registry.url).host}/${name}:${tag}`;
        const args = [
          'copy',
          '--quiet',
          '--all',
          '--src-tls-verify=false',
          '--src-creds',
          'demo:secret',
          source,
          `oci:${join(target, `${name.replaceAll('/', '-')}-${tag}`)}`,
        ];

        await expect(run('skopeo', args), source).resolves.toBe('');
      }
    }
  } finally {
    await registry.stop();
    rmSync(target, { recursive: true, force: true });
  }
});

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) =>
      error ? reject(new Error(stderr, { cause: error })) : resolve(stdout),
    );
  });
}

function layersOf(repositories: ReturnType<typeof demoRepositories>, name: string): readonly string[] {
  const manifests = repositories.find((repository) => repository.name === name)?.manifests.values() ?? [];
  return [...manifests]
    .flatMap(({ body }) => Manifest.parse(JSON.parse(Buffer.from(body).toString())).layers ?? [])
    .map((layer) => layer.digest);
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
