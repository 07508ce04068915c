import type { OperatingSystem } from '../../model/inventory.ts';

const MAJOR = /^([0-9]{1,4})(?:\.|$)/;
const NUMBERS = /^[0-9]{1,4}(?:\.[0-9]{1,4})?$/;
const EULER_NAME = /^openEuler ([0-9]{2}\.[0-9]{2}) \((LTS(?:-SP[0-9]{1,2})?)\)$/;

/**
 * Where the advisories of a system are filed, as https://ossf.github.io/osv-schema/#defined-ecosystems spells it, by ID and
 * VERSION_ID of os-release; undefined for a system we know nothing about. Oracle, Amazon, Fedora and CentOS Stream have a
 * name that no feed has: not covered rather than unknown. CentOS Stream is none of Red Hat's releases: it runs ahead of
 * them, so that a higher number may lack a fix that a lower one there has.
 */
export function namespaceOf(os: OperatingSystem): string | undefined {
  const major = MAJOR.exec(os.release)?.[1];
  const release = NUMBERS.test(os.release) ? os.release : undefined;
  switch (os.family) {
    case 'almalinux':
      return named('AlmaLinux:', major);
    case 'rocky':
      return named('Rocky Linux:', major);
    case 'rhel':
      return named('Red Hat:enterprise_linux:', major);
    case 'centos':
      return named(isStream(os, major) ? 'CentOS Stream:' : 'Red Hat:enterprise_linux:', major);
    case 'ol':
      return named('Oracle Linux:', major);
    case 'amzn':
      return named('Amazon Linux:', release);
    case 'fedora':
      return named('Fedora:', major);
    case 'sles':
    case 'sled':
    case 'sles_sap':
    case 'sle_hpc':
      return named('SUSE:Linux Enterprise ', suseRelease(release));
    case 'sle-micro':
    case 'sle-micro-rancher':
      return named('SUSE:Linux Enterprise Micro ', release);
    case 'sl-micro':
      return named('SUSE:Linux Micro ', release);
    case 'opensuse':
    case 'opensuse-leap':
      return named('openSUSE:Leap ', release);
    case 'opensuse-leap-micro':
      return named('openSUSE:Leap Micro ', release);
    case 'opensuse-tumbleweed':
    case 'opensuse-microos':
      return 'openSUSE:Tumbleweed';
    case 'photon':
      return named('Photon OS:', release && (release.includes('.') ? release : `${release}.0`));
    case 'azurelinux':
    case 'mariner': // its name until release 3
      return named('Azure Linux:', major);
    case 'mageia':
      return named('Mageia:', major);
    case 'openeuler':
      return named('openEuler:', eulerRelease(os, release));
    default:
      return undefined;
  }
}

// Red Hat: one namespace for each repository (from 10 on of each minor release), and another for what is still mended after the release's end. `rhel_eus` and
// its like are other builds, for who stays on a minor release.
const RED_HAT = /^Red Hat:(?:enterprise_linux|rhel_els):([0-9]{1,2})(?:\.[0-9]{1,2})?(?:$|:)/;
// SUSE: one for each product and module that brings packages to a release, some with a phase of support behind it.
const SUSE =
  /^SUSE:(?:Linux Enterprise|Package Hub)(?: [A-Za-z0-9-]+){0,12}? ([0-9]{2}(?:\.[0-9]{1,2})?(?: SP[0-9]{1,2})?)(?:-[A-Za-z-]+)?$/;
const MICRO = /^SUSE:Linux Enterprise Micro /;
const OPENSUSE = /^(openSUSE:Leap [0-9]{1,2}\.[0-9]{1,2}) NonFree$/;

/** The namespace of `namespaceOf` that a feed's one belongs to; undefined where it is that, or belongs to none. */
export function fileUnder(namespace: string): string | undefined {
  const redHat = RED_HAT.exec(namespace)?.[1];
  if (redHat !== undefined) return `Red Hat:enterprise_linux:${redHat}`;
  const suse = MICRO.test(namespace) ? undefined : SUSE.exec(namespace)?.[1];
  if (suse !== undefined) return `SUSE:Linux Enterprise ${suse}`;
  return OPENSUSE.exec(namespace)?.[1];
}

const named = (prefix: string, release: string | undefined) => (release === undefined ? undefined : prefix + release);

/** 8 was both at one time, and only its name tells which; from 9 on there is no other. */
function isStream(os: OperatingSystem, major: string | undefined): boolean {
  return os.name.includes('Stream') || Number(major) > 8;
}

/** `15.5` is 15 SP5; from 16 on there are no service packs. */
function suseRelease(release: string | undefined): string | undefined {
  const [major = '', minor = '0'] = release?.split('.') ?? [];
  if (release === undefined || Number(major) > 15) return release;
  return minor === '0' ? major : `${major} SP${minor}`;
}

/** Only the name says which service pack of a long-term release it is. */
function eulerRelease(os: OperatingSystem, release: string | undefined): string | undefined {
  const [, version, support] = EULER_NAME.exec(os.name) ?? [];
  return version === undefined ? release : `${version}-${support}`;
}
