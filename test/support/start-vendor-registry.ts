import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type ScriptedServer, sendJson, startScriptedServer } from './start-scripted-server.ts';
import type { VendorWorld } from './vendor-world.ts';
import { ownSignIn } from './vendors/own-sign-in.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendors/vendor.ts';

/** A vendor's API before a real registry. What tests do to it hits the next requests. */
export interface VendorRegistry extends ScriptedServer {
  readonly world: VendorWorld;
  /** Paths with queries of the requests to the API, and to /v2, answered since `forget`. */
  readonly api: readonly string[];
  readonly distribution: readonly string[];
  /** What is against the vendor's published description in requests and in its own answers, since this was last asked. */
  takeFaults(): readonly string[];
  forget(): void;
  /** Every token handed out so far is dead. */
  expireTokens(): void;
  /** Sees every request to the API, counted from 1 since `forget`; an answer of its own replaces the vendor's. */
  onApi(hook: ApiHook | undefined): void;
}

/** @param count from 1 @param body as it was sent, '' of a GET */
type ApiHook = (count: number, url: URL, body: string) => VendorAnswer | undefined;

const PACKED_FROM = 1_024;
const ROUTE = /^\/v2\/(.+)\/(tags\/list|manifests\/[^/]+|blobs\/[^/]+)$/;

/** @param docker base URL of the real registry that holds the world */
export async function startVendorRegistry(vendor: Vendor, world: VendorWorld, docker: string): Promise<VendorRegistry> {
  const api: string[] = [];
  const distribution: string[] = [];
  const faults = new Set<string>();
  const signIn = ownSignIn(vendor);
  const { prefix = '' } = vendor;
  const unknown = { status: 404, body: vendor.failure(404, 'no such resource') };
  let generation = 1;
  let hook: ApiHook | undefined;

  const server = await startScriptedServer((request, response) => {
    void handle(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });

  /** What a vendor has in front of /v2 is its own. */
  function withoutPrefix(url: URL): URL {
    const prefix = new URL(vendor.address?.(server.url) ?? server.url).pathname;
    return url.pathname.startsWith(`${prefix}/v2/`) ? new URL(url.href.replace(prefix, '')) : url;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = withoutPrefix(new URL(request.url ?? '/', server.url));
    const { authorization } = request.headers;
    const asked: VendorRequest = {
      method: request.method ?? '',
      url,
      authorization,
      header: (name) => request.headers[name]?.toString(),
      body: await text(request),
      generation,
    };
    const signedIn = signIn.answer(asked);
    if (signedIn) return send(noted(asked, signedIn), response);
    if (vendor.isApi(url)) return answerApi(asked, request, response);
    distribution.push(`${url.pathname}${url.search}`);
    if (!signIn.accepts(authorization, generation, url)) return challenge(url, response);
    return answerDistribution(url, request, response);
  }

  function answerApi(asked: VendorRequest, request: IncomingMessage, response: ServerResponse): void {
    api.push(request.url ?? '');
    const isPackable = request.headers['accept-encoding']?.includes('gzip') ?? false;
    const hooked = hook?.(api.length, asked.url, asked.body);
    // What a test makes it answer may be as wrong as it likes.
    if (hooked) note(asked);
    send(hooked ?? noted(asked, vendor.answer(asked, world) ?? unknown), response, isPackable);
  }

  function noted(asked: VendorRequest, answer: VendorAnswer): VendorAnswer {
    note(asked, answer);
    return answer;
  }

  /** Compares with the vendor's description. */
  function note(asked: VendorRequest, answer?: VendorAnswer): void {
    const { described } = vendor;
    if (described === undefined || !(vendor.isApi(asked.url) || described.knows(asked))) return;
    // As it arrives: without what is undefined.
    const arrived = answer && { status: answer.status, body: JSON.parse(JSON.stringify(answer.body)) };
    for (const fault of described.faultsOf(asked, arrived)) faults.add(fault);
  }

  /** Compressed where that is asked for, as the gateways before most vendors do with what is worth it. */
  function send(answer: VendorAnswer, response: ServerResponse, isPackable = false): void {
    // Go writes header values in UTF-8, which Node would refuse.
    const headers = Object.fromEntries(
      Object.entries(answer.headers ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
    );
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const type = typeof answer.body === 'string' ? {} : { 'content-type': 'application/json' };
    if (!isPackable || body.length < PACKED_FROM) response.writeHead(answer.status, { ...type, ...headers }).end(body);
    else response.writeHead(answer.status, { ...type, ...headers, 'content-encoding': 'gzip' }).end(gzipSync(body));
  }

  function challenge(url: URL, response: ServerResponse): void {
    const errors = [{ code: 'UNAUTHORIZED', message: 'authentication required' }];
    sendJson(response, 401, { errors }, { 'www-authenticate': signIn.challenge(url) });
  }

  /** Tags are as the vendor's own tables say; content comes from the real registry. */
  async function answerDistribution(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = '', rest = ''] = ROUTE.exec(url.pathname) ?? [];
    const repository = world.repositories.find((each) => each.name === name);
    if (repository && world.denied.has(repository.project))
      return sendJson(response, 403, { errors: [{ code: 'DENIED', message: 'requested access is denied' }] });
    const [kind, reference = ''] = rest.split('/');
    if (kind !== 'manifests' || reference.startsWith('sha256:')) return forward(url, request, response);
    const tag = repository?.tags.find((t) => t.name === reference);
    if (tag === undefined)
      return sendJson(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
    return forward(new URL(`/v2/${name}/manifests/${tag.digest}`, url), request, response);
  }

  async function forward(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization: _, host: __, ...headers } = request.headers;
    const path = url.pathname.replace(`/v2/${prefix}`, '/v2/');
    const asked = httpRequest(new URL(`${path}${url.search}`, docker), { method: request.method, headers });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    if (prefix !== '' && path === '/v2/_catalog') return sendCatalog(answer, response);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }

  async function sendCatalog(answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const { repositories } = JSON.parse(await text(answer)) as { readonly repositories: readonly string[] };
    sendJson(response, 200, { repositories: repositories.map((name) => `${prefix}${name}`) });
  }

  return {
    ...server,
    world,
    api,
    distribution,
    takeFaults() {
      const taken = [...faults];
      faults.clear();
      return taken;
    },
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
