const API_PATH = /^(\/.{0,200})?\/api\/docker\/([^/]{1,200})\/?(?:v2\/?)?$/;
const V2 = /\/v2\/?$/;
const SLASHES = /^\/{1,8}|\/{1,8}$/g;

/** What the address of an Artifactory tells. */
export interface ArtifactoryAddress {
  /** Where /v2 is. */
  readonly registry: string;
  /** Of Artifactory's own API, with a slash at the end. */
  readonly api: URL;
  /** The one repository that is meant; absent: whatever there is. */
  readonly key: string | undefined;
  /** Whether names of images begin with the key of their repository. */
  readonly prefixed: boolean;
}

/**
 * The ways that Docker is told of Artifactory: `https://host/artifactory/api/docker/key`, where names stand alone; `https://host`
 * and `https://host/key`, where they begin with the key: https://jfrog.com/help/r/jfrog-artifactory-documentation/get-started-with-docker
 */
export function locateArtifactory(address: string): ArtifactoryAddress | undefined {
  const url = URL.parse(address);
  if (url === null) return undefined;
  const [, root, key] = API_PATH.exec(url.pathname) ?? [];
  if (key !== undefined)
    return {
      registry: address,
      api: new URL(`${root ?? ''}/`, url.origin),
      key: decodeURIComponent(key),
      prefixed: false,
    };
  const rest = url.pathname.replace(V2, '/').replace(SLASHES, '');
  const named = rest === '' || rest === 'artifactory' ? undefined : decodeURIComponent(rest.split('/')[0] ?? '');
  return { registry: url.origin, api: new URL('/artifactory/', url.origin), key: named, prefixed: true };
}
