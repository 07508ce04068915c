import { isPackageText } from '../package-text.ts';
import { knownGroupOf } from './known-groups.ts';

export interface ArchiveIdentity {
  /** Undefined: nothing tells it. */
  readonly group?: string;
  readonly artifact: string;
  readonly version: string;
}

const ENDING = /\.(?:[a-z]{3}|jmod)$/;
const VERSIONED = /^([A-Za-z][\w.]*(?:-[A-Za-z_][\w.]*)*?)-(\d[\w.+-]*)$/;
const NAME = /^[A-Za-z][\w.-]*$/;
const VERSION = /^\d[\w.+-]*$/;
const GROUP = /^[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+$/;
const NOT_RUN = /-(?:sources|javadoc|tests|test-sources)$/;
const MAX_NAME = 200;
/** Part of every Java runtime, and of no package. */
const RUNTIME = 'Java Platform API Specification';

/** Says whose it is, not which of their groups. */
const TOO_WIDE = 'org.apache';

/**
 * Which Maven package an archive without pom.properties is, from its path and manifest; undefined when they tell no name
 * and version. The group is that of the local repository it lies in, of a well-known artifact, what the vendor wrote, or
 * what precedes the artifact in the name of the OSGi bundle; it is never guessed from the packages inside.
 */
export function identifyArchive(path: string, manifest: ReadonlyMap<string, string>): ArchiveIdentity | undefined {
  const folders = path.split('/');
  const stem = (folders.pop() ?? '').replace(ENDING, '').slice(0, MAX_NAME);
  if (NOT_RUN.test(stem) || manifest.get('specification-title') === RUNTIME) return undefined;
  const stored = fromRepository(folders, stem);
  if (stored) return stored;
  const [, namedArtifact, namedVersion] = VERSIONED.exec(stem) ?? [];
  const get = (...names: readonly string[]) => names.map((name) => manifest.get(name)).find(isPackageText);
  const title = get('implementation-title');
  const artifact = namedArtifact ?? (title !== undefined && NAME.test(title) ? title : stem);
  const version = namedVersion ?? get('implementation-version', 'bundle-version', 'specification-version');
  if (version === undefined || !VERSION.test(version) || !NAME.test(artifact)) return undefined;
  const bundle = get('bundle-symbolicname')?.split(';', 1)[0] ?? '';
  const group = knownGroupOf(artifact, version) ?? groupFrom(artifact, get('implementation-vendor-id'), bundle);
  return { artifact, version, ...(group === undefined ? {} : { group }) };
}

function groupFrom(artifact: string, vendor: string | undefined, bundle: string): string | undefined {
  const ending = `.${artifact}`;
  const told = [vendor, bundle.endsWith(ending) ? bundle.slice(0, -ending.length) : undefined];
  return told.find((group) => group !== undefined && GROUP.test(group) && group !== TOO_WIDE);
}

/** `repository/<group as folders>/<artifact>/<version>/` of Maven, `files-2.1/<group>/<artifact>/<version>/<hash>/` of Gradle. */
function fromRepository(folders: readonly string[], stem: string): ArchiveIdentity | undefined {
  const gradle = folders.at(-5) === 'files-2.1';
  const [artifact = '', version = ''] = gradle ? folders.slice(-3, -1) : folders.slice(-2);
  if (artifact === '' || version === '' || !`${stem}-`.startsWith(`${artifact}-${version}-`)) return undefined;
  const start = Math.max(folders.lastIndexOf('repository'), folders.lastIndexOf('maven-repo')) + 1;
  const group = gradle ? folders.at(-4) : start === 0 ? '' : folders.slice(start, -2).join('.');
  return group ? { group, artifact, version } : undefined;
}
