import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createTestImage } from '../../../test/support/create-test-image.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';

const { signal } = new AbortController();
const subject = createTestImage('subject').manifest.digest;
const signature = createTestImage('signature').manifest;
const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const index = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    { mediaType: signature.mediaType, digest: signature.digest, size: signature.body.byteLength, artifactType },
  ],
};
const sendIndex = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': index.mediaType }).end(JSON.stringify(index));
const notFound = (response: ServerResponse) => sendJson(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });

/** A registry that answers the referrers API and the referrers tag so. */
async function ask(api: (response: ServerResponse) => unknown, tag: (response: ServerResponse) => unknown = notFound) {
  const server = await serveForTest((request, response) => {
    void (request.url?.includes('/referrers/') ? api(response) : tag(response));
  });
  const client = openTestClient(server.url, { limits: { attempts: 1 } });
  const found = client.referrers?.('team/app', subject, signal).then((all) => all.map((each) => each.artifactType));
  return { found, paths: () => server.requests.map(({ url }) => url) };
}

test('the referrers API is asked, and nothing else where it answers', async () => {
  const { found, paths } = await ask(sendIndex);

  expect(await found).toEqual([artifactType]);
  expect(paths()).toEqual([`/v2/team/app/referrers/${subject}`]);
});

test.each([
  ['404', (response: ServerResponse) => response.writeHead(404).end('404 page not found')],
  ['405', (response: ServerResponse) => sendJson(response, 405, {})],
  [
    'a page for people',
    (response: ServerResponse) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>'),
  ],
])('a registry that does not know it (%s) is asked for the referrers tag', async (_, api) => {
  const { found, paths } = await ask(api, sendIndex);

  expect(await found).toEqual([artifactType]);
  expect(paths()[1]).toBe(`/v2/team/app/manifests/${subject.replace(':', '-')}`);
});

test('neither API nor tag: nothing refers to it', async () => {
  expect(await (await ask(notFound)).found).toEqual([]);
});

test.each([
  [403, 'permission-denied'],
  [500, 'registry-error'],
])('%d says nothing of what refers to it', async (status, code) => {
  const { found } = await ask((response) => sendJson(response, status, {}), sendIndex);

  await expect(found).rejects.toMatchObject({ code });
});

test('an answer that is no index is refused', async () => {
  const { found } = await ask((response) => sendJson(response, 200, { manifests: 'all' }));

  await expect(found).rejects.toMatchObject({ code: 'manifest-unsupported' });
});
