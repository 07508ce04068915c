import { z } from 'zod';
import type { Cause } from '../../model/cause.ts';
import { cleanText } from '../distribution/clean-text.ts';
import { DistributionError } from '../distribution/distribution-error.ts';
import type { Answer } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { redactUrl } from '../distribution/redact-url.ts';

const MAX_VALUES = 500_000;
const Failure = z.object({
  Response: z.object({ Error: z.object({ Code: z.string(), Message: z.string().catch('') }).optional() }),
});

// https://www.tencentcloud.com/document/product/1051/40744; the part before a dot names the kind.
const causesOfKinds: Readonly<Record<string, Cause>> = {
  RequestLimitExceeded: 'rate-limited',
  LimitExceeded: 'rate-limited',
  AuthFailure: 'authentication-failed',
  UnauthorizedOperation: 'permission-denied',
  ResourceNotFound: 'image-not-found',
};
const causesOfCodes: Readonly<Record<string, Cause>> = {
  'AuthFailure.UnauthorizedOperation': 'permission-denied',
};
const advice: Partial<Readonly<Record<Cause, string>>> = {
  'authentication-failed': ' Check SecretId, SecretKey and region, and the clock of this machine.',
  'permission-denied':
    ' The key needs tcr:DescribeInstances, tcr:DescribeRepositories, tcr:DescribeImages, tcr:CreateInstanceToken and tcr:PullRepository.',
};

/**
 * Tencent Cloud says with status 200 what is wrong, too.
 * @throws AppError for every answer that is an error
 */
export function assertTencentAnswer(answer: Answer, action: string, secrets: readonly string[]): void {
  const { response, body } = answer;
  const { Error: error } = parseAnswer(response, body, Failure, MAX_VALUES).Response;
  if (!error) return;
  const type = cleanText(error.Code, secrets);
  const message = cleanText(error.Message, secrets);
  const code = causesOfCodes[type] ?? causesOfKinds[type.split('.')[0] ?? ''] ?? 'registry-error';
  const url = redactUrl(response.url);
  throw new DistributionError(code, `${action} at ${url} answered ${type}: ${message}.${advice[code] ?? ''}`, {
    method: response.method,
    url,
    status: response.status,
    codes: [{ code: type, message }],
    retryable: code === 'rate-limited',
  });
}
