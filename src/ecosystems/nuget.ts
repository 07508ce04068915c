import { nuget as nugetVersions } from '../versions/nuget.ts';
import type { Ecosystem } from './ecosystem.ts';

/** Packages of .NET; their names do not differ by case. */
export const nuget: Ecosystem = {
  name: 'nuget',
  versions: nugetVersions,
  purlType: 'nuget',
  namespaces: () => ['NuGet'],
  lookup: (pkg) => ({ name: pkg.name.toLowerCase(), version: pkg.version }),
};
