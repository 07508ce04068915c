import { createDescription } from '../../published/create-description.ts';
import { type AwsModel, fromAwsModel } from '../../published/from-aws-model.ts';
import { readExcerpt } from './read-excerpt.ts';

const model = readExcerpt<AwsModel>('aws.json');
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
const commonErrors = {
  AccessDeniedException: 403,
  ExpiredTokenException: 403,
  IncompleteSignature: 403,
  InternalFailure: 500,
  MalformedHttpRequestException: 400,
  NotAuthorized: 401,
  OptInRequired: 403,
  RequestAbortedException: 400,
  RequestEntityTooLargeException: 413,
  RequestExpired: 400,
  RequestTimeoutException: 408,
  ServiceUnavailable: 503,
  ThrottlingException: 400,
  UnrecognizedClientException: 403,
  UnknownOperationException: 404,
  ValidationError: 400,
  // Not in that list, and what a wrong secret gets: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
  InvalidSignatureException: 403,
};

export const awsApi = createDescription({
  source: model['x-source'],
  licence: 'Apache-2.0',
  operations: fromAwsModel(model, commonErrors),
});
