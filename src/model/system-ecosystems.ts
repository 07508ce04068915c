/** Package ecosystems of operating systems; all others are applications' own. */
export const systemEcosystems: readonly string[] = ['deb', 'apk', 'rpm'];
