import type { Language } from './protocol/api-error.ts';

/** OfficialSolution: which packages to upgrade to what. `fixes`: name and version that mends it. */
export function upgradeAdvice(
  fixes: readonly { readonly name: string; readonly fixedVersion: string }[],
  language: Language,
): string {
  const list = [...new Set(fixes.map(({ name, fixedVersion }) => `${name} ${fixedVersion}`))].join(', ');
  if (language === 'zh-CN') return list ? `升级到 ${list}` : '暂无修复版本';
  return list ? `Upgrade to ${list}` : 'No fixed version is known yet';
}
