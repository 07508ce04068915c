import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '../../demo/build-image.ts';
import { type BuiltBlob, layer } from '../../demo/build-layer.ts';
import { compileSleeper } from './compile-sleeper.ts';
import { type PushTarget, pushImage } from './push-image.ts';

const toContent = ({ digest, mediaType, bytes }: BuiltBlob) => ({ digest, mediaType, body: Buffer.from(bytes) });

/** Pushes an image that can run, and does nothing; returns its reference in each registry. */
export async function pushSleeper(registries: readonly PushTarget[], repository: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-sleeper-'));
  try {
    const program = await readFile(await compileSleeper(folder));
    const { manifest, config, layers } = buildImage({
      layers: [layer().file('sleeper', program, { mode: 0o755 }).gzip()],
      config: { Cmd: ['/sleeper'] },
    });
    const image = { manifest: toContent(manifest), config: toContent(config), layers: layers.map(toContent) };
    for (const registry of registries) await pushImage(registry, repository, '1', image);
    return registries.map(({ url }) => `${new URL(url).host}/${repository}:1`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
