import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeAdvisoryFolder } from '../../demo/advisory-folder.ts';
import { demoRepositories } from '../../demo/demo-images.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { claimDataFolder } from '../../src/commands/claim-data-folder.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';

const account = { username: 'scanner', password: 'registry-password-1' };
const NEVER_ANSWERS = 'http://127.0.0.1:1';

let work: string;
let registry: ServedRegistry;
let plimsoll: TestPlimsoll;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-commands-'));
  const feeds = await writeAdvisoryFolder(join(work, 'feeds'));
  registry = await serveRegistry({ repositories: demoRepositories(), auth: account });
  const advisories = { PLIMSOLL_ADVISORIES_URL: `file://${feeds.osv}`, PLIMSOLL_KEV_URL: `file://${feeds.kev}` };
  plimsoll = await startTestPlimsoll(advisories);
  environment = {
    ...advisories,
    PLIMSOLL_DATA_DIR: plimsoll.dataDir,
    PLIMSOLL_ENDPOINT: plimsoll.url,
    PLIMSOLL_SECRET_ID: plimsoll.key.secretId,
    PLIMSOLL_SECRET_KEY: plimsoll.key.secretKey,
  };
});
afterAll(async () => {
  await plimsoll.stop();
  await registry.stop();
  rmSync(work, { recursive: true, force: true });
});

/** Runs one command line as a shell would; `env` is laid over the server's. */
async function run(
  line: string,
  options: { env?: Readonly<Record<string, string>>; input?: string; signal?: AbortSignal; width?: number } = {},
) {
  const { terminal, written } = captureTerminal({ width: options.width ?? 160 });
  const exitCode = await runCommandLine(line.split(' '), {
    env: { ...environment, ...options.env },
    terminal,
    signal: options.signal ?? new AbortController().signal,
    now: () => new Date(),
    readInput: async () => options.input ?? '',
  });
  return { exitCode, ...written };
}

/** As it was before a terminal broke its lines. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('from an empty server to a list, by commands alone', () => {
  test('the folder of advisories is imported', async () => {
    const result = await run(`advisories import ${join(work, 'feeds')}`);

    expect(result).toMatchObject({ exitCode: 0, note: '' });
    // The server asks its feeds by itself, too, and may be first.
    expect(result.out).toMatch(
      /^Advisories for 6 systems and ecosystems (?:are updated|have not changed): 21 advisories, 3 known to be exploited\.\n$/,
    );
  });

  test('a wrong password is said to be wrong, and the registry is stored all the same', async () => {
    const result = await run(`registry add wrong ${registry.url} -u scanner --password-stdin`, { input: 'nonsense\n' });

    expect(result.exitCode).toBe(1);
    expect(result.note).toMatch(/^error: Registry "wrong" is stored, but cannot be used: [\s\S]+\n {2}fix: .+/);
    expect(result.note).not.toContain('nonsense');
    const tested = await run('registry test wrong');
    expect(tested.exitCode).toBe(1);
    expect(oneLine(tested.note)).toContain(`\`plimsoll registry test ${registry.url}\` tries it from this machine`);
    expect((await run('registry list')).note).toMatch(
      /wrong: The registry refused the user name or password\.\n {2}fix: /,
    );
  });

  test('its account is mended from another machine, without the database, and it keeps its id', async () => {
    const elsewhere = { PLIMSOLL_DATA_DIR: join(work, 'elsewhere') };
    const still = await run('registry update wrong --password-stdin', { env: elsewhere, input: 'other-nonsense\n' });
    const mended = await run('registry update wrong --password-stdin', { env: elsewhere, input: account.password });
    const scanned = await run('registry update wrong --scan all --insecure --speed-limit 50 -o json', {
      env: { ...elsewhere, PLIMSOLL_REGISTRY_PASSWORD: 'of another command' },
    });

    expect(still.exitCode).toBe(1);
    expect(still.note).toMatch(/^error: Registry "wrong" is changed, but cannot be used: [\s\S]+\n {2}fix: .+/);
    expect(oneLine(still.note)).toContain('plimsoll registry update <name> -u <account>');
    expect(`${still.note}${still.out}`).not.toContain('nonsense');
    expect(mended.out).toMatch(/^Registry "wrong" is changed, and connected \(id (\d+)\)\.\n$/);
    expect(JSON.parse(scanned.out)).toEqual({ registry: 'wrong', id: expect.any(Number), connected: true });
    const { id } = JSON.parse(scanned.out);
    const detail = async () =>
      JSON.parse((await run(`call DescribeAssetImageRegistryRegistryDetail {"RegistryId":${id}}`)).out);
    const settings = { Username: 'scanner', Url: registry.url, SpeedLimit: 50, NeedScan: true, SyncMode: 1 };
    expect(await detail()).toMatchObject({ ...settings, Insecure: 1 });
    expect((await run('registry update wrong --scan off --no-insecure', { env: elsewhere })).exitCode).toBe(0);
    expect(await detail()).toMatchObject({ ...settings, NeedScan: false, Insecure: 0 });
  });

  test('an account needs a password, and a registry without an account none', async () => {
    const noPassword = await run('registry update wrong -u somebody');
    const empty = await run('registry update wrong --password-stdin', { input: '\n' });
    const anonymous = await run('registry update wrong --username=');
    const noAccount = await run('registry update wrong --password');

    expect(noPassword.note).toContain('There is no password for somebody.');
    expect(empty.note).toContain('The password of scanner is empty');
    expect(anonymous.note).toContain('is changed, but cannot be used');
    expect(noAccount.note).toContain('is asked without an account');
    expect([noPassword, empty, anonymous, noAccount].map(({ exitCode }) => exitCode)).toEqual([2, 2, 1, 2]);
    expect((await run('registry remove wrong')).out).toBe('Registry "wrong" is removed.\n');
  });

  test('a registry is added, tested, synced', async () => {
    const added = await run(`registry add staging ${registry.url} -u scanner --password-stdin`, {
      input: `${account.password}\n`,
    });
    const again = await run(`registry add staging ${registry.url} -u scanner --password-stdin`, {
      input: account.password,
    });
    const synced = await run('registry sync staging --wait');

    expect(added).toMatchObject({ exitCode: 0, note: 'Next: plimsoll registry sync staging --wait\n' });
    expect(again.exitCode).toBe(1);
    expect(oneLine(again.note)).toContain(
      'Choose another name, or change the one that is there: plimsoll registry update staging',
    );
    expect(synced.out).toBe('staging is in sync. Not images: 1 attestation.\n');
    expect((await run('registry test staging')).out).toContain('staging: connected');
    expect((await run('registry list -o name')).out).toBe('staging\n');
  });

  test('what a sync looks at is chosen when a registry is added, or later', async () => {
    const env = { PLIMSOLL_REGISTRY_PASSWORD: account.password };
    const images = async () =>
      (await run('image list -o csv')).out.split('\n').filter((line) => line.includes('127.0.0.1')).length;
    const before = await images();

    const added = await run(`registry add part ${registry.url} -u scanner --include shop/** --exclude **:nothing`, {
      env,
    });
    const synced = await run('registry sync part --wait');
    const chosen = await run('registry update part --include nothing/** --newest 5');
    const emptied = await run('registry sync part --wait');

    expect(added).toMatchObject({ exitCode: 0 });
    expect(synced.out).toMatch(/part is in sync\. .*Not looked at: \d+ repositor(?:y|ies) by pattern\./);
    expect(chosen.out).toBe(
      'A sync of "part" looks at nothing/**; leaves out **:nothing; the newest 5 tags of each repository.\n',
    );
    expect(emptied.out).toContain('Not looked at:');
    expect(oneLine((await run('image why-not shop/nothing:v1')).out)).toContain(
      'A sync of registry "part" leaves it out: it looks at nothing/**; leaves out **:nothing; the newest 5 tags',
    );
    expect(await images()).toBe(before);
    expect(JSON.parse((await run('registry update part --include= --exclude= --newest all -o json')).out)).toEqual({
      registry: 'part',
      include: [],
      exclude: [],
    });
    expect((await run('registry update part --include a:b:c')).exitCode).toBe(2);
    await run('registry remove part');
  });

  test('a test tells every stage, now by the server or from here, and fits the terminal', async () => {
    const now = await run('registry test staging --now', { width: 60 });
    const here = await run(`registry test ${registry.url} -u scanner -o json`, {
      env: { PLIMSOLL_REGISTRY_PASSWORD: account.password },
    });

    expect(now.out).toMatch(/^STAGE +RESULT +MS +DETAIL\n[\s\S]*\nblob +ok +\d+ +\d+ of \d+ bytes read\n/);
    for (const line of now.out.split('\n').slice(0, 10)) expect(line.length).toBeLessThanOrEqual(60);
    expect(JSON.parse(here.out)).toMatchObject({
      registry: registry.url,
      connected: true,
      stages: expect.arrayContaining([
        { stage: 'token', status: 'ok', milliseconds: expect.any(Number), detail: 'as scanner' },
      ]),
    });
    expect(`${now.out}${here.out}`).not.toContain(account.password);
  });

  test('before a scan nothing is known, and the list says so with dashes', async () => {
    const { out, note } = await run('image list --name web');

    expect(out).toMatch(/shop\/web:1\.4 .* - +- +not scanned/);
    expect(out).not.toMatch(/0C/);
    expect(note).toContain('- means unknown, which is not zero');
  });

  test('no authorised image is no task, with advice', async () => {
    const result = await run('task start --all');

    expect(result.exitCode).toBe(1);
    expect(result.note).toMatch(/request: [0-9a-f-]{36}/);
  });

  test('authorised images are scanned, and the list shows severities worst first', async () => {
    await run('image authorize --all');
    const scanned = await run('task start --all --wait');
    const list = await run('image list');

    expect(scanned.out).toMatch(/^Task \d+ is done\. (\d+) images: \1 scanned; \d+ at risk\.\n$/);
    expect(scanned.exitCode).toBe(5);
    expect(scanned.note).toMatch(/^incomplete: Not everything is known: vulnerabilities of 1 image\.\n {2}fix: /);
    expect(list.out).toMatch(/shop\/web:1\.4 .*3C {3}4H {3}1M {3}0L +yes/);
    expect(list.out).toMatch(/tools\/health:1\.0 .*0C {3}0H {3}0M {3}0L +no/);
    expect(list.out).toMatch(/legacy\/billing:2013 .* - +- /);
    expect(list.note).toMatch(
      /legacy\/billing:2013: This release of the operating system gets no security updates any more/,
    );
  });

  test('the list is for programs too, and an unknown is empty there, not zero', async () => {
    const csv = await run('image list -o csv --name billing');
    const lines = await run('image list -o ndjson --package lodash');
    const names = await run('image list -o name --severity critical --latest --limit 1');

    expect(csv.out.split('\r\n')[1]).toMatch(/,Debian GNU\/Linux 7 \(wheezy\),,,,,false,,/);
    expect(
      lines.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).ImageTag),
    ).toEqual(['stable', '1.5', '1.4']);
    expect(names.out).toBe(`${new URL(registry.url).host}/shop/web:stable\n`);
    expect(names.note).toBe('');
  });

  test('an image is shown by a reference without its front, and an ambiguous one lists its candidates', async () => {
    const shown = await run('image show shop/api:2.0');
    const several = await run('image show shop/web');

    expect(shown.out).toMatch(/Vulnerable {2}2C 5H 2M 1L/);
    expect(shown.out).toMatch(/high +CVE-2023-4863 +yes +libwebp7 +1\.2\.4-0\.2 +1\.2\.4-0\.2\+deb12u1/);
    expect(several.exitCode).toBe(1);
    expect(several.note).toContain('"shop/web" can be 3 images');
  });

  test('the platforms of an index are told apart, in the list and when one is meant', async () => {
    const listed = await run('image list --name worker');
    const names = (await run('image list --name worker -o name')).out.trim().split('\n');
    const [digest = ''] = /(?<=worker:3@)[0-9a-f]{12}/.exec(listed.out) ?? [];

    expect(new Set(names).size).toBe(2);
    for (const word of [...names, `worker:3@${digest}`, `sha256:${digest}`])
      expect((await run(`image show ${word}`)).out, word).toContain('shop/backend/worker:3');
    expect((await run('image show shop/backend/worker:3')).note).toContain(`worker:3@${digest}`);
  });

  test('what is not known is named wherever a condition hides it', async () => {
    const critical = await run('image list --severity critical');
    const running = await run('image list --running');

    expect(critical.out).not.toContain('legacy/billing');
    expect(critical.note).toContain('1 more image may have it: not scanned, or nobody can say.');
    expect(running.note).toMatch(/it cannot know\.\n$/);
  });

  test('a registry that is not there is no empty list', async () => {
    for (const command of ['image list --registry nope', 'task start --registry nope', 'registry sync nope']) {
      const { exitCode, note } = await run(command);

      expect(exitCode, command).toBe(1);
      expect(note, command).toBe('error: There is no registry "nope".\n  fix: Registries of this server: staging.\n');
    }
  });

  test('lists for programs hold times that programs read, and no prose', async () => {
    const registries = (await run('registry list -o csv')).out.split('\r\n');
    const tasks = (await run('task list -o csv')).out.split('\r\n');

    expect(registries[0]).toBe('id,name,type,url,connection,sync,synced,reason');
    expect(registries[1]).toMatch(/^\d+,staging,docker,http:.*,connected,success,\d{4}-\d\d-\d\dT[\d:.]+Z,$/);
    expect(tasks[0]).toBe('id,status,images,finished,started,ended,by');
    expect(tasks[1]).toMatch(/^\d+,finished,(\d+),\1,[\d-]+T[\d:.]+Z,[\d-]+T[\d:.]+Z,/);
  });

  test.for([60, 80, 100, 160])('no list is wider than a terminal of %i columns', async (width) => {
    for (const command of ['image list', 'registry list', 'task list', 'advisories status']) {
      const { out } = await run(command, { width });

      expect(Math.max(...out.split('\n').map((line) => line.length)), command).toBeLessThanOrEqual(width);
      expect(out, command).not.toBe('');
    }
  });

  test('a number is explained: rule, advisory, package, layer, date of the data', async () => {
    const image = await run('image why web:1.4');
    const { counted } = JSON.parse((await run('image why web:1.4 -o json')).out) as {
      readonly counted: readonly { readonly id: string; readonly severity: string }[];
    };
    const found = await run(`image why web:1.4 ${counted[0]?.id}`);
    const other = await run('image why web:1.4 CVE-1999-0001');

    expect(image).toMatchObject({ exitCode: 0 });
    expect(oneLine(image.out)).toMatch(/Advisories [0-9a-f]{12}, compiled .+ Counted 3C 4H 1M 0L .+LOOKED UP IN/);
    expect(counted).toHaveLength(8);
    expect(oneLine(found.out)).toMatch(
      /Verdict It counts Because an advisory says .+ Severity critical, from .+ Range >= /,
    );
    expect(found.out).toMatch(/Looked up +\S+ \S+ \S+\nAdvisory .+: affected\n/);
    expect(oneLine(other.out)).toContain('It does not count Because no advisory that is here mentions it');
  });

  test('what is missing is explained, too', async () => {
    const why = async (word: string) => oneLine((await run(`image why-not ${word}`)).out);
    const host = new URL(registry.url).host;

    expect(await why('web:1.4')).toMatch(/shop\/web:1\.4 .+ is in the list\./);
    expect(await why('billing:2013')).toMatch(/Not everything is known: .+Debian:7/);
    expect(await why('registry.example.com/shop/web:1.4')).toContain(
      'No registry at registry.example.com has been added',
    );
    expect(await why(`${host}/shop/nothing:1`)).toContain('did not list a repository shop/nothing');
    expect(await why(`${host}/shop/web:nothing`)).toContain('lists shop/web, but not its tag nothing');
  });

  test('results can be asked as of advisories that are kept', async () => {
    const status = JSON.parse((await run('advisories status -o json')).out) as {
      readonly kept: readonly { readonly id: string; readonly current: boolean }[];
    };
    const [kept] = status.kept;
    const shown = await run(`image show web:1.4 --as-of ${kept?.id.slice(0, 12)}`);
    const unknown = await run('image show web:1.4 --as-of 2001-01-01');
    const changes = await run('advisories changes');

    expect(kept?.current).toBe(true);
    expect(shown.out).toMatch(/^As of [0-9a-f]{12}, compiled /);
    expect(shown.out).toContain('3C 4H 1M 0L');
    expect(shown.note).toContain('What is stored of the image now says the same.');
    expect(unknown.exitCode).toBe(1);
    expect(oneLine(unknown.note)).toContain(`kept are ${kept?.id.slice(0, 12)} of`);
    expect(changes).toMatchObject({ exitCode: 0, out: '' });
  });

  test('tasks are listed, and stopping one that has ended changes nothing', async () => {
    const listed = await run('task list');
    const id = (await run('task list -o name')).out.trim();
    const stopped = await run(`task stop ${id}`);

    expect(listed.out).toMatch(/finished +(\d+)\/\1 /);
    expect(stopped).toMatchObject({ exitCode: 0, out: `Task ${id} is stopped.\n` });
    expect((await run(`task status ${id}`)).out).toContain(`Task ${id} is finished, 100%.`);
    expect((await run('task status 99')).note).toContain('ResourceNotFound');
  });
});

describe('exit codes', () => {
  const scan = (rest: string, env = {}) =>
    run(`scan ${new URL(registry.url).host}/${rest}`, {
      env: { PLIMSOLL_REGISTRY_PASSWORD: account.password, ...env },
    });

  test('0 for an image that nothing stands against', async () => {
    const { exitCode, out } = await scan('tools/health:1.0 -u scanner --fail-on critical,high,medium,low,kev,unknown');

    expect(out).toContain('Debian GNU/Linux 13 (trixie)');
    expect(exitCode).toBe(0);
  });

  test('3 for what --fail-on names', async () => {
    const { exitCode, note } = await scan('shop/api:2.0 -u scanner --fail-on kev');

    expect(exitCode).toBe(3);
    expect(note).toMatch(/kev: 2 \(CVE-2023-4863, CVE-2023-4911\)/);
  });

  test('5 for an image that nobody can judge, although it lists nothing', async () => {
    const { exitCode, out, note } = await scan('legacy/billing:2013 -u scanner');

    expect(exitCode).toBe(5);
    expect(out).toContain('Vulnerable  - (unknown, which is not zero)');
    expect(note).toContain('an empty list does not mean that it is safe');
  });

  test('4 when the registry refuses the sign-in', async () => {
    expect((await scan('shop/api:2.0 -u scanner', { PLIMSOLL_REGISTRY_PASSWORD: 'nonsense' })).exitCode).toBe(4);
  });

  test('4 with a wrong key, and with no key at all', async () => {
    const wrong = await run('image list', { env: { PLIMSOLL_SECRET_KEY: 'another-secret-key-of-mine' } });
    const none = await run('image list', {
      env: { PLIMSOLL_SECRET_ID: '', PLIMSOLL_SECRET_KEY: '', PLIMSOLL_DATA_DIR: join(work, 'empty') },
    });

    expect(wrong.exitCode).toBe(4);
    expect(wrong.note).toMatch(/AuthFailure\.SignatureFailure.*\n {2}fix: .*\n {2}request: /);
    expect(none.exitCode).toBe(4);
    expect(none.note).toContain('There is no API key to sign with.');
  });

  test('1 when no server answers, with what to do', async () => {
    const { exitCode, note } = await run(`image list --endpoint ${NEVER_ANSWERS}`);

    expect(exitCode).toBe(1);
    expect(note).toContain(`No server answers at ${NEVER_ANSWERS}`);
    expect(note).toContain('plimsoll serve');
  });

  test('1 when something else answers', async () => {
    expect((await run(`image list --endpoint ${registry.url}`)).note).toContain('does not answer as Plimsoll');
  });

  test('1 when another server works on the data folder, whatever the port', async () => {
    const env = { PLIMSOLL_DATA_DIR: join(work, 'claimed') };
    using _first = await claimDataFolder(env.PLIMSOLL_DATA_DIR);
    const { exitCode, note } = await run('serve --listen 127.0.0.1:0', { env });

    expect(exitCode).toBe(1);
    expect(note).toMatch(/^error: Another Plimsoll server works on .*claimed\./);
  });

  test('2 for a value that the server refuses', async () => {
    const { exitCode, note } = await run('registry add odd ftp://registry.example.com');

    expect(exitCode).toBe(2);
    expect(note).toMatch(/its scheme must be http or https/);
  });

  test.for([
    ['registry add odd http://127.0.0.1:1 --speed-limit abc', '--speed-limit'],
    ['scan ./x.tar --platform nonsense', 'os/architecture'],
    ['scan registry.example.com/UPPER:1', 'repository names are lower case'],
    ['task status nonsense', 'whole number'],
    ['advisories import /no/such/folder', 'There is no folder /no/such/folder.'],
  ] as const)('2 for %s, with what to write instead', async ([command, hint]) => {
    const { exitCode, note } = await run(command);

    expect(exitCode).toBe(2);
    expect(note).toContain(hint);
    expect(note).toMatch(/\n {2}fix: ./);
  });

  test('1 for a file that is not there or is no image, with advice for a file', async () => {
    const text = join(work, 'text.tar');
    writeFileSync(text, 'no tar at all');

    for (const path of [join(work, 'nothing.tar'), text, work]) {
      const { exitCode, note, out } = await run(`scan ${path}`);

      expect({ exitCode, out }, path).toEqual({ exitCode: 1, out: '' });
      expect(note, path).toContain(path);
      expect(note, path).not.toMatch(/registry management|Synchronise|at .*\.ts/);
    }
  });

  test('1 where there is no database to look into, and none is made', async () => {
    for (const command of ['task list', 'key list', 'key revoke someone']) {
      const { exitCode, note } = await run(command, { env: { PLIMSOLL_DATA_DIR: join(work, 'misspelt') } });

      expect(exitCode, command).toBe(1);
      expect(note, command).toContain(`There is no database in ${join(work, 'misspelt')} yet.`);
    }
    expect(existsSync(join(work, 'misspelt'))).toBe(false);
  });

  test('1 when the port is in use, and nothing goes on running', async () => {
    const { exitCode, note, out } = await run(`serve --listen ${new URL(plimsoll.url).host}`, {
      env: { PLIMSOLL_DATA_DIR: join(work, 'second') },
    });

    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(note).toMatch(/^error: .* is in use: .*\n {2}fix: .*--listen/);
  });

  test('2 for a wrong option, a missing argument, and a wrong setting', async () => {
    expect((await run('image list --sort nope')).exitCode).toBe(2);
    expect((await run('image show')).exitCode).toBe(2);
    expect((await run('registry sync')).exitCode).toBe(2);
    expect((await run('image list', { env: { PLIMSOLL_JOBS: 'many' } })).exitCode).toBe(2);
  });

  test('130 when a wait is interrupted', async () => {
    const { exitCode, note } = await run('registry sync --all --wait', { signal: AbortSignal.abort() });

    expect({ exitCode, note }).toEqual({ exitCode: 130, note: 'Interrupted.\n' });
  });

  test('0 for help and version', async () => {
    expect((await run('--help')).exitCode).toBe(0);
    expect(await run('--version')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

test('a key is made, used, listed without its secret, and revoked', async () => {
  const made = JSON.parse((await run('key create ci -o json')).out);
  const env = { PLIMSOLL_SECRET_ID: made.secretId, PLIMSOLL_SECRET_KEY: made.secretKey };

  expect((await run('image list -o json', { env })).exitCode).toBe(0);
  expect((await run('registry sync --all', { env })).exitCode).toBe(4); // a reader may only look
  expect((await run('key list -o json')).out).not.toContain(made.secretKey);
  expect((await run(`key revoke ${made.secretId}`)).exitCode).toBe(0);
  expect((await run('image list', { env })).exitCode).toBe(4);
});

test('an import of nothing, and of a damaged file, keeps what there was', async () => {
  const broken = mkdtempSync(join(work, 'broken-'));
  const nothing = await run(`advisories import ${broken}`);
  rmSync(broken, { recursive: true });
  const damaged = await writeAdvisoryFolder(broken);
  writeFileSync(join(damaged.osv, 'npm', 'all.zip'), 'no zip at all');
  const partly = await run(`advisories import ${broken}`);

  expect(nothing.note).toContain('There are no advisories in');
  expect(partly.exitCode).toBe(5);
  expect(partly.note).toMatch(/what was there before stays in use\.\n {2}osv\/npm: /);
  expect((await run('advisories status')).out).toMatch(/osv\/npm +5 /);
});

test('an import takes scores from a file that is named, or lies in the folder', async () => {
  const env = { PLIMSOLL_DATA_DIR: join(work, 'scored') };
  const scores = join(work, 'scores.csv.gz');
  const text =
    '#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2021-23337,0.5,0.9\n';
  writeFileSync(scores, gzipSync(text));
  const folder = join(work, 'with-scores');
  cpSync(join(work, 'feeds'), folder, { recursive: true });
  cpSync(scores, join(folder, 'epss_scores-current.csv.gz'));

  const named = await run(`advisories import ${join(work, 'feeds')} --epss ${scores}`, { env });
  const lying = await run(`advisories import ${folder}`, { env: { PLIMSOLL_DATA_DIR: join(work, 'scored-too') } });

  expect([named.exitCode, lying.exitCode]).toEqual([0, 0]);
  for (const PLIMSOLL_DATA_DIR of [join(work, 'scored'), join(work, 'scored-too')]) {
    expect((await run('advisories status', { env: { PLIMSOLL_DATA_DIR } })).out).toMatch(/epss\/scores +1 /);
  }
  const none = await run(`advisories import ${folder} --epss ${join(work, 'none.csv.gz')}`, { env });
  expect([none.exitCode, none.note]).toEqual([2, expect.stringContaining('There is no file')]);
});

test('the status of advisories names the VEX files that are in use, and those that are not', async () => {
  const vex = join(work, 'stated');
  mkdirSync(vex, { recursive: true });
  writeFileSync(join(vex, 'broken.json'), '{');

  const { out } = await run('advisories status', { env: { PLIMSOLL_VEX: vex } });

  expect(out).toMatch(/VEX FILE +STATEMENTS +NOT IN USE\nbroken\.json +0 +\S/);
});

test('without the catalogue of what is exploited, nothing passes for not exploited', async () => {
  const env = { PLIMSOLL_DATA_DIR: join(work, 'no-kev'), PLIMSOLL_REGISTRY_PASSWORD: account.password };
  const folder = mkdtempSync(join(work, 'osv-only-'));
  cpSync(join(work, 'feeds', 'osv'), join(folder, 'osv'), { recursive: true });
  const imported = await run(`advisories import ${folder}`, { env });
  const scanned = await run(`scan ${registry.url}/tools/health:1.0 -u scanner --fail-on kev`, { env });

  expect(imported.note).toContain('No known_exploited_vulnerabilities.json given');
  expect(imported.out).toContain('21 advisories; which are exploited is unknown');
  expect((await run('advisories status', { env })).out).not.toMatch(/\b0 known/);
  expect(scanned.exitCode).toBe(5);
  expect(scanned.note).toMatch(/^incomplete: Nobody can say what is exploited/);
});

test('a scan signs in with what docker login keeps, and without it is refused', async () => {
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  const { host } = new URL(registry.url);
  const folder = join(work, 'docker');
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  const line = `scan ${host}/tools/health:1.0 --kinds risk`;

  const signedIn = await run(line, { env: { DOCKER_CONFIG: folder } });
  const anonymous = await run(`${line} --username=`, { env: { DOCKER_CONFIG: folder } });
  const named = await run(`${line} -u scanner`, {
    env: { DOCKER_CONFIG: folder, PLIMSOLL_REGISTRY_PASSWORD: 'wrong' },
  });

  expect(signedIn.exitCode).toBe(0);
  expect(oneLine(signedIn.note)).toContain(`The account for ${host} is that of ${join(folder, 'config.json')}.`);
  expect(`${signedIn.out}${signedIn.note}`).not.toContain(account.password);
  expect([anonymous.exitCode, named.exitCode]).toEqual([4, 4]);
});

test('a scan over plain HTTP needs the scheme only where the machine is another', async () => {
  const result = await run(`scan ${registry.url}/tools/health:1.0 -u scanner`, {
    env: { PLIMSOLL_REGISTRY_PASSWORD: account.password },
  });

  expect(result.exitCode).toBe(0);
  expect(result.out).toContain('Vulnerable  0C 0H 0M 0L');
  expect(result.out).toContain('4 packages in 1 layer,');
});

test('settings are shown without their secrets', async () => {
  const { out, exitCode } = await run('config -o json');
  const text = (await run('config')).out;

  expect(text).toMatch(/^PLIMSOLL_DATABASE_URL {2}\(not set: a SQLite file in the data folder\)$/m);
  expect(text).not.toContain(plimsoll.key.secretKey);

  expect(exitCode).toBe(0);
  expect(out).toContain(plimsoll.dataDir);
  expect(out).not.toContain(plimsoll.key.secretKey);
});
