const MAIN = new Set(['main', 'default']);
const DEVELOPMENT = new Set([
  'dev',
  'develop',
  'development',
  'test',
  'tests',
  'testing',
  'lint',
  'docs',
  'doc',
  'typing',
]);
const OTHER_SYSTEM = /^(?:sys_platform|platform_system|os_name) == ["'](?:win32|darwin|cygwin|Windows|Darwin|nt)["']$/;

/** Whether the groups a package is locked for are only those that projects keep for development; none says nothing. */
export function isForDevelopment(groups: readonly string[]): boolean {
  return groups.length > 0 && !groups.some((group) => MAIN.has(group) || !DEVELOPMENT.has(group));
}

/** Whether a marker keeps a package from Linux. Only those that say just that: https://peps.python.org/pep-0508/ */
export function isForOtherSystems(marker = ''): boolean {
  return OTHER_SYSTEM.test(marker.trim());
}
