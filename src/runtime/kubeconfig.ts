import { dirname, resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import { type JsonEndpoint, readCredential } from './json-client.ts';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const AUTHORITY = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';
const MOST_BYTES = 4 * 1024 * 1024;

// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/; every scalar is read as text.
const text = z.string().optional();
const Cluster = z.object({
  server: z.string(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': text,
  'tls-server-name': text,
});
const User = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  username: text,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});
type User = z.infer<typeof User>;
const Kubeconfig = z.object({
  'current-context': text,
  clusters: z.array(z.object({ name: z.string(), cluster: Cluster })),
  users: z.array(z.object({ name: z.string(), user: User.nullish() })).default([]),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: text }) })),
});
type Kubeconfig = z.infer<typeof Kubeconfig>;

/** As every pod finds its own cluster: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export async function inClusterEndpoint(label: string): Promise<JsonEndpoint> {
  const ca = await readCredential(AUTHORITY, `The authority of ${label}`);
  return {
    url: 'https://kubernetes.default.svc',
    label,
    tls: { ca },
    headers: async () => bearer(await readCredential(TOKEN, `The token of ${label}`)),
  };
}

/** A context of a kubeconfig file, the current one unless named. @throws AppError that says what is wrong with it */
export async function kubeconfigEndpoint(label: string, path: string, context?: string): Promise<JsonEndpoint> {
  const refuse = (why: string, cause?: unknown) =>
    new AppError('file-unreadable', `${label}: the kubeconfig ${path} ${why}`, { cause, retryable: true });
  const config = parseKubeconfig(await readCredential(path, `The kubeconfig of ${label}`), refuse);
  const wanted = context ?? config['current-context'];
  const chosen = config.contexts.find(({ name }) => name === wanted)?.context;
  if (!chosen) throw refuse(`has no context ${JSON.stringify(wanted ?? '')}; name one of its own after "#".`);
  const cluster = config.clusters.find(({ name }) => name === chosen.cluster)?.cluster;
  if (!cluster) throw refuse(`has no cluster ${JSON.stringify(chosen.cluster)}, which its context names.`);
  const user = config.users.find(({ name }) => name === chosen.user)?.user ?? {};
  if (user.exec !== undefined || user['auth-provider'] !== undefined || user.username !== undefined)
    throw refuse(
      'signs in with exec, auth-provider or a password: give it a token, a tokenFile or a client certificate.',
    );
  const server = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (server?.protocol !== 'https:' && server?.protocol !== 'http:') throw refuse('names no http(s) server.');
  const files = createFileReader(dirname(path), label);
  const headers = headersOf(user, files);
  return {
    url: `${server.origin}${server.pathname.replace(/\/$/, '')}`,
    label,
    tls: await tlsOf(cluster, user, files),
    ...(headers ? { headers } : {}),
  };
}

function parseKubeconfig(content: string, refuse: (why: string, cause?: unknown) => AppError): Kubeconfig {
  if (content.length > MOST_BYTES) throw refuse(`is longer than ${MOST_BYTES} bytes.`);
  let document: unknown;
  try {
    document = load(content, { schema: FAILSAFE_SCHEMA });
  } catch (cause) {
    throw refuse('is no YAML.', cause);
  }
  const parsed = Kubeconfig.safeParse(document);
  if (parsed.success) return parsed.data;
  throw refuse(`is not as kubectl writes it: ${parsed.error.issues[0]?.path.join('.')} is missing or wrong.`);
}

type FileReader = (data: string | undefined, file: string | undefined) => Promise<string | undefined>;

/** Base64 in the file itself, or another file, whose path counts from there. */
function createFileReader(folder: string, label: string): FileReader {
  return async (data, file) => {
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    return file === undefined
      ? undefined
      : readCredential(resolve(folder, file), `A certificate, key or token of ${label}`);
  };
}

async function tlsOf(cluster: z.infer<typeof Cluster>, user: User, read: FileReader): Promise<ConnectionOptions> {
  const ca = await read(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await read(user['client-certificate-data'], user['client-certificate']);
  const key = await read(user['client-key-data'], user['client-key']);
  const servername = cluster['tls-server-name'];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(servername === undefined ? {} : { servername }),
    ...(cluster['insecure-skip-tls-verify'] === 'true' ? { rejectUnauthorized: false } : {}),
  };
}

function headersOf(user: User, read: FileReader): JsonEndpoint['headers'] | undefined {
  const { token, tokenFile } = user;
  if (token === undefined && tokenFile === undefined) return undefined;
  return async () => bearer(token ?? (await read(undefined, tokenFile)) ?? '');
}

const bearer = (token: string) => ({ authorization: `Bearer ${token.trim()}` });
