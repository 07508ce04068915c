import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseReference } from '../../oci/parse-reference.ts';
import { findStoredLogin } from './find-stored-login.ts';

const SECRET = 'pass:word-1';
const encoded = (text: string) => Buffer.from(text).toString('base64');
const entry = { auth: encoded(`alice:${SECRET}`) };
const alice = { username: 'alice', password: SECRET };
const idle = new AbortController().signal;

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-logins-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function write(path: string, content: unknown): string {
  const whole = join(work, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, typeof content === 'string' ? content : JSON.stringify(content));
  return whole;
}

/** A credential helper: a program in the path, as Docker would find it. */
function helper(name: string, script: string): void {
  chmodSync(write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

async function find(reference: string, environment: Readonly<Record<string, string>> = {}, signal = idle) {
  let notes = '';
  const note = (text: string) => {
    notes += text;
  };
  const env = { HOME: join(work, 'home'), PATH: `${join(work, 'bin')}:${process.env.PATH}`, ...environment };
  const account = await findStoredLogin(parseReference(reference), { environment: env, note, signal });
  expect(notes).not.toContain(SECRET);
  expect(notes).not.toContain(entry.auth);
  return { account, notes };
}

describe('what docker login keeps', () => {
  test.each([
    ['a host', 'registry.test:5000/a/b:1', 'registry.test:5000'],
    ['an address, as old versions wrote it', 'registry.test/a/b', 'https://registry.test/v2/'],
    ['Docker Hub', 'debian:12', 'https://index.docker.io/v1/'],
    ['Docker Hub, as Podman writes it', 'docker.io/acme/app', 'docker.io'],
    ['a folder of a registry', 'registry.test/a/b', 'registry.test/a'],
  ])('by %s', async (_, reference, key) => {
    const path = write('home/.docker/config.json', { auths: { [key]: entry, 'other.test': { auth: encoded('b:c') } } });

    const { account, notes } = await find(reference);

    expect(account).toEqual(alice);
    expect(notes).toMatch(/^The account for \S+ is that of /);
    expect(notes).toContain(path);
  });

  test('the closest wins, and another host has none of it', async () => {
    write('home/.docker/config.json', {
      auths: { 'registry.test': entry, 'registry.test/a': { auth: encoded('b:c') } },
    });

    expect((await find('registry.test/a/b')).account).toEqual({ username: 'b', password: 'c' });
    expect((await find('registry.test/ab/c')).account).toEqual(alice);
    expect(await find('registry.test:444/a/b')).toEqual({ account: undefined, notes: '' });
    expect(await find('registry.test.evil.test/a')).toEqual({ account: undefined, notes: '' });
  });

  test('DOCKER_CONFIG names another folder, and Podman is asked after Docker', async () => {
    write('home/.docker/config.json', { auths: { 'home.test': entry } });
    write('docker/config.json', { auths: { 'named.test': entry } });
    write('run/containers/auth.json', { auths: { 'run.test': entry } });
    const file = write('auth.json', { auths: { 'file.test': entry } });
    const named = { DOCKER_CONFIG: join(work, 'docker'), XDG_RUNTIME_DIR: join(work, 'run') };

    expect((await find('named.test/a', named)).account).toEqual(alice);
    expect((await find('home.test/a', named)).account).toBeUndefined();
    expect((await find('run.test/a', named)).account).toEqual(alice);
    expect((await find('file.test/a', { ...named, REGISTRY_AUTH_FILE: file })).account).toEqual(alice);
    expect((await find('run.test/a', { ...named, REGISTRY_AUTH_FILE: file })).account).toBeUndefined();
  });

  test('no file is nothing to tell, unless it was named', async () => {
    expect(await find('registry.test/a')).toEqual({ account: undefined, notes: '' });
    expect((await find('registry.test/a', { REGISTRY_AUTH_FILE: join(work, 'none') })).notes).toContain('no such file');
  });
});

describe('what cannot be used is named, and the next file is read', () => {
  test.each([
    ['no JSON', `{"auths": {"registry.test": {"auth": "${entry.auth}"`, 'it is no JSON'],
    ['another shape', { auths: { 'registry.test': { auth: 7 } } }, 'auths.registry.test.auth'],
    [
      'no user:password',
      { auths: { 'registry.test': { auth: encoded(SECRET.replace(':', '')) } } },
      'not user:password',
    ],
    [
      'an identity token',
      { auths: { 'registry.test': { auth: encoded('a:'), identitytoken: SECRET } } },
      'identity token',
    ],
    ['a helper that is none', { credsStore: '../../bin/sh' }, 'credential helper'],
    [
      'a helper that is not there',
      { credHelpers: { 'registry.test': 'nowhere' } },
      'docker-credential-nowhere is not installed',
    ],
    ['a file too large', ' '.repeat(1024 * 1024 + 1), 'larger than'],
  ])('%s', async (_, content, why) => {
    const path = write('home/.docker/config.json', content);
    const file = write('auth.json', { auths: { 'registry.test': entry } });

    const alone = await find('registry.test/a');
    const followed = await find('registry.test/a', { REGISTRY_AUTH_FILE: file });

    expect(alone.account).toBeUndefined();
    expect(alone.notes).toContain(`${path} gives no account for registry.test: `);
    expect(alone.notes).toContain(why);
    expect(followed.account).toEqual(alice);
  });
});

describe('credential helpers', () => {
  const config = (content: unknown) => write('home/.docker/config.json', content);
  const answer = JSON.stringify({ ServerURL: 'x', Username: 'alice', Secret: SECRET });

  test('one is asked for its host on standard input, and sees nothing of Plimsoll', async () => {
    config({ auths: { 'registry.test': {} }, credsStore: 'own', credHelpers: { 'docker.io': 'hub' } });
    helper('own', `cat > ${work}/asked; env > ${work}/env; echo "$1" > ${work}/arguments; echo '${answer}'`);
    helper('hub', `cat > ${work}/asked-hub; echo '${answer}'`);

    expect((await find('registry.test/a', { PLIMSOLL_SECRET_KEY: 'k' })).account).toEqual(alice);
    expect((await find('debian')).account).toEqual(alice);
    expect(readFileSync(join(work, 'asked'), 'utf8')).toBe('registry.test');
    expect(readFileSync(join(work, 'arguments'), 'utf8')).toBe('get\n');
    expect(readFileSync(join(work, 'env'), 'utf8')).not.toContain('PLIMSOLL');
    expect(readFileSync(join(work, 'asked-hub'), 'utf8')).toBe('https://index.docker.io/v1/');
  });

  test('one that has nothing leaves it to the file', async () => {
    config({ auths: { 'registry.test': entry }, credsStore: 'own' });
    helper('own', 'echo credentials not found in native keychain; exit 1');

    expect((await find('registry.test/a')).account).toEqual(alice);
    expect(await find('other.test/a')).toEqual({ account: undefined, notes: '' });
  });

  test.each([
    ['fails', `echo ${SECRET}; echo ${SECRET} >&2; exit 3`, 'ended with exit code 3'],
    ['answers something else', `echo ${SECRET}`, 'does not answer as a credential helper'],
    ['never ends its answer', `yes ${SECRET}`, 'writes more than 65536 bytes'],
    ['has an identity token', `echo '{"Username":"<token>","Secret":"${SECRET}"}'`, 'identity token'],
  ])('one that %s is named, without what it wrote', async (_, script, why) => {
    config({ credsStore: 'own' });
    helper('own', script);

    const { account, notes } = await find('registry.test/a');

    expect(account).toBeUndefined();
    expect(notes).toContain(`docker-credential-own`);
    expect(notes).toContain(why);
  });

  test('one that hangs ends with the scan', async () => {
    config({ credsStore: 'own' });
    helper('own', `echo here > ${work}/asked; exec sleep 60`);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);

    await expect(find('registry.test/a', {}, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
