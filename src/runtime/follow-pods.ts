import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import { type JsonClient, RefusedByRuntime } from './json-client.ts';
import { Pod, type RunningPod, runningInPod } from './running-in-pod.ts';
import { MOST_CONTAINERS } from './runtime-source.ts';

// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
const Page = z.object({
  metadata: z.object({ resourceVersion: z.string().max(200), continue: z.string().max(10_000).optional() }),
  items: z.array(Pod).max(100_000).nullish(),
});
const Version = z.object({ metadata: z.object({ resourceVersion: z.string().max(200) }) });
const Event = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED']), object: Pod }),
  z.object({ type: z.literal('BOOKMARK'), object: Version }),
  z.object({
    type: z.literal('ERROR'),
    object: z.object({ code: z.number().optional(), message: z.string().optional() }),
  }),
]);

/** Pods that have ended hold no running container: they need not be sent. */
const ALIVE = `fieldSelector=${encodeURIComponent('status.phase!=Succeeded,status.phase!=Failed')}`;
const PAGE = 500;
const WATCH_SECONDS = 60;
/** The server ends a watch after WATCH_SECONDS; a connection that lives no longer never ends. */
const SILENT_MS = (WATCH_SECONDS + 30) * 1_000;
const GONE = 410;
const LISTS_WITHOUT_PAUSE = 3;
const PAUSE_MS = 1_000;

export interface PodsToFollow {
  readonly client: JsonClient;
  /** By uid; filled and kept up to date. */
  readonly pods: Map<string, RunningPod>;
  /** After the list, and after every change. */
  readonly onChange: () => void;
  readonly signal: AbortSignal;
  readonly label: string;
}

/** Lists, then watches; lists again when the server remembers no more from where to go on. Ends only by failing. */
export async function followPods(deps: PodsToFollow): Promise<never> {
  for (let lists = 0; ; lists++) {
    // A server that forgets at once must not be listed without end.
    if (lists >= LISTS_WITHOUT_PAUSE) await sleep(PAUSE_MS, undefined, { signal: deps.signal });
    const version = await listPods(deps);
    if (version === undefined) continue;
    deps.onChange();
    await watchPods(deps, version);
  }
}

/** Replaces what is known once all pages are there; undefined when the pages expired meanwhile. */
async function listPods({ client, pods, signal, label }: PodsToFollow): Promise<string | undefined> {
  const found = new Map<string, RunningPod>();
  let next: string | undefined = '';
  let version = '';
  while (next !== undefined) {
    const more: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const page: z.infer<typeof Page> | undefined = await client.get(
      `/api/v1/pods?limit=${PAGE}&${ALIVE}${more}`,
      Page,
      signal,
      next === '' ? [] : [GONE],
    );
    if (!page) return undefined;
    for (const pod of page.items ?? []) found.set(pod.metadata.uid, runningInPod(pod));
    if (found.size > MOST_CONTAINERS)
      throw new AppError('limit-exceeded', `${label} has more than ${MOST_CONTAINERS} pods: too many to be followed.`);
    version = page.metadata.resourceVersion;
    next = page.metadata.continue || undefined;
  }
  pods.clear();
  for (const [uid, pod] of found) pods.set(uid, pod);
  return version;
}

/** Returns when what happened since `version` is no longer known. */
async function watchPods(deps: PodsToFollow, version: string): Promise<void> {
  const { client, signal } = deps;
  let from = version;
  for (;;) {
    const begun = performance.now();
    const path = `/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&${ALIVE}`;
    try {
      for await (const line of client.lines(`${path}&resourceVersion=${encodeURIComponent(from)}`, signal, SILENT_MS)) {
        const next = take(line, deps);
        if (next === 'expired') return;
        from = next ?? from;
      }
    } catch (error) {
      if (error instanceof RefusedByRuntime && error.status === GONE) return;
      throw error;
    }
    // The server ends every watch after a while; one that ends at once must not be begun without end.
    if (performance.now() - begun < PAUSE_MS) await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** The version after the event, or `expired`. */
function take(line: unknown, { pods, onChange, label }: PodsToFollow): string | undefined {
  const parsed = Event.safeParse(line);
  if (!parsed.success)
    throw new AppError('connection-failed', `${label} sent an event of an unexpected shape.`, { cause: parsed.error });
  const event = parsed.data;
  if (event.type === 'BOOKMARK') return event.object.metadata.resourceVersion;
  if (event.type === 'ERROR') {
    if (event.object.code === GONE) return 'expired';
    const why = event.object.message?.slice(0, 200) ?? 'no reason given';
    throw new AppError('connection-failed', `${label} ended its watch: ${why}`, { retryable: true });
  }
  const { uid, resourceVersion } = event.object.metadata;
  if (event.type === 'DELETED') pods.delete(uid);
  else pods.set(uid, runningInPod(event.object));
  if (pods.size > MOST_CONTAINERS)
    throw new AppError('limit-exceeded', `${label} has more than ${MOST_CONTAINERS} pods: too many to be followed.`);
  onChange();
  return resourceVersion;
}
