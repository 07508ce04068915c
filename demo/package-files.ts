// The files by which package managers say what is installed, as they look in real images.

/** A Debian package; `source` when it is named differently. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly source?: string;
}

/** An Alpine package; `origin` is the package it was built from. */
export interface AlpinePackage {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
}

/** /usr/lib/os-release: https://www.freedesktop.org/software/systemd/man/os-release.html */
export function osRelease(id: 'debian' | 'alpine', version: string, prettyName: string): string {
  return `PRETTY_NAME="${prettyName}"\nNAME="${prettyName.split(' v')[0]}"\nID=${id}\nVERSION_ID=${id === 'debian' ? `"${version}"` : version}\n`;
}

/** /var/lib/dpkg/status: https://manpages.debian.org/bookworm/dpkg-dev/deb822.5.en.html */
export function dpkgStatus(packages: readonly DebianPackage[]): string {
  return packages
    .map(({ name, version, source }) =>
      [
        `Package: ${name}`,
        'Status: install ok installed',
        'Priority: optional',
        'Section: libs',
        'Installed-Size: 512',
        'Maintainer: Debian Maintainers <packages@example.org>',
        'Architecture: amd64',
        ...(source ? [`Source: ${source}`] : []),
        `Version: ${version}`,
        `Description: ${name}`,
        ' A package of the demo.',
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** /lib/apk/db/installed: https://wiki.alpinelinux.org/wiki/Apk_spec */
export function apkInstalled(packages: readonly AlpinePackage[]): string {
  return packages
    .map(({ name, version, origin }) =>
      [
        'C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        `P:${name}`,
        `V:${version}`,
        'A:x86_64',
        'S:1024',
        'I:4096',
        `T:${name}`,
        'U:https://example.org',
        'L:MIT',
        `o:${origin}`,
        'F:usr',
        'F:usr/lib',
        '',
      ].join('\n'),
    )
    .map((paragraph) => `${paragraph}\n`)
    .join('');
}

/** `node_modules/<name>/package.json` below a folder, for each name. */
export function nodeModules(
  folder: string,
  packages: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(packages).map(([name, version]) => [
      `${folder}/node_modules/${name}/package.json`,
      `${JSON.stringify({ name, version, license: 'MIT' }, null, 2)}\n`,
    ]),
  );
}

/** `<name>-<version>.dist-info/METADATA`: https://packaging.python.org/en/latest/specifications/core-metadata/ */
export function pythonPackages(packages: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(packages).map(([name, version]) => [
      `usr/local/lib/python3.11/site-packages/${name}-${version}.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nSummary: A package of the demo\n\nName: not a header, this is the description.\n`,
    ]),
  );
}
