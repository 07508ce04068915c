import { signTc3 } from '../../../src/signing/sign-tc3.ts';
import type { VendorAnswer, VendorRequest } from './vendor.ts';

const codes: Readonly<Record<number, string>> = {
  401: 'AuthFailure.SignatureFailure',
  403: 'AuthFailure.UnauthorizedOperation',
  404: 'ResourceNotFound',
  429: 'RequestLimitExceeded',
};

/** An answer of Tencent's API 3.0: refusals are of status 200, too. */
export const ok = (response: object): VendorAnswer => ({
  status: 200,
  body: { Response: { ...response, RequestId: '3c140219-cfe9-470e-b241-907877d6fb03' } },
});

export const failure = (Code: string, Message: string): VendorAnswer => ok({ Error: { Code, Message } });

/** What it answers where others use a status. */
export const failureOf = (status: number, message: string): unknown =>
  failure(codes[status] ?? 'InternalError', message).body;

/** Undefined when the request to TCR's API is signed by this key, and of its version. */
export function refuseUnsigned(request: VendorRequest, key: Parameters<typeof signTc3>[1]): VendorAnswer | undefined {
  const timestamp = Number(request.header('x-tc-timestamp'));
  const contentType = request.header('content-type') ?? '';
  const signed = { host: request.url.host, contentType, body: request.body, service: 'tcr', timestamp };
  if (request.authorization !== signTc3(signed, key)) return failure('AuthFailure.SignatureFailure', 'wrong signature');
  return request.header('x-tc-version') === '2019-09-24' ? undefined : failure('InvalidParameter', 'version');
}
