import { expect, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { parseReport } from './parse-report.ts';

const digest = digestOf('app');
const hex = digest.slice('sha256:'.length);

test('our own form names its source, and each image with its count', () => {
  const containers = [
    { image: 'app:1', digest, platform: 'linux/arm64', count: 3 },
    { image: `app@${digest}` },
    { image: 'b' },
  ];

  expect(parseReport(JSON.stringify({ source: 'edge', containers }))).toEqual({
    source: 'edge',
    images: [
      { reference: 'app:1', digests: [digest], platform: 'linux/arm64', containers: 3 },
      { reference: `app@${digest}`, digests: [digest], containers: 1 },
      { reference: 'b', digests: [], containers: 1 },
    ],
  });
});

test('crictl tells all containers, of which some run', () => {
  const container = (state: string) => ({ id: 'x', image: { image: 'app:1' }, imageRef: digest, state });

  expect(
    parseReport(JSON.stringify({ containers: [container('CONTAINER_RUNNING'), container('CONTAINER_EXITED')] })),
  ).toEqual({
    images: [{ reference: 'app:1', digests: [digest], containers: 1 }],
  });
});

test('podman prints a list, docker a line for each', () => {
  const podman = [
    { Image: 'localhost/app:1', ImageID: hex, State: 'running' },
    { Image: 'localhost/app:1', ImageID: hex, State: 'exited' },
  ];
  const docker = `{"Image":"app:1","State":"running"}\n{"Image":"${digest}","State":"running"}\n`;

  expect(parseReport(JSON.stringify(podman)).images).toEqual([
    { reference: 'localhost/app:1', digests: [digest], containers: 1 },
  ]);
  expect(parseReport(docker).images.map(({ digests }) => digests)).toEqual([[], [digest]]);
});

test('nothing running is a report, too', () => {
  expect(parseReport('{"source":"edge","containers":[]}')).toEqual({ source: 'edge', images: [] });
  expect(() => parseReport(' \n')).toThrow('it is empty');
});

test.for([
  ['{', /no JSON/],
  ['{}', /containers is missing/],
  ['{"containers":[{"image":"a","digest":"sha256:1"}]}', /containers\.0\.digest is no sha256 digest/],
  ['{"containers":[{"image":"a","count":0}]}', /containers\.0\.count/],
] as const)('%s is refused, and says what was expected', ([text, message]) => {
  expect(() => parseReport(text)).toThrow(message);
  expect(() => parseReport(text)).toThrow(/Expected \{"source"/);
});
