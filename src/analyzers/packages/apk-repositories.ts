import type { Analyzer } from '../analyzer.ts';
import { linesOf } from '../stanzas.ts';

// The last folder that looks like one: a mirror may have a version in its own path.
const RELEASE = /^.*\/(v\d{1,3}\.\d{1,3}|edge|latest-stable)(?:\/|$)/;

/** The Alpine releases that packages come from: https://man.archlinux.org/man/apk-repositories.5 */
export const apkRepositories: Analyzer = {
  name: 'apk-repositories',
  version: 2,
  maxBytes: 1024 ** 2,
  wants: (path) => path === 'etc/apk/repositories',
  analyze(file) {
    const releases = new Set<string>();
    for (const line of linesOf(file.text())) {
      const release = line.trim().startsWith('#') ? undefined : RELEASE.exec(line)?.[1];
      if (release !== undefined) releases.add(release);
    }
    return releases.size === 0 ? [] : [{ kind: 'apk-repositories', releases: [...releases] }];
  },
};
