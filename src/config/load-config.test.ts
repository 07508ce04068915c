import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Config, describeSettings, InvalidConfig, loadConfig } from './load-config.ts';

test('without any variable every setting has its default', () => {
  const config = loadConfig({ HOME: '/home/ann' });

  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 9460 },
    endpoint: 'http://127.0.0.1:9460',
    dataDir: '/home/ann/.local/share/plimsoll',
    databaseUrl: undefined,
    workers: Math.max(1, availableParallelism() - 1),
    allowPrivateRegistries: true,
    rateLimit: 20,
    logLevel: 'info',
  });
});

test('the data folder follows XDG_DATA_HOME, and lies in the working directory where there is no home', () => {
  expect(loadConfig({ HOME: '/home/ann', XDG_DATA_HOME: '/data' }).dataDir).toBe('/data/plimsoll');
  expect(loadConfig({}).dataDir).toBe(join(process.cwd(), '.plimsoll'));
  expect(loadConfig({ PLIMSOLL_DATA_DIR: 'here' }).dataDir).toBe(join(process.cwd(), 'here'));
});

test.for([
  ['PLIMSOLL_LISTEN', '[::1]:80', 'listen', { host: '::1', port: 80 }],
  ['PLIMSOLL_LISTEN', '0.0.0.0:0', 'listen', { host: '0.0.0.0', port: 0 }],
  ['PLIMSOLL_ALLOW_PRIVATE_REGISTRIES', 'Off', 'allowPrivateRegistries', false],
  ['PLIMSOLL_RATE_LIMIT', '0', 'rateLimit', 0],
  ['PLIMSOLL_ADVISORIES_URL', 'file:///srv/osv/', 'advisoriesUrl', 'file:///srv/osv'],
  ['PLIMSOLL_LOG_LEVEL', 'WARN', 'logLevel', 'warn'],
  ['PLIMSOLL_MAX_LAYER_BYTES', '512 MiB', 'maxLayerBytes', 512 * 1024 ** 2],
  ['PLIMSOLL_MAX_FILE_BYTES', '65536', 'maxFileBytes', 65_536],
  ['PLIMSOLL_MASTER_KEY', '00'.repeat(32), 'masterKey', Buffer.alloc(32)],
  ['PLIMSOLL_MASTER_KEY', Buffer.alloc(32, 7).toString('base64'), 'masterKey', Buffer.alloc(32, 7)],
] as const)('%s=%s is understood', ([name, text, key, value]) => {
  expect(loadConfig({ [name]: text })[key]).toEqual(value);
});

test.for([
  [{ HTTPS_PROXY: 'proxy.example.com:3128' }, { httpsProxy: 'http://proxy.example.com:3128/' }],
  [
    { https_proxy: 'https://a', HTTPS_PROXY: 'https://b' },
    { httpsProxy: 'https://a/', httpProxy: undefined },
  ],
  [{ http_proxy: '', HTTP_PROXY: 'http://ann:p%40ss@b:1/' }, { httpProxy: 'http://ann:p%40ss@b:1/' }],
  [{ no_proxy: '.example.com, 10.0.0.0/8' }, { noProxy: '.example.com, 10.0.0.0/8' }],
] as const)('proxies are read as other programs do: %j', ([env, expected]) => {
  expect(loadConfig(env)).toMatchObject(expected);
});

test('a proxy is never shown, nor when it is wrong', () => {
  const env = { https_proxy: 'socks5://ann:secret@proxy:1080' };

  expect(() => loadConfig(env)).toThrow('HTTPS_PROXY: write an HTTP proxy such as');
  expect(() => loadConfig(env)).not.toThrow('secret');
  expect(describeSettings(env).find(({ name }) => name === 'HTTPS_PROXY')).toMatchObject({
    value: '********',
    source: 'environment',
  });
});

describe('a wrong setting is refused with its name and how to write it', () => {
  test.for([
    [
      'PLIMSOLL_LISTEN',
      '9460',
      'PLIMSOLL_LISTEN: "9460" is not valid: write host:port, such as 127.0.0.1:9460 or [::1]:9460.',
    ],
    ['PLIMSOLL_LISTEN', 'localhost:70000', 'write host:port'],
    ['PLIMSOLL_WORKERS', '0', 'PLIMSOLL_WORKERS: "0" is not valid: write a whole number from 1 to 256.'],
    ['PLIMSOLL_WORKERS', '1.5', 'write a whole number'],
    ['PLIMSOLL_MAX_LAYER_BYTES', '16GB', 'with KiB, MiB, GiB or TiB, such as 16GiB'],
    ['PLIMSOLL_MAX_LAYER_BYTES', '1KiB0', 'write at least 1024 bytes'],
    ['PLIMSOLL_MAX_UNPACKED_BYTES', '9999999TiB', 'write at least 1024 bytes'],
    ['PLIMSOLL_ALLOW_PRIVATE_REGISTRIES', 'maybe', 'write on or off'],
    ['PLIMSOLL_ADVISORIES_URL', '/srv/osv', 'write a URL that begins with http:// or https:// or file://'],
    ['PLIMSOLL_LOG_LEVEL', 'loud', 'write one of debug, info'],
    ['PLIMSOLL_DATADIR', '/data', 'PLIMSOLL_DATADIR: no such setting; `plimsoll config` lists them all.'],
    ['PLIMSOLL_SECRET_ID', 'only-the-id', 'PLIMSOLL_SECRET_ID and PLIMSOLL_SECRET_KEY: give both'],
  ] as const)('%s=%s', ([name, text, message]) => {
    expect(() => loadConfig({ [name]: text })).toThrow(message);
  });

  test('all that is wrong is said at once, and a secret is never repeated', () => {
    const env = { PLIMSOLL_MASTER_KEY: 'hunter2-hunter2', PLIMSOLL_JOBS: 'many' };

    const error = catchError(() => loadConfig(env));

    expect(error).toBeInstanceOf(InvalidConfig);
    expect(error).toHaveProperty('problems.length', 2);
    expect(String(error)).toContain('PLIMSOLL_MASTER_KEY: write 32 bytes as base64');
    expect(String(error)).not.toContain('hunter2');
  });
});

test('what Kubernetes sets for a service named plimsoll is no mistake of the user', () => {
  expect(() => loadConfig({ PLIMSOLL_SERVICE_HOST: '10.0.0.1', PLIMSOLL_PORT: 'tcp://10.0.0.1:9460' })).not.toThrow();
});

test('described settings say where a value comes from and hide secrets', () => {
  const rows = describeSettings({ PLIMSOLL_DATABASE_URL: 'postgres://u:hunter2@db/p', PLIMSOLL_LISTEN: 'wrong' });
  const row = (name: string) => rows.find((candidate) => candidate.name === name);

  expect(row('PLIMSOLL_DATABASE_URL')).toMatchObject({ value: '********', source: 'environment' });
  expect(row('PLIMSOLL_LISTEN')).toMatchObject({ value: 'wrong', source: 'environment' });
  expect(row('PLIMSOLL_RATE_LIMIT')).toMatchObject({ value: '20', source: 'default' });
  expect(row('PLIMSOLL_CLAMD')).toMatchObject({ value: '', source: 'not set' });
  expect(JSON.stringify(rows)).not.toContain('hunter2');
});

test('the type of a setting without a default says that it may be absent', () => {
  expectTypeOf<Config['workers']>().toEqualTypeOf<number>();
  expectTypeOf<Config['databaseUrl']>().toEqualTypeOf<string | undefined>();
});

function catchError(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
