import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { basicAuthorization } from '../../src/registries/distribution/fetch-token.ts';
import { type ScriptedServer, sendJson, startScriptedServer } from './start-scripted-server.ts';
import type { VendorWorld } from './vendor-world.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendors/vendor.ts';

/** A vendor's API before a real registry. What tests do to it hits the next requests. */
export interface VendorRegistry extends ScriptedServer {
  readonly world: VendorWorld;
  /** Paths with queries of the requests to the API, and to /v2, answered since `forget`. */
  readonly api: readonly string[];
  readonly distribution: readonly string[];
  forget(): void;
  /** Every token handed out so far is dead. */
  expireTokens(): void;
  /** Sees every request to the API, counted from 1 since `forget`; an answer of its own replaces the vendor's. */
  onApi(hook: ((count: number, url: URL) => VendorAnswer | undefined) | undefined): void;
}

const ROUTE = /^\/v2\/(.+)\/(tags\/list|manifests\/[^/]+|blobs\/[^/]+)$/;
const TOKEN = 'vendor-token';

/** @param docker base URL of the real registry that holds the world */
export async function startVendorRegistry(vendor: Vendor, world: VendorWorld, docker: string): Promise<VendorRegistry> {
  const api: string[] = [];
  const distribution: string[] = [];
  let generation = 1;
  let hook: ((count: number, url: URL) => VendorAnswer | undefined) | undefined;

  const server = await startScriptedServer((request, response) => {
    void handle(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', server.url);
    const { authorization } = request.headers;
    if (vendor.signIn !== 'basic' && url.pathname === vendor.signIn.realm) return giveToken(authorization, response);
    if (vendor.isApi(url)) return answerApi(url, request, response);
    distribution.push(request.url ?? '');
    if (!isSignedIn(authorization)) return challenge(url, response);
    return answerDistribution(url, request, response);
  }

  async function answerApi(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    api.push(request.url ?? '');
    const asked: VendorRequest = {
      method: request.method ?? '',
      url,
      authorization: request.headers.authorization,
      header: (name) => request.headers[name]?.toString(),
      body: await text(request),
      generation,
    };
    const answer = hook?.(api.length, url) ?? vendor.answer(asked, world);
    if (answer === undefined) return sendJson(response, 404, vendor.failure(404, 'no such resource'));
    // Go writes header values in UTF-8, which Node would refuse.
    const headers = Object.fromEntries(
      Object.entries(answer.headers ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
    );
    if (typeof answer.body === 'string') response.writeHead(answer.status, headers).end(answer.body);
    else sendJson(response, answer.status, answer.body, headers);
  }

  const tokenNow = () => `${TOKEN}-${generation}`;

  function isSignedIn(authorization: string | undefined): boolean {
    if (vendor.signIn === 'basic') return authorization === basicAuthorization(vendor.credentials);
    return authorization === `Bearer ${tokenNow()}`;
  }

  function challenge(url: URL, response: ServerResponse): void {
    const name = ROUTE.exec(url.pathname)?.[1];
    const scope = name === undefined ? '' : `,scope="repository:${name}:pull"`;
    const header =
      vendor.signIn === 'basic'
        ? 'Basic realm="vendor"'
        : `Bearer realm="${server.url}${vendor.signIn.realm}",service="vendor"${scope}`;
    const errors = [{ code: 'UNAUTHORIZED', message: 'authentication required' }];
    sendJson(response, 401, { errors }, { 'www-authenticate': header });
  }

  function giveToken(authorization: string | undefined, response: ServerResponse): void {
    const known = authorization === basicAuthorization(vendor.credentials);
    if (known) sendJson(response, 200, { token: tokenNow(), expires_in: 300 });
    else sendJson(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'wrong user or password' }] });
  }

  /** Tags are as the vendor's own tables say; content comes from the real registry. */
  async function answerDistribution(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = '', rest = ''] = ROUTE.exec(url.pathname) ?? [];
    if (world.denied.has(name.split('/')[0] ?? ''))
      return sendJson(response, 403, { errors: [{ code: 'DENIED', message: 'requested access is denied' }] });
    const [kind, reference = ''] = rest.split('/');
    if (kind !== 'manifests' || reference.startsWith('sha256:')) return forward(url, request, response);
    const tag = world.repositories
      .find((repository) => repository.name === name)
      ?.tags.find((t) => t.name === reference);
    if (tag === undefined)
      return sendJson(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
    return forward(new URL(`/v2/${name}/manifests/${tag.digest}`, url), request, response);
  }

  async function forward(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization: _, host: __, ...headers } = request.headers;
    const asked = httpRequest(new URL(`${url.pathname}${url.search}`, docker), { method: request.method, headers });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }

  return {
    ...server,
    world,
    api,
    distribution,
    forget() {
      api.length = 0;
      distribution.length = 0;
    },
    expireTokens() {
      generation += 1;
    },
    onApi(next) {
      hook = next;
    },
  };
}
