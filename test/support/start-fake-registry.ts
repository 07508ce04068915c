import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { basicAuthorization, type Credentials } from '../../src/registries/distribution/fetch-token.ts';
import type { Content, TestImage } from './create-test-image.ts';
import { type ScriptedServer, startScriptedServer } from './start-scripted-server.ts';

export interface FakeRegistryOptions {
  /** Absent = open to everybody. */
  readonly auth?: Credentials & { readonly scheme: 'basic' | 'bearer' };
  /** Names per page of the catalog and of tag lists; default 2. */
  readonly pageSize?: number;
  /** Sees every request first; true when it has answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A scripted distribution server whose content can be changed while it runs. */
export interface FakeRegistry extends ScriptedServer {
  add(repository: string, tag: string, image: TestImage): void;
  addContent(repository: string, content: Content, tag?: string): void;
  removeTag(repository: string, tag: string): void;
  /** Every token handed out so far is dead. */
  revokeTokens(): void;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

interface Repository {
  readonly tags: Map<string, string>;
  readonly content: Map<string, Content>;
}

const ROUTE = /^\/v2\/(.+)\/(tags\/list|manifests\/[^/]+|blobs\/[^/]+)$/;

export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const repositories = new Map<string, Repository>();
  const pageSize = options.pageSize ?? 2;
  let generation = 0;

  const server = await startScriptedServer((request, response) => {
    if (options.intercept?.(request, response)) return;
    const url = new URL(request.url ?? '', 'http://registry.invalid');
    const { status, headers, body } = answer(url, request.headers);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  });

  function answer(url: URL, headers: IncomingHttpHeaders): Answer {
    if (url.pathname === '/token') return tokenAnswer(url, headers.authorization);
    const scope = scopeOf(url.pathname);
    if (!isAllowed(headers.authorization, scope)) return challenge(scope);
    if (url.pathname === '/v2/') return json(200, {});
    if (url.pathname === '/v2/_catalog') return page(url, 'repositories', [...repositories.keys()]);
    const [, name = '', rest = ''] = ROUTE.exec(url.pathname) ?? [];
    const repository = repositories.get(name);
    if (repository === undefined) return failure(404, 'NAME_UNKNOWN');
    if (rest === 'tags/list') return page(url, 'tags', [...repository.tags.keys()]);
    const [kind, reference = ''] = rest.split('/');
    const content = repository.content.get(repository.tags.get(reference) ?? reference);
    if (kind === 'blobs') return content === undefined ? failure(404, 'BLOB_UNKNOWN') : contentAnswer(content, headers);
    const acceptable = content !== undefined && (headers.accept ?? '').includes(content.mediaType);
    return acceptable ? contentAnswer(content, headers) : failure(404, 'MANIFEST_UNKNOWN');
  }

  function page(url: URL, key: string, unsorted: readonly string[]): Answer {
    const names = unsorted.toSorted();
    const last = url.searchParams.get('last');
    const from = last === null ? 0 : names.findIndex((name) => name > last);
    const shown = from < 0 ? [] : names.slice(from, from + pageSize);
    const end = shown.at(-1);
    if (end === undefined || end === names.at(-1)) return json(200, { [key]: shown });
    const link = `<${url.pathname}?last=${encodeURIComponent(end)}&n=${pageSize}>; rel="next"`;
    return json(200, { [key]: shown }, { link });
  }

  function isAllowed(authorization: string | undefined, scope: string): boolean {
    if (options.auth === undefined) return true;
    if (options.auth.scheme === 'basic') return authorization === basicAuthorization(options.auth);
    return authorization === `Bearer ${tokenFor(scope)}`;
  }

  function challenge(scope: string): Answer {
    const bearer = `Bearer realm="${server.url}/token",service="fake",scope="${scope}"`;
    const header = options.auth?.scheme === 'basic' ? 'Basic realm="fake"' : bearer;
    return failure(401, 'UNAUTHORIZED', { 'www-authenticate': header });
  }

  function tokenAnswer(url: URL, authorization: string | undefined): Answer {
    const known = options.auth !== undefined && authorization === basicAuthorization(options.auth);
    if (!known) return failure(401, 'UNAUTHORIZED');
    return json(200, { token: tokenFor(url.searchParams.get('scope') ?? ''), expires_in: 300 });
  }

  function tokenFor(scope: string): string {
    return `fake-token-${generation}-${Buffer.from(scope).toString('hex')}`;
  }

  function repositoryOf(name: string): Repository {
    const known = repositories.get(name);
    if (known !== undefined) return known;
    const created: Repository = { tags: new Map(), content: new Map() };
    repositories.set(name, created);
    return created;
  }

  function addContent(repository: string, content: Content, tag?: string): void {
    const target = repositoryOf(repository);
    target.content.set(content.digest, content);
    if (tag !== undefined) target.tags.set(tag, content.digest);
  }

  return {
    ...server,
    addContent,
    add(repository, tag, image) {
      for (const blob of [image.config, ...image.layers]) addContent(repository, blob);
      addContent(repository, image.manifest, tag);
    },
    removeTag(repository, tag) {
      repositories.get(repository)?.tags.delete(tag);
    },
    revokeTokens() {
      generation += 1;
    },
  };
}

/** The same for one test. */
export async function startFakeRegistryForTest(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const registry = await startFakeRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

function scopeOf(path: string): string {
  if (path === '/v2/_catalog') return 'registry:catalog:*';
  const name = ROUTE.exec(path)?.[1];
  return name === undefined ? '' : `repository:${name}:pull`;
}

function contentAnswer(content: Content, headers: IncomingHttpHeaders): Answer {
  const etag = `"${content.digest}"`;
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag }, body: '' };
  const length = String(content.body.byteLength);
  const described = {
    'content-type': content.mediaType,
    'content-length': length,
    'docker-content-digest': content.digest,
  };
  return { status: 200, headers: { ...described, etag }, body: content.body };
}

function failure(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }, headers);
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
