import type { ApiCall } from './api-call.ts';
import { errors } from './errors.ts';
import type { Pair } from './parse-pairs.ts';
import type { WholeRequest } from './raw-request.ts';
import { unflatten } from './unflatten.ts';
import { type V1Method, v1Methods, verifyV1 } from './verify-v1.ts';

/** Names that every request of the older scheme may carry; they are not an action's parameters. */
const commonNames: ReadonlySet<string> = new Set([
  'Action',
  'Language',
  'Nonce',
  'Region',
  'RequestClient',
  'SecretId',
  'Signature',
  'SignatureMethod',
  'Timestamp',
  'Token',
  'Version',
]);

/** A request of the older scheme: everything, the signature too, is a parameter of a query or a form. */
export function readV1Call(request: WholeRequest, pairs: readonly Pair[]): ApiCall {
  const values = new Map(pairs);
  const required = (name: string): string => {
    const value = values.get(name);
    if (!value) throw errors.missingParameter(name);
    return value;
  };
  const signature = required('Signature');
  const method = methodOf(values.get('SignatureMethod'));
  required('Nonce');
  const token = values.get('Token');
  return {
    action: required('Action'),
    version: required('Version'),
    timestamp: required('Timestamp'),
    secretId: required('SecretId'),
    ...(token ? { token } : {}),
    isSignedWith: (secretKey) =>
      verifyV1({ method: request.method, host: request.headers.host ?? '', pairs }, method, signature, secretKey),
    readParameters: async () => unflatten(pairs.filter(([name]) => !commonNames.has(name))),
  };
}

function methodOf(name: string | undefined): V1Method {
  const method = name || 'HmacSHA1';
  if (method === 'HmacSHA1' || method === 'HmacSHA256') return method;
  const known = Object.keys(v1Methods);
  throw errors.invalidValue(
    'SignatureMethod',
    method,
    `it must be one of ${known.join(', ')}`,
    `应为 ${known.join('、')}`,
  );
}
