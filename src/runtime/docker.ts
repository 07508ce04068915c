import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { RunningImage } from '../model/running-image.ts';
import { toDigest } from '../oci/to-digest.ts';
import { createBell } from './create-bell.ts';
import { createJsonClient, type JsonClient, type JsonEndpoint, readCredential } from './json-client.ts';
import { reportChanges } from './report-changes.ts';
import { MOST_CONTAINERS, type RuntimeSource } from './runtime-source.ts';

/** Unix socket, or `http(s)://host:port` with a folder of ca.pem, cert.pem and key.pem as Docker's own clients have it. */
export type DockerPlace = { readonly socketPath: string } | { readonly url: string; readonly certificates?: string };

// Docker Engine API, which Podman speaks, too: https://docs.docker.com/reference/api/engine/version/v1.41/
const Containers = z
  .array(z.object({ Id: z.string(), Image: z.string().max(1_024), ImageID: z.string().max(100) }))
  .max(MOST_CONTAINERS);
const Inspected = z.object({
  Id: z.string().max(100),
  RepoDigests: z.array(z.string().max(1_024)).max(10_000).nullish(),
  Os: z.string().max(50).nullish(),
  Architecture: z.string().max(50).nullish(),
});
type Inspected = z.infer<typeof Inspected>;

const EVENTS = `/events?filters=${encodeURIComponent(
  JSON.stringify({
    type: ['container'],
    event: ['start', 'die', 'died', 'stop', 'kill', 'destroy', 'remove', 'restart'],
  }),
)}`;
/** It may well be silent for days; whether it lives is what the list between tells. */
const NEVER = 0;
const KNOWN_IMAGES = 20_000;

/** Containers of one Docker or Podman. */
export function createDockerSource(name: string, place: DockerPlace): RuntimeSource {
  return {
    name,
    follow: async (report, signal) => {
      const ended = new AbortController();
      const until = AbortSignal.any([signal, ended.signal]);
      const client = createJsonClient(await endpointOf(name, place));
      try {
        const bell = createBell();
        const read = createReader(client, until);
        return await Promise.race([
          ringOnEvents(name, client, bell.ring, until),
          reportChanges(read, report, bell, until),
        ]);
      } finally {
        ended.abort();
        await client.close();
      }
    },
  };
}

async function ringOnEvents(name: string, client: JsonClient, ring: () => void, signal: AbortSignal): Promise<never> {
  for await (const _ of client.lines(EVENTS, signal, NEVER)) ring();
  throw new AppError('connection-failed', `${name} ended its stream of events.`, { retryable: true });
}

/** Images are looked at once: what their ids stand for never changes, but for the digests of a later pull or push. */
function createReader(client: JsonClient, signal: AbortSignal): () => Promise<readonly RunningImage[]> {
  const known = new Map<string, RunningImage>();
  return async () => {
    const containers = (await client.get('/containers/json', Containers, signal)) ?? [];
    const counts = new Map<string, { image: string; containers: number }>();
    for (const { Image, ImageID } of containers) {
      const before = counts.get(ImageID);
      counts.set(ImageID, { image: before?.image ?? Image, containers: (before?.containers ?? 0) + 1 });
    }
    const images: RunningImage[] = [];
    for (const [id, { image, containers: amount }] of counts) {
      const found = known.get(id) ?? (await inspect(client, id, image, signal));
      if (known.size < KNOWN_IMAGES) known.set(id, found);
      images.push({ ...found, containers: amount });
    }
    for (const id of known.keys()) if (!counts.has(id)) known.delete(id);
    return images;
  };
}

async function inspect(client: JsonClient, id: string, reference: string, signal: AbortSignal): Promise<RunningImage> {
  // An image may be removed by force while its containers run: then its id is all that is known.
  const image: Inspected | undefined = await client.get(
    `/images/${encodeURIComponent(id)}/json`,
    Inspected,
    signal,
    [404],
  );
  const digests = [id, image?.Id, ...(image?.RepoDigests ?? [])]
    .map((text) => toDigest(text ?? ''))
    .filter((digest): digest is Digest => digest !== undefined);
  const platform = image?.Os && image.Architecture ? `${image.Os}/${image.Architecture}` : undefined;
  return {
    digests: [...new Set(digests)],
    reference,
    ...(platform === undefined ? {} : { platform }),
    containers: 0,
  };
}

async function endpointOf(name: string, place: DockerPlace): Promise<JsonEndpoint> {
  if ('socketPath' in place) return { url: 'http://docker', socketPath: place.socketPath, label: name };
  const { url, certificates: folder } = place;
  if (folder === undefined) return { url, label: name };
  const read = (file: string) => readCredential(join(folder, file), `The ${file} of ${name}`);
  return {
    url,
    label: name,
    tls: { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') },
  };
}
