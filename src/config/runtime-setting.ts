import { resolve } from 'node:path';

/** Where to look for containers, as PLIMSOLL_RUNTIME names it. */
export type RuntimeSetting = { readonly name: string } & (
  | { readonly kind: 'docker'; readonly socketPath: string }
  | { readonly kind: 'docker'; readonly url: string; readonly certificates?: string }
  | { readonly kind: 'cri'; readonly socketPath: string }
  | { readonly kind: 'kubernetes'; readonly kubeconfig: 'in-cluster' | string; readonly context?: string }
);

export const runtimeExamples = [
  'docker:unix:/var/run/docker.sock',
  'docker:tcp://build-1:2376?certs=/etc/plimsoll/docker',
  'kubernetes:in-cluster',
  'kubernetes:/etc/plimsoll/kubeconfig#staging',
  'edge-7=docker:unix:/run/podman/podman.sock',
  'cri:unix:/run/containerd/containerd.sock',
] as const;

const NAMED = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})=(.*)$/s;
const MOST_SOURCES = 100;
const LONGEST = 500;
const DOCKER_TLS_PORT = '2376';

/** undefined for what cannot be read as such a list, or names one source twice. */
export function parseRuntimeSettings(text: string): readonly RuntimeSetting[] | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const parsed = parts.map(parsePart);
  const names = new Set(parsed.map((source) => source?.name));
  if (parsed.length > MOST_SOURCES || names.size < parsed.length) return undefined;
  return parsed.every((source) => source !== undefined) ? parsed : undefined;
}

function parsePart(part: string): RuntimeSetting | undefined {
  if (part.length > LONGEST) return undefined;
  const [, given, rest = part] = NAMED.exec(part) ?? [];
  const name = given ?? part;
  if (rest.startsWith('docker:')) return parseDocker(name, rest.slice('docker:'.length));
  if (rest.startsWith('cri:')) return parseCri(name, rest.slice('cri:'.length));
  if (rest.startsWith('kubernetes:')) return parseKubernetes(name, rest.slice('kubernetes:'.length));
  return undefined;
}

function parseDocker(name: string, address: string): RuntimeSetting | undefined {
  if (address.startsWith('unix:')) {
    const socketPath = parseSocket(address);
    return socketPath === undefined ? undefined : { name, kind: 'docker', socketPath };
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'tcp:' || url.hostname === '' || url.port === '' || url.username !== '') return undefined;
  const certificates = url.searchParams.get('certs') ?? undefined;
  const scheme = certificates !== undefined || url.port === DOCKER_TLS_PORT ? 'https' : 'http';
  return {
    name,
    kind: 'docker',
    url: `${scheme}://${url.host}`,
    ...(certificates === undefined ? {} : { certificates: resolve(certificates) }),
  };
}

function parseCri(name: string, address: string): RuntimeSetting | undefined {
  const socketPath = parseSocket(address);
  return socketPath === undefined ? undefined : { name, kind: 'cri', socketPath };
}

/** `unix:/path` or `unix:///path`. */
function parseSocket(address: string): string | undefined {
  if (!address.startsWith('unix:')) return undefined;
  const path = address.slice('unix:'.length).replace(/^\/{2}/, '');
  return path.startsWith('/') ? path : undefined;
}

function parseKubernetes(name: string, place: string): RuntimeSetting | undefined {
  if (place === 'in-cluster') return { name, kind: 'kubernetes', kubeconfig: 'in-cluster' };
  const mark = place.lastIndexOf('#');
  const path = mark < 0 ? place : place.slice(0, mark);
  const context = mark < 0 ? undefined : place.slice(mark + 1);
  if (!path.startsWith('/') || context === '') return undefined;
  return { name, kind: 'kubernetes', kubeconfig: path, ...(context === undefined ? {} : { context }) };
}
