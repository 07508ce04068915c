import { statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openAdvisories } from '../advisories/open.ts';
import { analyzeLayer } from '../analyzers/analyze-layer.ts';
import { connectMalware } from '../analyzers/malware/connect-malware.ts';
import { analyzers } from '../analyzers/packages/index.ts';
import { assessConfigSecrets } from '../analyzers/secrets/assess-config-secrets.ts';
import { createSecretFinder } from '../analyzers/secrets/create-secret-finder.ts';
import { assessConfig } from '../analyzers/settings/assess-config.ts';
import { ecosystems } from '../ecosystems/index.ts';
import { giveBack } from '../layers/give-back.ts';
import { Scratch } from '../layers/scratch.ts';
import { match } from '../matching/match.ts';
import type { AdvisoryDatabase } from '../model/advisory.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { MalwareReport } from '../model/malware-file.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import type { TaskInput, TaskOutput, ThreadData, ThreadTask } from './thread-messages.ts';

// A scan thread: unpacks layers and matches inventories, so that the API never waits for a gunzip.

if (!parentPort) throw new Error('scan-thread runs as a worker thread');

const { malware: malwarePort, allowSecrets } = workerData as ThreadData;
const malware = malwarePort && connectMalware(malwarePort);
const content = { analyzers, secrets: createSecretFinder({ allow: allowSecrets }), settings: true };
const nothing = { analyzers: [], settings: false };
/** Pieces of the blob that wait for the walk. */
const CHUNKS_AHEAD = 4;
/** A thread walks one layer at a time. */
const scratch = new Scratch();

parentPort.on('message', (task: ThreadTask) => {
  const reply = (output: TaskOutput) => task.port.postMessage(output);
  perform(task, reply)
    .then(reply, (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      reply({ type: 'failed', code: causeOf(error), message, retryable: error instanceof AppError && error.retryable });
    })
    .finally(() => task.port.close());
});

async function perform(task: ThreadTask, reply: (output: TaskOutput) => void): Promise<TaskOutput> {
  if (task.type === 'layer') return walk(task, reply);
  if (task.type === 'match') return matchInventory(task);
  const { config } = task;
  return { type: 'config', risks: [...assessConfig(config), ...assessConfigSecrets(config, content.secrets)] };
}

async function walk(
  task: Extract<ThreadTask, { type: 'layer' }>,
  reply: (output: TaskOutput) => void,
): Promise<TaskOutput> {
  const aborter = new AbortController();
  const blob = receive(task.port, aborter, (bytes) => reply({ type: 'read', bytes }));
  const session = task.malware ? malware?.begin(task.digest, aborter.signal, task.only) : undefined;
  const options = {
    ...(task.content ? content : nothing),
    limits: task.limits,
    scratch,
    taken: giveBack,
    ...(session ? { malware: session } : {}),
  };
  const report = await analyzeLayer(blob, task.digest, options, aborter.signal);
  const found = await session?.finish();
  return {
    type: 'layer',
    reports: {
      ...(task.content ? { content: report } : {}),
      ...(found ? { malware: withUnseen(found, report) } : {}),
      ...(session?.left.length ? { left: session.left } : {}),
    },
  };
}

/** What the walk could not read no engine saw: one failure, whatever there is of it. */
function withUnseen(found: MalwareReport, { problems }: LayerReport): MalwareReport {
  const [first, ...others] = problems.filter(({ analyzer }) => analyzer === 'layer' || analyzer === 'content');
  if (!first) return found;
  const where = first.path === '.' ? '' : `/${first.path}: `;
  const more = others.length > 0 ? `; and ${others.length} more` : '';
  const message = `${where}${first.message}${more}`;
  return { ...found, failures: [...found.failures, { engine: 'layer', cause: first.cause, message }] };
}

/** The blob as it arrives over the port; acknowledged when the walk has taken it, which is what holds the sender back. */
function receive(port: MessagePort, aborter: AbortController, acknowledge: (bytes: number) => void): Readable {
  // Of objects, because a stream of bytes glues together what waits in it: that is another copy of everything.
  const blob = new Readable({ objectMode: true, highWaterMark: CHUNKS_AHEAD, read: flush });
  const waiting: Uint8Array[] = [];
  let ended = false;
  function flush() {
    while (waiting.length > 0) {
      const chunk = waiting.shift();
      if (!chunk) break;
      acknowledge(chunk.byteLength);
      if (!blob.push(chunk)) return;
    }
    if (ended) blob.push(null);
  }
  port.on('message', (input: TaskInput) => {
    if (input.type === 'abort') {
      const error = new AppError(input.code, input.message);
      aborter.abort(error);
      blob.destroy(error);
      return;
    }
    if (input.type === 'chunk') waiting.push(input.chunk);
    else ended = true;
    if (blob.readableLength < blob.readableHighWaterMark) flush();
  });
  return blob;
}

let open: { readonly key: string; readonly database: AdvisoryDatabase } | undefined;

/** Keeps the compiled advisories open, and reopens them when another file has taken their place. */
function advisories(path: string): AdvisoryDatabase {
  const key = fileKey(path);
  if (open?.key !== key) {
    open?.database.close();
    open = undefined;
    open = { key, database: openAdvisories(path) };
  }
  return open.database;
}

function fileKey(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${path} ${stat.dev} ${stat.ino} ${stat.mtimeMs} ${stat.size}` : path;
}

const noAdvisories: MatchResult = {
  vulnerabilities: [],
  coverage: 'unknown',
  suppressed: [],
  gaps: [{ cause: 'advisories-missing', subject: 'no advisories have been compiled yet' }],
};

async function matchInventory(task: Extract<ThreadTask, { type: 'match' }>): Promise<TaskOutput> {
  let database: AdvisoryDatabase;
  try {
    database = advisories(task.advisoriesPath);
  } catch (error) {
    if (causeOf(error) === 'advisories-missing') return { type: 'match', result: noAdvisories };
    throw error;
  }
  return { type: 'match', result: match(task.inventory, database, ecosystems), snapshot: database.snapshot };
}
