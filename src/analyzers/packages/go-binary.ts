import type { Analyzer } from '../analyzer.ts';
import { isExecutable, parseExecutables } from '../executables/parse-executables.ts';
import { FoundPackages } from '../found-packages.ts';
import { parseModules } from '../go/parse-modules.ts';
import { GO_MARK, type GoBuildInfo, readBuildInfo } from '../go/read-build-info.ts';
import { mayBeProgram } from '../program-path.ts';

/** `go1.20.3`, `go1.21rc2`, each perhaps with experiments (` X:…`) or the name of somebody's own build behind it. */
const RELEASE = /^go([0-9]+(?:\.[0-9]+){1,2}(?:(?:alpha|beta|rc)[0-9]+)?)(?:[ +-]|$)/;
/** Of a program built in its own source tree, before Go 1.24 wrote the version of the repository there. A replacement by a folder has none at all. */
const NO_VERSION = '(devel)';

/**
 * Modules linked into Go programs and libraries, stripped ones too, and Go itself as `stdlib`. A module that does not know
 * its own version is not listed: nothing could be said about it.
 */
export const goBinary: Analyzer = {
  name: 'go-binary',
  version: 2,
  maxBytes: 256 * 1024 ** 2,
  marks: [GO_MARK],
  wants: mayBeProgram,
  magic: isExecutable,
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'golang' });
    for (const executable of parseExecutables(file.bytes)) {
      const info = readBuildInfo(executable);
      if (typeof info === 'string') problem(info);
      else if (info) addModules(info, found, problem);
    }
    return found.build(problem);
  },
};

function addModules(info: GoBuildInfo, found: FoundPackages, problem: (message: string) => void): void {
  if (info.modules === '') problem('it was built without modules, so that what is linked into it is not known');
  const { main, dependencies } = parseModules(info.modules);
  found.add('stdlib', RELEASE.exec(info.goVersion)?.[1] ?? info.goVersion.split(' ', 1)[0]);
  for (const { path, version } of main ? [main, ...dependencies] : dependencies) {
    if (version !== '' && version !== NO_VERSION) found.add(path, version);
  }
}
