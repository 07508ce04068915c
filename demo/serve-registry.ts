import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Digest } from '../src/model/digest.ts';

/** A repository held in memory. */
export interface ServedRepository {
  readonly name: string;
  readonly tags: ReadonlyMap<string, Digest>;
  readonly manifests: ReadonlyMap<Digest, ServedManifest>;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}

export interface ServedManifest {
  readonly mediaType: string;
  readonly body: Uint8Array;
}

export interface ServedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
}

export interface ServedRegistry {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Every request answered so far. */
  readonly requests: readonly ServedRequest[];
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly repositories: readonly ServedRepository[];
  /** Basic credentials that every request must carry. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Names per page where the client asks for none or more; small values make clients page. */
  readonly pageSize?: number;
}

/** What the handlers answer; HEAD is this without its body. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

const MANIFEST = /^\/v2\/(.+)\/manifests\/([^/]+)$/;
const BLOB = /^\/v2\/(.+)\/blobs\/([^/]+)$/;
const TAGS = /^\/v2\/(.+)\/tags\/list$/;

/**
 * Serves repositories over real HTTP on a free loopback port, read only, as the distribution specification says
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md), with the habits of docker-registry: pages
 * by `Link`, ETags that are the digest, 404 for a manifest whose type the client does not accept.
 */
export async function serveRegistry(options: ServeOptions): Promise<ServedRegistry> {
  const requests: ServedRequest[] = [];
  const server = createServer((request, response) => {
    const answer = respond(options, request);
    requests.push({ method: request.method ?? '', url: request.url ?? '', status: answer.status });
    send(request, response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(options: ServeOptions, request: IncomingMessage): Answer {
  const url = new URL(request.url ?? '/', 'http://registry');
  if (!isAuthorized(options, request.headers.authorization)) {
    const challenge = { 'www-authenticate': 'Basic realm="demo registry"' };
    return failure(401, 'UNAUTHORIZED', 'authentication required', challenge);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return failure(405, 'UNSUPPORTED', 'this registry is read only');
  if (url.pathname === '/v2/' || url.pathname === '/v2') return { status: 200, headers: json, body: '{}' };
  if (url.pathname === '/v2/_catalog') {
    return page(
      url,
      'repositories',
      options.repositories.map((repository) => repository.name),
      options.pageSize,
    );
  }

  const [pattern, match] = firstMatch(url.pathname);
  const repository = options.repositories.find((candidate) => candidate.name === match?.[1]);
  if (!pattern || !match) return failure(404, 'NOT_FOUND', 'no such page');
  if (!repository) return failure(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  if (pattern === TAGS)
    return page(url, 'tags', [...repository.tags.keys()], options.pageSize, { name: repository.name });
  const reference = decodeURIComponent(match[2] ?? '');
  return pattern === MANIFEST ? manifestAnswer(repository, reference, request) : blobAnswer(repository, reference);
}

function firstMatch(path: string): [RegExp, RegExpExecArray] | [undefined, undefined] {
  for (const pattern of [TAGS, MANIFEST, BLOB]) {
    const match = pattern.exec(path);
    if (match) return [pattern, match];
  }
  return [undefined, undefined];
}

function isAuthorized({ auth }: ServeOptions, header: string | undefined): boolean {
  if (!auth) return true;
  return header === `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

function manifestAnswer(repository: ServedRepository, reference: string, request: IncomingMessage): Answer {
  const digest = repository.tags.get(reference) ?? reference;
  const entry = [...repository.manifests].find(([known]) => known === digest)?.[1];
  if (!entry || !accepts(request.headers.accept, entry.mediaType))
    return failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const etag = `"${digest}"`;
  const headers = { 'content-type': entry.mediaType, 'docker-content-digest': digest, etag };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers };
  return { status: 200, headers, body: entry.body };
}

/** docker-registry 2.8 wants the type by name; a client that sends no Accept gets whatever there is. */
function accepts(header: string | undefined, mediaType: string): boolean {
  return header === undefined || header.split(',').some((part) => part.split(';')[0]?.trim() === mediaType);
}

function blobAnswer(repository: ServedRepository, digest: string): Answer {
  const body = [...repository.blobs].find(([known]) => known === digest)?.[1];
  if (!body) return failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': digest, etag: `"${digest}"` };
  return { status: 200, headers, body };
}

const json = { 'content-type': 'application/json; charset=utf-8', 'docker-distribution-api-version': 'registry/2.0' };

function page(
  url: URL,
  key: string,
  names: readonly string[],
  pageSize = 100,
  extra: Readonly<Record<string, string>> = {},
): Answer {
  const size = Math.min(Number(url.searchParams.get('n') ?? pageSize) || pageSize, pageSize);
  const last = url.searchParams.get('last') ?? '';
  const rest = names.filter((name) => name > last).sort();
  const shown = rest.slice(0, size);
  const next = new URLSearchParams({ last: shown.at(-1) ?? '', n: String(size) });
  const link: Readonly<Record<string, string>> =
    rest.length > shown.length ? { link: `<${url.pathname}?${next}>; rel="next"` } : {};
  return { status: 200, headers: { ...json, ...link }, body: JSON.stringify({ ...extra, [key]: shown }) };
}

function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { ...json, ...headers }, body: JSON.stringify({ errors: [{ code, message }] }) };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  request.resume();
  const length = answer.body === undefined ? 0 : Buffer.byteLength(answer.body);
  response.writeHead(
    answer.status,
    answer.status === 304 ? answer.headers : { ...answer.headers, 'content-length': length },
  );
  response.end(request.method === 'HEAD' || answer.status === 304 ? undefined : answer.body);
}
