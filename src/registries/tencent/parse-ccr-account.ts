import type { RegistrySettings } from '../../model/registry.ts';
import type { TencentCredentials } from '../../signing/sign-tc3.ts';
import type { Credentials } from '../distribution/fetch-token.ts';

/** What TCR Personal needs: a key for its API, and a user of the registry, who pulls. */
export interface CcrAccount {
  readonly key: TencentCredentials;
  readonly user: Credentials;
}

/** https://www.tencentcloud.com/document/product/598/34228; neither part has a colon. */
const USERNAME = /^(AKID[A-Za-z0-9]{8,124}):([0-9]{1,32})$/;

/** `SecretId:account number` with `SecretKey:password of the registry`; undefined for other accounts. */
export function parseCcrAccount(settings: Pick<RegistrySettings, 'username' | 'password'>): CcrAccount | undefined {
  const [, secretId, username = ''] = USERNAME.exec(settings.username) ?? [];
  const colon = settings.password.indexOf(':');
  if (secretId === undefined || colon < 0) return undefined;
  const key = { secretId, secretKey: settings.password.slice(0, colon) };
  return { key, user: { username, password: settings.password.slice(colon + 1) } };
}
