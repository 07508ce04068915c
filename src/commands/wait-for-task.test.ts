import { expect, test } from 'vitest';
import { captureTerminal } from '../../test/support/capture-terminal.ts';
import { CommandFailure } from './command-failure.ts';
import type { Api } from './connect-api.ts';
import { describeTask, waitForTask } from './wait-for-task.ts';

const images = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ImageId: `sha256:${i}`, ImageRepoAddress: 'r/app', ImageTag: String(i) }));
/** Also an empty list of images, for whoever asks for one. */
const counts = {
  List: [] as readonly object[],
  TotalCount: 0,
  ImageStatus: images(9),
  ImageTotal: 9,
  ImageScanCnt: 9,
  SuccessCount: 9,
  RiskCount: 7,
  Schedule: 100,
  ScanRemainTime: 0,
};

/** A server whose task is in this state, and the command that follows it. */
function follow(
  state: Partial<typeof counts> & { readonly Status: string },
  onCall: (abort: AbortController) => void = () => undefined,
) {
  const { terminal, written } = captureTerminal();
  const abort = new AbortController();
  const api: Api = {
    endpoint: 'http://127.0.0.1:1',
    call: async (_action, _parameters, answer) => {
      onCall(abort);
      return answer.parse({ ...counts, ...state });
    },
  };
  const context = {
    terminal,
    signal: abort.signal,
    now: () => new Date(),
    readInput: async () => '',
    environment: () => ({}),
    config: () => {
      throw new Error('no settings are needed');
    },
  };
  const ended = waitForTask(context, api, 5).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { ended, written };
}

test('a task that judged every image ends well', async () => {
  const { ended, written } = follow({ Status: 'SCANNED' });

  expect(await ended).toBeUndefined();
  expect(written.out).toBe('Task 5 is done. 9 images: 9 scanned; 7 at risk.\n');
});

test('a task that could not judge an image is incomplete, whatever it found in the others', async () => {
  const { ended, written } = follow({ Status: 'SCANNED', SuccessCount: 8 });

  expect(await ended).toMatchObject({ exitCode: 5, message: 'Nobody can say whether 1 image is safe.' });
  expect(written.out).toContain('8 scanned, 1 failed');
});

test.for([
  ['CANCELED', 'canceled'],
  ['SCAN_TIMEOUT', 'out of time'],
] as const)('a task that is %s has failed', async ([Status, word]) => {
  const error = await follow({ Status }).ended;

  expect(error).toBeInstanceOf(CommandFailure);
  expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining(`Task 5 is ${word}.`) });
});

test('who stops waiting is told that the task goes on', async () => {
  const following = follow({ Status: 'SCANNING' }, (abort) => abort.abort());

  expect(await following.ended).toMatchObject({ name: 'AbortError' });
  expect(following.written.note).toBe(
    'The task goes on. `plimsoll task status 5 --wait`, or `plimsoll task stop 5`.\n',
  );
});

test('one image is no images', () => {
  expect(
    describeTask({ ...counts, Status: 'SCANNED', ImageTotal: 1, ImageScanCnt: 1, SuccessCount: 1, RiskCount: 0 }),
  ).toBe('1 image: 1 scanned; 0 at risk.');
});

test('a task that could not look for a kind in one of its images is incomplete, and other images do not count', async () => {
  const row = {
    ...{ Id: 1, ImageSize: 1, Progress: 100, IsAuthorized: 1, ImageId: 'sha256:3', ImageRepoAddress: 'r/app' },
    ImageTag: '3',
  };
  const stranger = { ...row, ImageTag: 'of another task' };

  const { ended } = follow({ Status: 'SCANNED', List: [row, stranger], TotalCount: 2 });

  expect(await ended).toMatchObject({
    exitCode: 5,
    message: 'Not everything is known: vulnerabilities of 1 image, malware of 1 image, risks of 1 image.',
  });
});
