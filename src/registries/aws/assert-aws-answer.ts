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
  IncompleteSignature: 'authentication-failed',
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

const STATUSES = [400, 403];

/**
 * AWS says in the body what is wrong, be it a typing error or that it has been asked too often: with status 400 or, as the list
 * of common errors has it for keys and rights, 403.
 * @throws AppError for every answer of these statuses
 */
export function assertAwsAnswer(answer: Answer, action: string, secrets: readonly string[]): void {
  const { response, body } = answer;
  const { status } = response;
  if (!STATUSES.includes(status)) return;
  // Whatever is between us and AWS may deny as well, in a page for people.
  const { __type, message, Message } = status === 400 ? parseAnswer(response, body, Failure) : readDenial(answer);
  const type = cleanText(__type.split('#').at(-1) ?? '', secrets);
  const said = [type, cleanText(message ?? Message ?? '', secrets)].filter((part) => part !== '').join(': ');
  const code = causesOfTypes[type] ?? (status === 403 ? 'permission-denied' : 'registry-error');
  const url = redactUrl(response.url);
  throw new DistributionError(
    code,
    `${action} at ${url} answered ${status}${said === '' ? '' : ` (${said})`}.${advice[code] ?? ''}`,
    {
      method: response.method,
      url,
      status,
      codes: [{ code: type, message: cleanText(message ?? Message ?? '', secrets) }],
      retryable: code === 'rate-limited',
    },
  );
}

function readDenial({ response, body }: Answer): z.infer<typeof Failure> {
  try {
    return parseAnswer(response, body, Failure);
  } catch {
    return { __type: '' };
  }
}
