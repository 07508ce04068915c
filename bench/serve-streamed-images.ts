import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type BuiltBlob, toBlob } from '../demo/build-layer.ts';
import type { StreamedLayer } from './streamed-layer.ts';

/** An image per tag of the one repository `app`. */
export type StreamedImages = ReadonlyMap<string, readonly StreamedLayer[]>;

const OCI = 'application/vnd.oci.image';

/** A registry whose layers are made while they are read. */
export async function serveStreamedImages(
  images: StreamedImages,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const manifests = new Map<string, BuiltBlob>();
  const blobs = new Map<string, BuiltBlob | StreamedLayer>();
  for (const [tag, layers] of images) {
    const config = toJson(`${OCI}.config.v1+json`, {
      created: '2026-01-01T00:00:00Z',
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    });
    const mediaType = `${OCI}.manifest.v1+json`;
    const manifest = toJson(mediaType, {
      schemaVersion: 2,
      mediaType,
      config: { mediaType: config.mediaType, digest: config.digest, size: config.size },
      layers: layers.map(({ digest, size }) => ({ mediaType: `${OCI}.layer.v1.tar+gzip`, digest, size })),
    });
    for (const name of [tag, manifest.digest]) manifests.set(name, manifest);
    for (const blob of [config, ...layers]) blobs.set(blob.digest, blob);
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://registry').pathname;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (path.endsWith('/v2/')) return sendJson(response, {});
    if (path.endsWith('/_catalog')) return sendJson(response, { repositories: ['app'] });
    if (path.endsWith('/tags/list')) return sendJson(response, { name: 'app', tags: [...images.keys()] });
    const found = path.includes('/manifests/') ? manifests.get(name) : blobs.get(name);
    if (!found) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': 'mediaType' in found ? found.mediaType : 'application/octet-stream',
      'content-length': found.size,
      'docker-content-digest': found.digest,
    });
    if (request.method === 'HEAD') response.end();
    else if ('bytes' in found) response.end(found.bytes);
    else
      Readable.from(found.chunks())
        .on('error', () => response.destroy())
        .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toJson(mediaType: string, value: object): BuiltBlob {
  return toBlob(mediaType, Buffer.from(JSON.stringify(value)));
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
