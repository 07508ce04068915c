import type { Digest } from '../model/digest.ts';
import type { LocatedFinding } from '../model/inventory.ts';
import type { LocatedPackage, PackageOwner } from '../model/package.ts';
import { systemEcosystems } from '../model/system-ecosystems.ts';
import { mergedUsr } from './merged-usr.ts';

interface Claim {
  readonly owner: PackageOwner;
  /** Place of the layer that installed the owner. */
  readonly place: number;
}

interface Located {
  readonly path: string;
  readonly layer: Digest;
}

const INSIDE = '!/';
/** Without these it is not known which system and packages there are, whoever owns them. */
const DESCRIBES_SYSTEM = /^(?:etc|var\/lib|(?:usr\/)?lib\/(?:apk|sysimage))\/|-release$/;

/** Which files of an image came with a package of its operating system. */
export class FileOwners {
  readonly #claims = new Map<string, Claim>();
  readonly #places: ReadonlyMap<Digest, number>;

  /** `files` holds the findings of each file as the layers leave it; `layers` go from the base upwards. */
  constructor(files: readonly (readonly LocatedFinding[])[], layers: readonly Digest[]) {
    this.#places = new Map(layers.map((layer, place) => [layer, place]));
    for (const findings of files)
      if (findings.some(({ finding }) => finding.kind === 'ownership')) this.#claim(findings);
  }

  /**
   * The package with its owner, if it has one. A file that an upper layer wrote over one of the system's is nobody's:
   * the system's advisories do not speak for what was copied there.
   */
  own(pkg: LocatedPackage): LocatedPackage {
    if (systemEcosystems.includes(pkg.ecosystem)) return pkg;
    const owner = this.#ownerOf(pkg);
    return owner ? { ...pkg, ownedBy: owner } : pkg;
  }

  /** Whether the system's advisories say all there is to say about a file that could not be read. */
  speakFor(problem: Located): boolean {
    return !DESCRIBES_SYSTEM.test(problem.path) && this.#ownerOf(problem) !== undefined;
  }

  #ownerOf({ path, layer }: Located): PackageOwner | undefined {
    if (this.#claims.size === 0) return undefined;
    const [file = ''] = path.split(INSIDE, 1);
    const claim = this.#claims.get(mergedUsr(file));
    return claim && this.#placeOf(layer) <= claim.place ? claim.owner : undefined;
  }

  #claim(findings: readonly LocatedFinding[]): void {
    const installed = new Map<string, number>();
    for (const { finding, layer } of findings) {
      if (finding.kind !== 'package') continue;
      const key = keyOf(finding.package);
      installed.set(key, Math.max(this.#placeOf(layer), installed.get(key) ?? 0));
    }
    for (const { finding, layer } of findings) {
      if (finding.kind !== 'ownership') continue;
      const { owner } = finding;
      // A database of all packages is written anew by each layer; its packages keep the layer that brought them.
      const place = installed.get(keyOf(owner)) ?? this.#placeOf(layer);
      for (const path of finding.paths) this.#add(mergedUsr(path), { owner, place });
    }
  }

  /** Of two packages with one file, as after a diversion, the later one has it. */
  #add(path: string, claim: Claim): void {
    if ((this.#claims.get(path)?.place ?? -1) < claim.place) this.#claims.set(path, claim);
  }

  #placeOf(layer: Digest): number {
    return this.#places.get(layer) ?? 0;
  }
}

const keyOf = ({ ecosystem, name }: PackageOwner) => `${ecosystem} ${name}`;
