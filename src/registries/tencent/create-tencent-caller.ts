import { signTc3, type TencentCredentials } from '../../signing/sign-tc3.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import type { SessionRequest } from '../distribution/open-session.ts';
import { assertTencentAnswer } from './assert-tencent-answer.ts';

/** Calls of Tencent Cloud's API for container registries, as one key is allowed to make them. */
export interface TencentCaller {
  call(action: string, parameters: object, region: string): SessionRequest;
  /** Headers that authorise a body that is sent at a moment, milliseconds since 1970. */
  sign(url: URL, body: string, now: number): Readonly<Record<string, string>>;
}

export const TENCENT_REGISTRY_API = 'https://tcr.tencentcloudapi.com';
/** Any will do to ask for what lies in no region. */
export const SOME_REGION = 'ap-guangzhou';
const VERSION = '2019-09-24';
const CONTENT_TYPE = 'application/json; charset=utf-8';

/** https://www.tencentcloud.com/document/product/1051/40710 */
export function createTencentCaller(credentials: TencentCredentials, origin: string): TencentCaller {
  const secrets = [credentials.secretKey];
  const sign = (url: URL, body: string, now: number) => {
    const timestamp = Math.floor(now / 1_000);
    const request = { host: url.host, contentType: CONTENT_TYPE, body, service: 'tcr', timestamp };
    return { authorization: signTc3(request, credentials), 'x-tc-timestamp': String(timestamp) };
  };
  const access: ApiAccess = { origin, sign: async ({ url, body = '' }, { now }) => sign(url, body, now) };
  return {
    sign,
    call: (action, parameters, region) => ({
      method: 'POST',
      url: new URL('/', origin),
      headers: { 'content-type': CONTENT_TYPE, 'x-tc-action': action, 'x-tc-version': VERSION, 'x-tc-region': region },
      body: JSON.stringify(parameters),
      scope: '',
      access,
      check: (answer) => assertTencentAnswer(answer, action, secrets),
    }),
  };
}
