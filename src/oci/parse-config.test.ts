import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../model/app-error.ts';
import { parseConfig } from './parse-config.ts';

const parse = (value: unknown) => parseConfig(Buffer.from(JSON.stringify(value)), 'app');
const diffId = `sha256:${'1'.repeat(64)}`;

test('a config as BuildKit writes it', () => {
  const config = parse({
    created: '2024-05-01T10:20:30.123456789Z',
    architecture: 'arm64',
    variant: 'v8',
    os: 'linux',
    author: 'me',
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [
      { created: '2024-05-01T10:20:30Z', created_by: 'RUN x', comment: 'buildkit' },
      { created_by: 'CMD', empty_layer: true },
    ],
    config: {
      User: '1000',
      Env: ['A=b'],
      Labels: { l: 'm' },
      Entrypoint: ['/app'],
      Cmd: ['-v'],
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
      WorkingDir: '/w',
      Healthcheck: { Test: ['CMD', 'x'], Interval: 1 },
    },
  });

  expect(config).toEqual({
    created: new Date('2024-05-01T10:20:30.123Z'),
    architecture: 'arm64',
    variant: 'v8',
    os: 'linux',
    author: 'me',
    diffIds: [diffId],
    history: [
      { created: new Date('2024-05-01T10:20:30Z'), createdBy: 'RUN x', comment: 'buildkit', emptyLayer: false },
      { createdBy: 'CMD', comment: '', emptyLayer: true },
    ],
    config: {
      user: '1000',
      env: ['A=b'],
      labels: { l: 'm' },
      entrypoint: ['/app'],
      cmd: ['-v'],
      shell: [],
      onBuild: [],
      exposedPorts: ['80/tcp'],
      volumes: ['/data'],
      workingDir: '/w',
      stopSignal: '',
      healthcheck: ['CMD', 'x'],
    },
  });
});

test.each([
  ['missing', {}],
  [
    'null',
    {
      created: null,
      rootfs: { diff_ids: null },
      history: null,
      config: {
        Env: null,
        Labels: null,
        Entrypoint: null,
        Cmd: null,
        ExposedPorts: null,
        Volumes: null,
        Healthcheck: null,
      },
    },
  ],
])('%s fields are empty', (_, value) => {
  expect(parse(value)).toEqual({
    os: '',
    architecture: '',
    author: '',
    diffIds: [],
    history: [],
    config: {
      user: '',
      env: [],
      labels: {},
      entrypoint: [],
      cmd: [],
      shell: [],
      onBuild: [],
      exposedPorts: [],
      volumes: [],
      workingDir: '',
      stopSignal: '',
    },
  });
});

test.each([
  '0001-01-01T00:00:00Z',
  'yesterday',
  '',
  'build 7',
  '2024',
  '2024-05-01',
  '2024-05-01T10:20:30',
  '2024-13-01T10:20:30Z',
  '+275760-09-13T00:00:00Z',
])('the creation time %j is unknown', (created) => {
  expect(parse({ created }).created).toBeUndefined();
});

test.each([
  ['2024-05-01T10:20:30+02:00', '2024-05-01T08:20:30.000Z'],
  ['2024-05-01t10:20:30.5z', '2024-05-01T10:20:30.500Z'],
])('the creation time %j is %s', (created, expected) => {
  expect(parse({ created }).created?.toISOString()).toBe(expected);
});

describe('a platform is words, since it ends up in lists and rows', () => {
  test.each([
    { os: 'linux\u0000' },
    { architecture: '\u001b[31mamd64' },
    { variant: 'v'.repeat(65) },
    { 'os.version': '10 0' },
    { os: '../linux' },
  ])('%j is refused', (value) => {
    expect(() => parse(value)).toThrowError(expect.objectContaining({ code: 'manifest-unsupported' }));
  });

  test.each([
    { os: 'z/OS'.replace('/', '_'), architecture: 'x86_64', variant: 'v8.1' },
    { 'os.version': '10.0.1-rc+7' },
  ])('%j is taken', (value) => {
    expect(() => parse(value)).not.toThrow();
  });
});

test('an old entrypoint written as a string is one word', () => {
  expect(parse({ config: { Entrypoint: '/bin/app' } }).config.entrypoint).toEqual(['/bin/app']);
});

describe('wrong types are errors, never empty', () => {
  test.each([
    { config: { Env: 'A=b' } },
    { config: { Env: [1] } },
    { rootfs: { diff_ids: ['x'] } },
    { history: {} },
    [],
    null,
    'x',
  ])('%j', (value) => {
    expect(() => parse(value)).toThrowError(expect.objectContaining({ code: 'manifest-unsupported' }));
  });

  test('any JSON yields a config or an AppError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (config, history) => {
        try {
          expect(parse({ config, history }).diffIds).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
