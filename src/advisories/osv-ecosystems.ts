/**
 * Base names of the folders in OSV.dev's bucket that have advisories about what images hold:
 * https://ossf.github.io/osv-schema/#affectedpackage-field
 */
export const osvEcosystems: readonly string[] = [
  'AlmaLinux',
  'Alpaquita',
  'Alpine',
  'Azure Linux',
  'BellSoft Hardened Containers',
  'Bitnami',
  'Chainguard',
  'Debian',
  'Go',
  'Hex',
  'Mageia',
  'Maven',
  'MinimOS',
  'NuGet',
  'Packagist',
  'Photon OS',
  'Pub',
  'PyPI',
  'Red Hat',
  'Rocky Linux',
  'RubyGems',
  'SUSE',
  'Ubuntu',
  'Wolfi',
  'crates.io',
  'npm',
  'openEuler',
  'openSUSE',
];
