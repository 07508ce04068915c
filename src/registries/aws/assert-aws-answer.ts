import { z } from 'zod';
import type { Cause } from '../../model/cause.ts';
import { cleanText } from '../distribution/clean-text.ts';
import { DistributionError } from '../distribution/distribution-error.ts';
import type { Answer } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { redactUrl } from '../distribution/redact-url.ts';

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
const Failure = z.object({
  __type: z.string().catch(''),
  message: z.string().optional().catch(undefined),
  Message: z.string().optional().catch(undefined),
});

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html and the errors of each action
const causesOfTypes: Readonly<Record<string, Cause>> = {
  ThrottlingException: 'rate-limited',
  Throttling: 'rate-limited',
  TooManyRequestsException: 'rate-limited',
  RequestLimitExceeded: 'rate-limited',
  UnrecognizedClientException: 'authentication-failed',
  InvalidSignatureException: 'authentication-failed',
  IncompleteSignatureException: 'authentication-failed',
  MissingAuthenticationTokenException: 'authentication-failed',
  InvalidClientTokenId: 'authentication-failed',
  ExpiredTokenException: 'authentication-failed',
  RequestExpired: 'authentication-failed',
  AccessDeniedException: 'permission-denied',
  NotAuthorized: 'permission-denied',
  OptInRequired: 'permission-denied',
  RepositoryNotFoundException: 'image-not-found',
};
const advice: Partial<Readonly<Record<Cause, string>>> = {
  'authentication-failed': ' Check access key, secret and region, and the clock of this machine.',
  'permission-denied':
    ' The key needs ecr:DescribeRepositories, ecr:DescribeImages, ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.',
};

/**
 * AWS says with status 400 what is wrong, be it a typing error or that it has been asked too often.
 * @throws AppError for every answer of that status
 */
export function assertAwsAnswer(answer: Answer, action: string, secrets: readonly string[]): void {
  const { response, body } = answer;
  if (response.status !== 400) return;
  const { __type, message, Message } = parseAnswer(response, body, Failure);
  const type = cleanText(__type.split('#').at(-1) ?? '', secrets);
  const said = [type, cleanText(message ?? Message ?? '', secrets)].filter((part) => part !== '').join(': ');
  const code = causesOfTypes[type] ?? 'registry-error';
  const url = redactUrl(response.url);
  throw new DistributionError(code, `${action} at ${url} answered 400 (${said}).${advice[code] ?? ''}`, {
    method: response.method,
    url,
    status: 400,
    codes: [{ code: type, message: cleanText(message ?? Message ?? '', secrets) }],
    retryable: code === 'rate-limited',
  });
}
