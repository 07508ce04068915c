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

const INSIDE = '!/';

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
    if (this.#claims.size === 0 || systemEcosystems.includes(pkg.ecosystem)) return pkg;
    const [file = ''] = pkg.path.split(INSIDE, 1);
    const claim = this.#claims.get(mergedUsr(file));
    return claim && this.#placeOf(pkg.layer) <= claim.place ? { ...pkg, ownedBy: claim.owner } : pkg;
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
