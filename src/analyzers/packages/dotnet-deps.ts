import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isTestContent } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const ENDING = '.deps.json';
/** A runtime that came with the application: its name after this prefix is that of a package. */
const RUNTIME_PACK = 'runtimepack.';
/** What of a package ends up beside the application. */
const assets = ['runtime', 'runtimeTargets', 'native', 'resources'] as const;

const Records = z.record(z.string(), z.unknown());
const Dependencies = z.object({
  runtimeTarget: z.object({ name: z.string() }).optional(),
  targets: z.record(z.string(), Records).default({}),
  libraries: z.record(z.string(), z.object({ type: z.string().optional() })),
});

/**
 * What a .NET application consists of: packages that brought a file, and the runtime if it has its own. Projects and
 * references are the application's own code.
 * https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
 */
export const dotnetDeps: Analyzer = {
  name: 'dotnet-deps',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => path.endsWith(ENDING) && !isTestContent(path),
  analyze(file, problem) {
    const dependencies = readDocument(file.text(), 'JSON', Dependencies, problem);
    const found = new FoundPackages({ ecosystem: 'nuget' });
    const target = dependencies?.targets[dependencies.runtimeTarget?.name ?? ''] ?? {};
    for (const [key, { type }] of Object.entries(dependencies?.libraries ?? {})) {
      if (type !== 'package' && type !== 'runtimepack') continue;
      const [name = '', version] = key.split('/');
      if (type === 'runtimepack') found.add(name.replace(RUNTIME_PACK, ''), version, key);
      else if (hasAssets(target[key])) found.add(name, version, key);
    }
    return found.build(problem);
  },
};

/** A package that the target does not describe may have brought anything. */
function hasAssets(described: unknown): boolean {
  const { data: parts } = Records.safeParse(described);
  return parts === undefined || assets.some((asset) => Object.keys(Object(parts[asset])).length > 0);
}
