import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import { type HttpProxyOptions, startHttpProxy } from '../../test/support/start-http-proxy.ts';
import { startScriptedServer } from '../../test/support/start-scripted-server.ts';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import type { ProxySettings } from '../model/proxy-settings.ts';
import { updateAdvisories } from './update.ts';

const { signal } = new AbortController();
const NAME = 'feeds.test';
const certificate = selfSignedCertificate();

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'update-proxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function openProxy(options: HttpProxyOptions = {}) {
  const proxy = await startHttpProxy({ hosts: { [NAME]: '127.0.0.1' }, ...options });
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** A mirror that only the proxy can look up. */
async function serveFeed(tls?: Parameters<typeof startScriptedServer>[1]): Promise<string> {
  const zip = join(newFolder(), 'all.zip');
  await writeAdvisoryZip(zip, [
    { id: 'CVE-2026-0001', affected: [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] }] },
  ]);
  const server = await startScriptedServer((_, response) => void response.end(readFileSync(zip)), tls);
  onTestFinished(() => server.stop());
  return server.url.replace('127.0.0.1', NAME);
}

const update = (osvUrl: string, proxy: ProxySettings) =>
  updateAdvisories(
    { dataDir: newFolder(), osvUrl, ecosystems: ['npm'], retryDelayMs: 0, now: () => new Date(), proxy },
    signal,
  );

test('a feed over http comes through the proxy, signed in', async () => {
  const proxy = await openProxy({ account: { username: 'ann', password: 'right' } });
  const url = await serveFeed();

  const { snapshot } = await update(url, { http: proxy.url.replace('//', '//ann:right@') });

  expect(snapshot.advisories).toBe(1);
  expect(proxy.passed).toEqual([`GET ${url}/npm/all.zip`]);
  expect(proxy.forwarded[0]?.host).toBe(new URL(url).host);
});

test.skipIf(!certificate)('a feed over https is asked in a tunnel, and its certificate is verified there', async () => {
  const proxy = await openProxy();
  const url = await serveFeed(certificate);

  await expect(update(url, { https: proxy.url })).rejects.toMatchObject({
    message: expect.stringMatching(/self.signed/),
  });

  expect(new Set(proxy.passed)).toEqual(new Set([`CONNECT ${new URL(url).host}`]));
});

test.each(['http', 'https'] as const)(
  'a proxy that wants an account is named, without its password, over %s',
  async (scheme) => {
    const proxy = await openProxy({ account: { username: 'ann', password: 'right' } });
    const through = proxy.url.replace('//', '//ann:wrong-password@');

    const error = await update(`${scheme}://${NAME}`, { [scheme]: through }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'proxy-refused',
      message: expect.stringContaining(`${proxy.url} answers 407`),
    });
    expect(String(error)).not.toContain('wrong-password');
  },
);

test.each(['http', 'https'] as const)('a proxy where nothing listens is named, over %s', async (scheme) => {
  const error = update(`${scheme}://${NAME}`, { [scheme]: 'http://ann:secret@127.0.0.1:1' });

  await expect(error).rejects.toMatchObject({
    code: 'proxy-unreachable',
    message: expect.stringContaining('http://127.0.0.1:1 cannot be used'),
    retryable: true,
  });
});
