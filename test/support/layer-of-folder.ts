import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type BuiltLayer, digestOf, toBlob } from '../../demo/build-layer.ts';

/** A folder as tar itself packs it, owners and modes as they are. */
export async function layerOfFolder(folder: string): Promise<BuiltLayer> {
  const child = spawn('tar', ['-C', folder, '--sort=name', '--numeric-owner', '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const tar = await buffer(child.stdout);
  const code = await ended;
  if (code !== 0) throw new Error(`tar of ${folder} ended with ${code}`);
  return {
    ...toBlob('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar, { level: 1 })),
    diffId: digestOf(tar),
  };
}
