import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { createTestImage, createTestIndex } from '../support/create-test-image.ts';
import { deleteManifest, pushBlob, pushImage, pushManifest } from '../support/push-image.ts';
import { sendRequest } from '../support/send-request.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

if (!hasDockerRegistry()) console.warn('SKIPPED: events of a real registry; missing: docker-registry');

describe.skipIf(!hasDockerRegistry())('events of a real registry', () => {
  let plimsoll: TestPlimsoll;
  let registry: DockerRegistry;
  let advisories: string;
  let webhook: { readonly url: string; readonly token: string };

  const run = async (...args: string[]) => {
    const { terminal, written } = captureTerminal();
    const exitCode = await runCommandLine(args, {
      terminal,
      signal: new AbortController().signal,
      now: () => new Date(),
      readInput: async () => '',
      env: {
        PLIMSOLL_DATA_DIR: plimsoll.dataDir,
        PLIMSOLL_ENDPOINT: plimsoll.url,
        PLIMSOLL_SECRET_ID: plimsoll.key.secretId,
        PLIMSOLL_SECRET_KEY: plimsoll.key.secretKey,
      },
    });
    return { exitCode, ...written };
  };
  const state = async () => JSON.parse((await run('registry', 'events', 'lab', '-o', 'json')).out)[0];
  const settings = (url: string) => ({
    Name: 'lab',
    Username: '',
    Password: '',
    Url: url,
    RegistryType: 'docker',
    NetType: 'public',
    NeedScan: true,
  });
  const list = async () => (await plimsoll.sdk.DescribeAssetImageRegistryList({ Limit: 100, Offset: 0 })).List ?? [];
  const row = async (repository: string, tag: string) =>
    (await list()).find((each) => each.ImageRepoAddress?.endsWith(`/${repository}`) && each.ImageTag === tag);

  beforeAll(async () => {
    advisories = await mkdtemp(join(tmpdir(), 'plimsoll-events-'));
    await writeAdvisoryZip(join(advisories, 'osv/npm/all.zip'), []);
    plimsoll = await startTestPlimsoll({
      PLIMSOLL_ADVISORIES_URL: `file://${join(advisories, 'osv')}`,
      PLIMSOLL_KEV_URL: `file://${join(advisories, 'kev.json')}`,
    });
    const added = await plimsoll.sdk.AddAssetImageRegistryRegistryDetail(settings('http://127.0.0.1:1'));
    webhook = JSON.parse((await run('registry', 'webhook', 'lab', '-o', 'json')).out);
    registry = await startDockerRegistry({
      notify: { url: webhook.url, authorization: `Bearer ${webhook.token}` },
    });
    await plimsoll.sdk.UpdateAssetImageRegistryRegistryDetail({
      ...settings(registry.url),
      RegistryId: Number(added.RegistryId),
    });
  });
  afterAll(async () => {
    await registry?.stop();
    await plimsoll?.stop();
    await rm(advisories, { recursive: true, force: true });
  });

  test('a pushed image is listed and scanned without a sync', async () => {
    await pushImage(registry, 'team/app', '1.0', createTestImage('app 1.0'));

    const listed = await waitUntil(() => row('team/app', '1.0'));
    expect(listed.ImageDigest).toBe(createTestImage('app 1.0').manifest.digest);
    await waitUntil(async () => (await row('team/app', '1.0'))?.ScanStatus === 'SCANNED');
    expect(await state()).toMatchObject({ hasToken: true, refused: 0, lost: 0 });
  });

  test('our own pulls are no events', async () => {
    await waitUntil(async () => (await state()).waiting === 0);
    const { accepted } = await state();

    await pushBlob(registry, 'team/app', createTestImage('app 1.0').config);
    await fetch(`${registry.url}/v2/team/app/manifests/1.0`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    await pushImage(registry, 'team/app', '1.1', createTestImage('app 1.1'));
    await waitUntil(() => row('team/app', '1.1'));
    await waitUntil(async () => (await state()).waiting === 0);

    expect((await state()).accepted).toBe(accepted + 1);
  });

  test('a moved tag, an index and a deletion are seen', async () => {
    const amd64 = createTestImage('index amd64');
    const arm64 = createTestImage('index arm64');
    await pushImage(registry, 'team/app', '1.0', createTestImage('app 1.0 again'));
    for (const [tag, image] of Object.entries({ amd64, arm64 })) await pushImage(registry, 'team/multi', tag, image);
    const index = createTestIndex({ 'linux/amd64': amd64, 'linux/arm64': arm64 });
    await pushManifest(registry, 'team/multi', '2.0', index);
    await deleteManifest(registry, 'team/app', createTestImage('app 1.1').manifest.digest);

    await waitUntil(async () => {
      const rows = (await list()).map((each) => `${each.ImageRepoAddress?.split('/').at(-1)}:${each.ImageTag}`);
      return rows.toSorted().join() === 'app:1.0,multi:2.0,multi:2.0,multi:amd64,multi:arm64';
    });
    const moved = createTestImage('app 1.0 again').manifest.digest;
    await waitUntil(async () => (await row('team/app', '1.0'))?.ImageDigest === moved);
  });

  test('who has not the token changes nothing, and is counted', async () => {
    const body = JSON.stringify({ events: [{ action: 'push', target: { repository: 'team/app', tag: '9' } }] });
    const { status } = await sendRequest(plimsoll.url, {
      method: 'POST',
      path: new URL(webhook.url).pathname,
      headers: { 'content-type': 'application/json', authorization: 'Bearer plw_forged' },
      body,
    });

    expect(status).toBe(401);
    await waitUntil(async () => (await state()).refused === 1);
    const metrics = await sendRequest(plimsoll.url, { method: 'GET', path: '/metrics', headers: {}, body: '' });
    expect(metrics.text).toContain('plimsoll_event_requests_total{sender="",outcome="refused"} 1');
    expect(metrics.text).toMatch(/plimsoll_event_requests_total\{sender="distribution",outcome="accepted"\} \d+/);
  });

  test('the command tells the token once, with a recipe, and a removed webhook refuses', async () => {
    const made = await run('registry', 'webhook', 'lab');
    expect(made.out).toMatch(/token {4}plw_/);
    expect(made.note).toContain('Authorization: [Bearer plw_');

    const table = await run('registry', 'events');
    expect(table.out).toMatch(/NAME +WEBHOOK +LAST EVENT/);
    expect(`${table.out}${table.note}`).not.toContain('plw_');
    expect((await run('registry', 'webhook', 'lab', '--remove')).exitCode).toBe(0);
    expect((await state()).hasToken).toBe(false);
  });
});
