import type { Reference } from '../../oci/parse-reference.ts';

/** Under which Docker keeps the account of Docker Hub, and asks helpers for it. */
const HUB_KEY = 'https://index.docker.io/v1/';
const HUB_HOSTS = ['index.docker.io', 'docker.io', 'registry-1.docker.io'];
const WITH_SCHEME = /^https?:\/\/([^/]*)/;

type Place = Pick<Reference, 'registry' | 'repository'>;

/** What a credential helper is asked for. */
export const helperKey = ({ registry }: Place): string => (registry === 'docker.io' ? HUB_KEY : registry);

/**
 * What is kept for an image: under its host, also with a scheme and a path behind it, as old versions of Docker wrote it, or
 * under a part of its repository, as Podman does; the closest wins.
 */
export function findByKey<T>(kept: Readonly<Record<string, T>> | null | undefined, place: Place): T | undefined {
  const byName = new Map(Object.entries(kept ?? {}).map(([key, value]) => [WITH_SCHEME.exec(key)?.[1] ?? key, value]));
  const name = namesOf(place).find((each) => byName.has(each));
  return name === undefined ? undefined : byName.get(name);
}

function namesOf({ registry, repository }: Place): readonly string[] {
  const parts = repository.split('/');
  const folders = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
  const hosts = registry === 'docker.io' ? HUB_HOSTS : [registry];
  return [...folders.flatMap((folder) => hosts.map((host) => `${host}/${folder}`)), ...hosts];
}
