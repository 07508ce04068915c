import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { describeBadDigest, isDigest } from './parse-digest.ts';

/** Where an image is, as people write it: `host[:port]/path[:tag][@digest]`. */
export interface Reference {
  /** `host[:port]`; `docker.io` when the text names none. */
  readonly registry: string;
  readonly repository: string;
  /** `latest` when the text has neither tag nor digest. */
  readonly tag?: string;
  /** Wins over the tag when both are given. */
  readonly digest?: Digest;
}

const MAX_REFERENCE_LENGTH = 1_024;
const MAX_NAME_LENGTH = 255;

// Grammar: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
const SEGMENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST =
  /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)(?::([0-9]{1,5}))?$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const LOCAL_HOST = /^(?:localhost|127\.[0-9.]+|\[::1\])(?::[0-9]+)?$/;
const HOST_MARK = /[.:]/;
const HEX64 = /^[0-9a-f]{64}$/;

/** The repository grammar of the distribution spec: lower-case segments between slashes, 255 characters at most. */
export function isRepositoryName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && text.split('/').every((segment) => SEGMENT.test(segment));
}

/** The tag grammar of the distribution spec, 128 characters at most. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Reads a Docker-style reference. The first segment is a host when it holds a dot, a colon or an upper-case letter or is
 * `localhost`; without a host it means Docker Hub, where a single segment lives under `library/`.
 * @throws AppError `image-not-found`: no image can have such a name
 */
export function parseReference(text: string): Reference {
  const refuse = (why: string) =>
    new AppError('image-not-found', `${JSON.stringify(text.slice(0, 200))} is not an image reference: ${why}`);

  if (text === '') throw refuse('it is empty.');
  if (text.length > MAX_REFERENCE_LENGTH) throw refuse(`it is longer than ${MAX_REFERENCE_LENGTH} characters.`);
  if (text !== text.trim()) throw refuse('remove the white space around it.');
  if (SCHEME.test(text)) throw refuse('write it without a scheme, such as registry.example.com/team/app:1.0.');

  const [named, digest, extra] = text.split('@');
  if (named === undefined || extra !== undefined) throw refuse('it holds more than one "@".');
  if (digest !== undefined && !isDigest(digest)) throw refuse(describeBadDigest(digest));

  const { registry, rest } = splitRegistry(named);
  const port = HOST.exec(registry);
  if (port === null) throw refuse(`"${registry}" is not a host name with an optional port.`);
  if (port[1] !== undefined && (Number(port[1]) < 1 || Number(port[1]) > 65_535))
    throw refuse('the port is not between 1 and 65535.');

  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) {
    throw refuse('a tag has 1 to 128 letters, digits, ".", "_" or "-" and starts with a letter, digit or "_".');
  }
  if (path === '') throw refuse('the repository is missing.');
  if (path !== path.toLowerCase()) throw refuse('repository names are lower case.');

  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (!isRepositoryName(repository)) {
    throw refuse(
      'a repository is lower-case letters and digits, joined by ".", "_", "__" or "-", in segments between "/".',
    );
  }
  if (registry === 'docker.io' && HEX64.test(path)) throw refuse('64 hex digits are an image id, not a repository.');

  return {
    registry,
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

function splitRegistry(named: string): { registry: string; rest: string } {
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const isHost = HOST_MARK.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isHost) return { registry: 'docker.io', rest: named };
  const registry = first === 'index.docker.io' || first === 'registry-1.docker.io' ? 'docker.io' : first;
  return { registry, rest: named.slice(slash + 1) };
}

/** The canonical spelling: host always, tag and digest as given. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** Base URL of a reference's registry: plain HTTP for this machine only, and Docker Hub's real host. */
export function registryUrl(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  return `${LOCAL_HOST.test(registry) ? 'http' : 'https'}://${registry}`;
}
