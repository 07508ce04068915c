import { createHash } from 'node:crypto';
import type { Digest } from '../src/model/digest.ts';
import { digestOf } from '../test/support/create-test-image.ts';
import { type ScriptedServer, startScriptedServer } from '../test/support/start-scripted-server.ts';

export interface MadeImages extends ScriptedServer {
  /** Digest of the manifest of an image, by its number. */
  digest(at: number): Digest;
}

const LAYERS = 12;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const ROUTE = /^\/v2\/.+\/(?:manifests|blobs)\/(sha256:[0-9a-f]{64})$/;

/** A distribution whose images, each of its own config and last layer, are made anew whenever one is asked for. */
export async function serveMadeImages(count: number): Promise<MadeImages> {
  const digests = Array.from({ length: count }, (_, at) => digestOf(manifestOf(at)));
  const known = new Map<string, { readonly at: number; readonly type: string }>();
  for (const [at, digest] of digests.entries()) {
    known.set(digest, { at, type: MANIFEST });
    known.set(digestOf(configOf(at)), { at, type: CONFIG });
  }
  const server = await startScriptedServer(({ url = '', method }, response) => {
    const [, digest = ''] = ROUTE.exec(url) ?? [];
    const found = known.get(digest);
    if (!found) return void response.writeHead(404).end();
    const body = found.type === MANIFEST ? manifestOf(found.at) : configOf(found.at);
    const headers = { 'content-type': found.type, 'content-length': body.byteLength, 'docker-content-digest': digest };
    response.writeHead(200, { ...headers, etag: `"${digest}"` }).end(method === 'HEAD' ? undefined : body);
  });
  return { ...server, digest: (at) => digests[at] ?? (`sha256:${'0'.repeat(64)}` as const) };
}

const layerOf = (at: number, layer: number): Digest =>
  // All but the last are of a base that a thousand images share.
  digestText(layer === LAYERS - 1 ? `image ${at}` : `base ${Math.floor(at / 1_000)}, layer ${layer}`);

const digestText = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const layers = Array.from({ length: LAYERS }, (_, layer) => layer);

function manifestOf(at: number): Buffer {
  const config = configOf(at);
  return json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest: digestOf(config), size: config.byteLength },
    layers: layers.map((layer) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: layerOf(at, layer),
      size: 3_000_000 + layer,
    })),
  });
}

/** Some six kilobytes, as an application on Debian with a dozen lines in its Dockerfile has. */
function configOf(at: number): Buffer {
  return json({
    architecture: 'amd64',
    os: 'linux',
    created: new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString(),
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `REVISION=${digestText(`r${at}`)}`],
      Cmd: ['node', '/app/server.js'],
      Labels: { 'org.opencontainers.image.revision': digestText(`r${at}`) },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestText(`diff ${layerOf(at, layer)}`)) },
    history: layers.map((layer) => ({
      created: '2026-01-01T00:00:00Z',
      created_by: `RUN /bin/sh -c apt-get update && apt-get install --no-install-recommends -y package-${layer} && rm -rf /var/lib/apt/lists/* # buildkit ${'with some words more '.repeat(10)}`,
      comment: 'buildkit.dockerfile.v0',
    })),
  });
}

const json = (value: object) => Buffer.from(JSON.stringify(value));
