import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ScriptedServer, sendJson, startScriptedServer } from './start-scripted-server.ts';

export interface TestPod {
  readonly uid: string;
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** Members of containerStatuses. */
  readonly containers: readonly { readonly image: string; readonly imageID: string; readonly state?: object }[];
  readonly init?: TestPod['containers'];
}

export interface KubernetesApi extends Pick<ScriptedServer, 'url' | 'requests' | 'stop'> {
  /** Creates or changes a pod. */
  put(pod: TestPod): void;
  remove(uid: string): void;
  /** Forgets what happened so far: whoever wants to go on from there is answered 410. */
  compact(): void;
  /** As a bookmark: nothing happened up to here. */
  bookmark(): void;
  /** Ends all watches in the way that is named. */
  endWatches(how: 'in order' | 'broken' | 'expired'): void;
  /** Refuses the next watches. */
  refuse(status: number | undefined): void;
  readonly watches: number;
}

export interface KubernetesApiOptions {
  readonly token?: string;
  readonly nodes?: Readonly<Record<string, string>>;
  /** Pods per page, whatever is asked for. */
  readonly page?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

interface Happened {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: object;
}

const dead = new Set(['Succeeded', 'Failed']);

/**
 * The part of the Kubernetes API that lists and watches pods, with versions, pages, bookmarks and a history that ends:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export async function startKubernetesApi(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
  let version = 100;
  let oldest = 0;
  let refusal: number | undefined;
  const pods = new Map<string, TestPod>();
  const history: Happened[] = [];
  const open = new Set<ServerResponse>();

  const happen = (type: Happened['type'], object: object) => {
    const event = { version, type, object };
    history.push(event);
    for (const response of open) write(response, event);
  };
  const list = (query: URLSearchParams, response: ServerResponse) => {
    const [from = 0, asOf = version] = (query.get('continue') ?? '').split('/').filter(Boolean).map(Number);
    if (query.has('continue') && asOf <= oldest)
      return status(response, 410, 'The provided continue parameter is too old');
    const alive = [...pods.values()].filter(({ phase = 'Running' }) => !dead.has(phase));
    const limit = options.page ?? Number(query.get('limit'));
    const more = from + limit < alive.length ? { continue: `${from + limit}/${asOf}` } : {};
    const items = alive.slice(from, from + limit).map((pod) => toObject(pod, version));
    sendJson(response, 200, { kind: 'PodList', metadata: { resourceVersion: String(asOf), ...more }, items });
  };
  const watch = (query: URLSearchParams, response: ServerResponse) => {
    const from = Number(query.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < oldest) return void response.end(expired);
    for (const event of history.filter((each) => each.version > from)) write(response, event);
    open.add(response);
    response.on('close', () => open.delete(response));
  };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://k8s');
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`)
      return status(response, 401, 'Unauthorized');
    if (pathname.startsWith('/api/v1/nodes/'))
      return node(response, options.nodes, pathname.slice('/api/v1/nodes/'.length));
    if (pathname !== '/api/v1/pods') return status(response, 404, 'not found');
    const isWatch = searchParams.get('watch') === '1';
    if (isWatch && refusal !== undefined) return status(response, refusal, 'refused by the test');
    if (searchParams.get('fieldSelector') !== 'status.phase!=Succeeded,status.phase!=Failed')
      return status(response, 400, 'unexpected field selector');
    return isWatch ? watch(searchParams, response) : list(searchParams, response);
  };
  const server = await startScriptedServer(answer, options.tls);
  return {
    url: server.url,
    requests: server.requests,
    stop: server.stop,
    put: (pod) => {
      version++;
      const before = pods.get(pod.uid);
      const isDead = dead.has(pod.phase ?? 'Running');
      pods.set(pod.uid, pod);
      // To a watch with a selector, what leaves the selection is gone.
      if (isDead) return before && happen('DELETED', toObject(pod, version));
      happen(before ? 'MODIFIED' : 'ADDED', toObject(pod, version));
    },
    remove: (uid) => {
      const pod = pods.get(uid);
      if (!pod) throw new Error(`there is no pod ${uid}`);
      version++;
      pods.delete(uid);
      happen('DELETED', toObject(pod, version));
    },
    compact: () => {
      oldest = ++version;
      history.length = 0;
    },
    bookmark: () => {
      version++;
      happen('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: String(version) } });
    },
    endWatches: (how) => {
      for (const response of open) {
        if (how === 'broken') response.destroy();
        else response.end(how === 'expired' ? expired : '');
      }
    },
    refuse: (code) => {
      refusal = code;
    },
    get watches() {
      return open.size;
    },
  };
}

const expired = `${JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', status: 'Failure', message: 'too old resource version', reason: 'Expired', code: 410 },
})}\n`;

function write(response: ServerResponse, { type, object }: Happened): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function status(response: ServerResponse, code: number, message: string): void {
  sendJson(response, code, { kind: 'Status', status: 'Failure', message, code });
}

function node(response: ServerResponse, nodes: KubernetesApiOptions['nodes'], name: string): void {
  if (!nodes) {
    status(response, 403, 'nodes is forbidden');
    return;
  }
  const [operatingSystem, architecture] = (nodes[name] ?? '').split('/');
  if (!operatingSystem || !architecture) {
    status(response, 404, 'nodes not found');
    return;
  }
  sendJson(response, 200, {
    kind: 'Node',
    metadata: { name },
    status: { nodeInfo: { operatingSystem, architecture } },
  });
}

function toObject({ uid, node: nodeName, phase = 'Running', containers, init = [] }: TestPod, version: number): object {
  const statuses = (all: TestPod['containers']) =>
    all.map((container) => ({
      name: 'app',
      ready: true,
      state: { running: { startedAt: '2026-11-25T00:00:00Z' } },
      ...container,
    }));
  return {
    kind: 'Pod',
    metadata: { name: uid, namespace: 'default', uid, resourceVersion: String(version) },
    spec: { nodeName, containers: [] },
    status: { phase, containerStatuses: statuses(containers), initContainerStatuses: statuses(init) },
  };
}
