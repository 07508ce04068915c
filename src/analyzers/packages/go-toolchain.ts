import type { Analyzer } from '../analyzer.ts';

const FILE = 'go/VERSION';
/** `go1.21.5`, and a second line with the time since Go 1.21. */
const RELEASE = /^go([0-9]+(?:\.[0-9]+){1,2}(?:(?:beta|rc)[0-9]+)?)(?:\s|$)/;

/** An installed Go: https://go.dev/doc/install. Its advisories are filed under `toolchain`. */
export const goToolchain: Analyzer = {
  name: 'go-toolchain',
  version: 1,
  maxBytes: 64 * 1024,
  wants: (path) => path.endsWith(FILE) && (path.length === FILE.length || path.at(-FILE.length - 1) === '/'),
  analyze(file, problem) {
    const [, version] = RELEASE.exec(file.text()) ?? [];
    if (version !== undefined)
      return [{ kind: 'package', package: { ecosystem: 'golang', name: 'toolchain', version } }];
    problem('its first line names no release of Go');
    return [];
  },
};
