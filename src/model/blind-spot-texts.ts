import type { CauseText } from './cause-texts.ts';
import type { BlindSpotKind } from './connection-report.ts';

const spot = (reason: string, reasonZh: string, solution: string, solutionZh: string): CauseText => ({
  reason: { en: reason, zh: reasonZh },
  solution: { en: solution, zh: solutionZh },
});

/** What people read about each blind spot: what may be missing, and what to do about it. */
export const blindSpotTexts: Readonly<Record<BlindSpotKind, CauseText>> = {
  'catalog-empty': spot(
    'The catalog is empty: the registry has no repositories, or the scope of the account hides them',
    '仓库目录为空：镜像仓库没有任何仓库，或账号的权限范围不包含目录',
    'Give the account the right to list the whole catalog (a scope map of *, a system administrator, a reader of every project), then test again.',
    '请授予账号列出全部目录的权限（例如范围为 * 的作用域映射、系统管理员或所有项目的只读权限）后重新检测。',
  ),
  'projects-denied': spot(
    'The account may not pull from some projects, so their images are not seen',
    '账号无权拉取部分项目，其中的镜像不可见',
    'Make the account a reader of these projects, or leave them out with --exclude.',
    '请将账号加入这些项目并授予只读权限，或使用 --exclude 排除它们。',
  ),
  'no-delete-events': spot(
    'This kind of registry does not tell when something is deleted, so deleted images stay listed until the next sync',
    '该类型的镜像仓库不推送删除事件，已删除的镜像会保留到下一次同步',
    'Sync the registry regularly; events alone are not enough.',
    '请定期同步该镜像仓库，仅依靠事件推送是不够的。',
  ),
  'clock-skew': spot(
    'The clocks of the registry and of this machine differ, so tokens may be refused and times are off',
    '镜像仓库与本机的时钟不一致，令牌可能被拒绝，时间显示不准确',
    'Let both machines follow a time server (NTP).',
    '请为两台机器配置时间同步（NTP）。',
  ),
  'certificate-expiring': spot(
    'The TLS certificate of the registry expires soon; then nothing can be read any more',
    '镜像仓库的 TLS 证书即将过期，过期后将无法访问',
    'Renew the certificate before that day.',
    '请在到期前更新证书。',
  ),
  'certificate-unverified': spot(
    'The TLS certificate is not verified, so anybody on the way can read the password and change images',
    '未校验 TLS 证书，链路上的任何人都可能读取密码或篡改镜像',
    'Install a certificate that this machine trusts, and leave out Insecure.',
    '请配置受信任的证书，并取消 Insecure。',
  ),
  'account-unused': spot(
    'The registry asks for no sign-in, so whether the user name and password are right is unknown',
    '镜像仓库未要求登录，无法确认用户名和密码是否正确',
    'If it should be private, look at its settings; otherwise leave the account out.',
    '若该镜像仓库应为私有，请检查其配置；否则请去掉账号。',
  ),
};
