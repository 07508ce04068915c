import { linesOf } from '../stanzas.ts';

export interface GoModule {
  readonly path: string;
  readonly version: string;
}

export interface GoModules {
  readonly main?: GoModule;
  /** What was linked in: where a module was replaced, the one that took its place. */
  readonly dependencies: readonly GoModule[];
}

/** The module lines of build information: https://pkg.go.dev/runtime/debug#BuildInfo.String */
export function parseModules(text: string): GoModules {
  let main: GoModule | undefined;
  const dependencies: GoModule[] = [];
  let lastIsMain = false;
  for (const line of linesOf(text)) {
    const [kind, path = '', version = ''] = line.split('\t', 4);
    if (kind === 'mod') {
      main = { path, version };
      lastIsMain = true;
    } else if (kind === 'dep') {
      dependencies.push({ path, version });
      lastIsMain = false;
    } else if (kind === '=>') {
      if (lastIsMain) main = { path, version };
      else dependencies.splice(-1, 1, { path, version });
    }
  }
  return { ...(main ? { main } : {}), dependencies };
}
