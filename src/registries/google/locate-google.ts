import type { RegistrySettings } from '../../model/registry.ts';
import { baseUrl } from '../distribution/base-url.ts';
import { regionOf } from '../region-of.ts';
import { splitNamespace } from '../vendor/split-namespace.ts';

/** Where a registry of Google lies. */
export interface GoogleAddress {
  /** Of the distribution: the root of the host. */
  readonly url: string;
  /** `us-central1`, `europe`; undefined where neither host nor settings tell it. */
  readonly location: string | undefined;
  /** As the path names it: `acme`, or `example.com/acme` of a project within a domain. */
  readonly project: string | undefined;
  /** The one repository of Artifact Registry to list; undefined = all of the project. */
  readonly repository: string | undefined;
  /** A host of Container Registry, whose images are named without their repository: `gcr.io/acme/app`. */
  readonly isContainerRegistry: boolean;
}

const HOST = /^([a-z0-9-]{1,63})-docker\.pkg\.dev$/;
// https://cloud.google.com/artifact-registry/docs/transition/gcr-repositories
const containerRegistries: Readonly<Record<string, string>> = {
  'gcr.io': 'us',
  'us.gcr.io': 'us',
  'eu.gcr.io': 'europe',
  'asia.gcr.io': 'asia',
};

/** `https://us-central1-docker.pkg.dev[/project[/repository]]`, `https://gcr.io[/project]`, or a host of one's own with a region. */
export function locateGoogle(settings: Pick<RegistrySettings, 'url' | 'region'>): GoogleAddress {
  const { url, namespace = '' } = splitNamespace(settings.url);
  const { hostname } = baseUrl(url);
  const parts = namespace.split('/').filter((part) => part !== '');
  const projectParts = parts[0]?.includes('.') ? 2 : 1;
  const old = containerRegistries[hostname];
  return {
    url,
    location: HOST.exec(hostname)?.[1] ?? old ?? regionOf(settings),
    project: parts.length < projectParts ? undefined : parts.slice(0, projectParts).join('/'),
    repository: old === undefined ? parts[projectParts] : hostname,
    isContainerRegistry: old !== undefined,
  };
}
