/** `@scope/name@version` in two; what follows the first `@` that is not that of the scope is the version. */
export function splitNpmSpec(spec: string): { readonly name: string; readonly version: string } {
  const at = spec.indexOf('@', 1);
  return at < 0 ? { name: spec, version: '' } : { name: spec.slice(0, at), version: spec.slice(at + 1) };
}

/** Whether a package that names the systems it is for (`darwin`, `!win32`) is for Linux, as npm reads it. */
export function isForLinux(systems: readonly string[]): boolean {
  const wanted = systems.filter((system) => !system.startsWith('!'));
  if (systems.includes('!linux')) return false;
  return wanted.length === 0 || wanted.includes('linux') || wanted.includes('any');
}
