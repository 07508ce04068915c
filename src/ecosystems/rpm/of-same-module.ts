import type { Advisory } from '../../model/advisory.ts';
import type { Package } from '../../model/package.ts';

/** Names of streams, `nodejs:12`; `unsaid` when it is of a module and nothing says of which stream. */
type Streams = readonly string[] | 'unsaid';

// A build of a module says so in its release, with the numbers of the build: `12.22.12-1.module_el8.6.0+3261+490666b3`.
const BUILD = /\.(module[+_].*)$/;
const UPSTREAM = /^(?:[0-9]+:)?([^.-]*(?:\.[^.-]*)?)/;

/**
 * The advisories that speak of the package's stream of modules, or of packages of no module when it is of none:
 * https://docs.fedoraproject.org/en-US/modularity/. Some packages lack the label that says it
 * (https://bugs.almalinux.org/view.php?id=173), and some titles of advisories. Then the stream is one that has the same
 * build, else one with the same upstream version, else it may be any: rather one too many than one too few.
 */
export function ofSameModule(pkg: Package, advisories: readonly Advisory[]): readonly Advisory[] {
  const own = streamsOfPackage(pkg);
  if (own.length === 0) return advisories.filter((advisory) => streamsOfAdvisory(advisory).length === 0);
  const stated = advisories.map((advisory) => ({ advisory, streams: streamsOfAdvisory(advisory) }));
  const known = stated.flatMap(({ advisory, streams }) => (streams === 'unsaid' ? [] : buildsOf(advisory, streams)));
  const mine = own === 'unsaid' ? streamsLike([pkg.version], known) : own;
  return stated.flatMap(({ advisory, streams }) => {
    if (streams.length === 0) return [];
    const theirs = streams === 'unsaid' ? streamsLike(versionsOf(advisory), known) : streams;
    const open = mine.length === 0 || theirs.length === 0;
    return open || theirs.some((stream) => mine.includes(stream)) ? [advisory] : [];
  });
}

function streamsOfPackage({ modularity, version }: Package): Streams {
  const [name, stream] = modularity?.split(':', 2) ?? [];
  if (name && stream) return [`${name}:${stream}`];
  return BUILD.test(version) ? 'unsaid' : [];
}

function streamsOfAdvisory(advisory: Advisory): Streams {
  if (advisory.module !== undefined) return advisory.module.split(' ');
  return versionsOf(advisory).some((version) => BUILD.test(version)) ? 'unsaid' : [];
}

/** Those it names as mended or affected. */
function versionsOf({ ranges, versions }: Advisory): readonly string[] {
  const events = ranges.flatMap((range) => range.events);
  return [...versions, ...events.flatMap((event) => ('fixed' in event ? [event.fixed] : []))];
}

interface KnownBuild {
  readonly version: string;
  readonly streams: readonly string[];
}

function buildsOf(advisory: Advisory, streams: readonly string[]): readonly KnownBuild[] {
  return versionsOf(advisory).map((version) => ({ version, streams }));
}

/** The streams with a build that has something in common with one of the versions; none when nothing is known. */
function streamsLike(versions: readonly string[], known: readonly KnownBuild[]): readonly string[] {
  for (const traitOf of [buildNumbers, upstream]) {
    const wanted = new Set(versions.map(traitOf));
    const alike = known.filter(({ version }) => wanted.has(traitOf(version)));
    if (alike.length > 0) return alike.flatMap(({ streams }) => streams);
  }
  return [];
}

const buildNumbers = (version: string) => BUILD.exec(version)?.[1];
/** Its first two numbers: `12.22`. */
const upstream = (version: string) => UPSTREAM.exec(version)?.[1];
