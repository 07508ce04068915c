import type { RegistrySettings } from '../../model/registry.ts';
import type { AwsCredentials } from '../../signing/sign-v4.ts';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const ACCESS_KEY_ID = /^A(?:KIA|SIA)[A-Z0-9]{12,124}$/;

/**
 * The access key that an account of the settings is: its id as the user name; its secret, and after a colon the session token
 * of a temporary one, as the password. Undefined for other accounts, such as `AWS` with a login password.
 */
export function parseAwsCredentials({
  username,
  password,
}: Pick<RegistrySettings, 'username' | 'password'>): AwsCredentials | undefined {
  if (!ACCESS_KEY_ID.test(username)) return undefined;
  const colon = password.indexOf(':');
  if (colon < 0) return { accessKeyId: username, secretAccessKey: password };
  const sessionToken = password.slice(colon + 1);
  return { accessKeyId: username, secretAccessKey: password.slice(0, colon), sessionToken };
}
