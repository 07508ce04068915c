import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import { sendJson, startScriptedServer } from '../../test/support/start-scripted-server.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { RunningImage } from '../model/running-image.ts';
import { createDockerSource } from './docker.ts';

// What a real Podman says is in test/e2e/what-runs.test.ts; here is what it does not say at will.

interface Engine {
  containers: readonly { Id: string; Image: string; ImageID: string }[];
  readonly events: Set<ServerResponse>;
}

async function startEngine(tls?: { readonly key: string; readonly cert: string }) {
  const engine: Engine = { containers: [], events: new Set() };
  const server = await startScriptedServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/containers/json') return sendJson(response, 200, engine.containers);
    if (path === '/events') {
      response.writeHead(200).flushHeaders();
      engine.events.add(response);
      return;
    }
    if (decodeURIComponent(path) === `/images/${digestOf('kept')}/json`)
      return sendJson(response, 200, {
        Id: digestOf('kept'),
        RepoDigests: [`registry.example.com/app@${digestOf('manifest')}`, '<none>@<none>'],
        Os: 'linux',
        Architecture: 'arm64',
      });
    sendJson(response, 404, { message: 'No such image' });
  }, tls);
  onTestFinished(() => server.stop());
  return { engine, server };
}

function follow(place: Parameters<typeof createDockerSource>[1]) {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const seen: (readonly RunningImage[])[] = [];
  const ended = createDockerSource('lab', place).follow(async (images) => {
    seen.push(images);
  }, stopping.signal);
  ended.catch(() => {});
  return { seen, ended };
}

const containers = (seed: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ Id: `${seed}-${at}`, Image: `${seed}:1`, ImageID: digestOf(seed) }));

test('an image is known by the digests of its config and of its manifests; one that was removed by its config alone', async () => {
  const { engine, server } = await startEngine();
  engine.containers = [...containers('kept', 2), ...containers('removed', 1)];
  const { seen } = follow({ url: server.url });

  await waitUntil(async () => seen.length > 0);
  expect(seen[0]).toEqual([
    {
      digests: [digestOf('kept'), digestOf('manifest')],
      reference: 'kept:1',
      platform: 'linux/arm64',
      containers: 2,
    },
    { digests: [digestOf('removed')], reference: 'removed:1', containers: 1 },
  ]);
});

test('a burst of events costs few lists, and each image is looked at once', async () => {
  const { engine, server } = await startEngine();
  engine.containers = containers('kept', 1);
  const { seen } = follow({ url: server.url });
  await waitUntil(async () => seen.length === 1 && engine.events.size === 1);
  engine.containers = containers('kept', 50);
  for (const stream of engine.events)
    for (let at = 0; at < 50; at++) stream.write('{"Type":"container","Action":"start"}\n');

  await waitUntil(async () => seen.at(-1)?.[0]?.containers === 50);
  expect(seen.length).toBeLessThan(5);
  expect(server.requests.filter(({ url }) => url.startsWith('/images/'))).toHaveLength(1);
});

test('an end of the events is an end of the connection', async () => {
  const { engine, server } = await startEngine();
  const { ended } = follow({ url: server.url });
  await waitUntil(async () => engine.events.size === 1);
  for (const stream of engine.events) stream.end();

  await expect(ended).rejects.toMatchObject({ code: 'connection-failed' });
});

test('nobody there, and somebody else there, are failures that say where', async () => {
  const web = await startScriptedServer((_, response) => sendJson(response, 200, { hello: 'world' }));
  onTestFinished(() => web.stop());

  await expect(follow({ socketPath: '/nowhere/docker.sock' }).ended).rejects.toThrow(
    /^lab cannot be reached: .*\/nowhere\/docker\.sock/,
  );
  await expect(follow({ url: web.url }).ended).rejects.toMatchObject({ code: 'connection-failed' });
});

test('over TLS its own authority is believed, and no other', async ({ skip }) => {
  const [ours, theirs] = [selfSignedCertificate(), selfSignedCertificate()];
  if (!ours || !theirs) return skip();
  const { server } = await startEngine(ours);
  const folderOf = async ({ key, cert }: { key: string; cert: string }) => {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-docker-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [file, text] of Object.entries({ 'ca.pem': cert, 'cert.pem': cert, 'key.pem': key }))
      await writeFile(join(folder, file), text);
    return folder;
  };
  const { seen } = follow({ url: server.url, certificates: await folderOf(ours) });
  await waitUntil(async () => seen.length > 0);

  const other = follow({ url: server.url, certificates: await folderOf(theirs) });
  await expect(other.ended).rejects.toMatchObject({ code: 'connection-failed' });
  await expect(follow({ url: server.url, certificates: '/nowhere' }).ended).rejects.toThrow(
    /ca\.pem of lab cannot be read/,
  );
});
