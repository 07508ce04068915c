import { Enums, Models } from '@cyclonedx/cyclonedx-library';
import { purlOf } from '../../ecosystems/purl.ts';
import type { OperatingSystem } from '../../model/inventory.ts';
import type { LocatedPackage } from '../../model/package.ts';
import { identityOf } from '../identity-of.ts';
import { printable } from '../printable.ts';

const SCOPED = /^(@[^/]+)\/(.+)$/;

/** A package of the image. */
export function componentOf(pkg: LocatedPackage, os: OperatingSystem | undefined): Models.Component {
  const purl = purlOf(pkg, os);
  const [group, name] = splitName(pkg);
  return new Models.Component(Enums.ComponentType.Library, printable(name), {
    bomRef: refOf(pkg),
    ...(group ? { group: printable(group) } : {}),
    version: printable(pkg.version),
    ...(purl ? { purl } : {}),
    properties: propertiesOf([
      ['ecosystem', pkg.ecosystem],
      ['layer', pkg.layer],
      ['architecture', pkg.architecture],
      ['source', pkg.source && `${pkg.source.name} ${pkg.source.version}`],
      ['modularity', pkg.modularity],
      ['evidence', pkg.evidence],
      ['ownedBy', pkg.ownedBy && `${pkg.ownedBy.ecosystem} ${pkg.ownedBy.name}`],
    ]),
  });
}

/** npm's scope and Maven's group are fields of their own. */
function splitName({ ecosystem, name }: LocatedPackage): readonly [group: string, name: string] {
  if (ecosystem === 'npm') {
    const [, scope, rest] = SCOPED.exec(name) ?? [];
    return scope && rest ? [scope, rest] : ['', name];
  }
  const at = ecosystem === 'maven' ? name.indexOf(':') : -1;
  return at > 0 ? [name.slice(0, at), name.slice(at + 1)] : ['', name];
}

/** How the document names a package at its place. */
export const refOf = (pkg: LocatedPackage): string => `package:${identityOf(pkg, pkg.layer)}`;

export type Fact = readonly [name: string, value: string | undefined];

/** https://github.com/CycloneDX/cyclonedx-property-taxonomy: names of our own begin with `plimsoll:`. */
export function propertiesOf(facts: readonly Fact[]): Models.PropertyRepository {
  return new Models.PropertyRepository(
    facts.flatMap(([name, value]) =>
      value === undefined ? [] : [new Models.Property(`plimsoll:${name}`, printable(value))],
    ),
  );
}
