import { PackageURL } from 'packageurl-js';
import type { OperatingSystem } from '../model/inventory.ts';
import type { Package } from '../model/package.ts';
import { ecosystems } from './index.ts';

/**
 * The package URL of a package, https://github.com/package-url/purl-spec: `pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12`.
 * Qualifiers are those that other scanners write: `arch`, `epoch`, `distro`, `upstream`, `rpmmod`. Undefined where none can
 * be written: of a kind without a type, or with a name that its type does not know, such as a Maven artifact without a group.
 */
export function purlOf(pkg: Package, os?: OperatingSystem): string | undefined {
  const type = purlTypes.get(pkg.ecosystem);
  if (type === undefined) return undefined;
  const [namespace, name] = splitName(pkg, type, os);
  try {
    const { version, epoch } = splitVersion(pkg, type);
    const qualifiers = qualifiersOf(pkg, type, epoch, os);
    return new PackageURL(type, namespace, name, version, qualifiers, undefined).toString();
  } catch {
    return undefined; // the library refuses what its type forbids
  }
}

const purlTypes: ReadonlyMap<string, string> = new Map(ecosystems.map(({ name, purlType }) => [name, purlType]));
const SYSTEM_TYPES: readonly string[] = ['deb', 'apk', 'rpm'];

/** Where the vendor of a distribution is not called by its os-release ID. */
const VENDORS: Readonly<Record<string, string>> = {
  rhel: 'redhat',
  sles: 'suse',
  sled: 'suse',
  sle_hpc: 'suse',
  'opensuse-leap': 'opensuse',
  'opensuse-tumbleweed': 'opensuse',
};

function splitName(
  { name }: Package,
  type: string,
  os: OperatingSystem | undefined,
): readonly [namespace: string | undefined, name: string] {
  if (SYSTEM_TYPES.includes(type)) {
    const family = os?.family ?? '';
    return [(Object.hasOwn(VENDORS, family) ? VENDORS[family] : family) || undefined, name];
  }
  const separator = type === 'maven' ? ':' : '/'; // `group:artifact`; `@scope/name`, `vendor/name`, `host/path/module`
  const at = name.lastIndexOf(separator);
  return at <= 0 ? [undefined, name] : [name.slice(0, at), name.slice(at + 1)];
}

const EPOCH = /^([0-9]+):/;

/** An rpm's epoch is a qualifier; a Debian version keeps its own. */
function splitVersion(
  { version }: Package,
  type: string,
): { readonly version: string | undefined; readonly epoch?: string } {
  const [all = '', epoch] = (type === 'rpm' && EPOCH.exec(version)) || [];
  const rest = version.slice(all.length) || undefined;
  return epoch === undefined ? { version: rest } : { version: rest, epoch };
}

function qualifiersOf(
  pkg: Package,
  type: string,
  epoch: string | undefined,
  os: OperatingSystem | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!SYSTEM_TYPES.includes(type)) return undefined;
  const upstream = upstreamOf(pkg, type);
  const found = {
    ...(pkg.architecture ? { arch: pkg.architecture } : {}),
    ...(epoch === undefined || epoch === '0' ? {} : { epoch }),
    ...(os?.family ? { distro: [os.family, os.release].filter((part) => part !== '').join('-') } : {}),
    ...(upstream ? { upstream } : {}),
    ...(pkg.modularity ? { rpmmod: pkg.modularity } : {}),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}

/** The source package, where it differs: with its version, where that differs, too. */
function upstreamOf({ name, version, source }: Package, type: string): string | undefined {
  if (!source?.name) return undefined;
  if (type === 'rpm') {
    const plain = (source.version || version).replace(EPOCH, '');
    return `${source.name}-${plain}.src.rpm`;
  }
  const own = source.version === '' || source.version === version;
  if (!own) return `${source.name}@${source.version}`;
  return source.name === name ? undefined : source.name;
}
