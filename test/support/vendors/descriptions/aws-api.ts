import { createDescription } from '../../published/create-description.ts';
import { type AwsModel, fromAwsModel } from '../../published/from-aws-model.ts';
import { readExcerpt } from './read-excerpt.ts';

const model = readExcerpt<AwsModel>('aws.json');
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
const commonErrors = [
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InternalFailure',
  'InvalidSignatureException',
  'MalformedHttpRequestException',
  'NotAuthorized',
  'OptInRequired',
  'RequestAbortedException',
  'RequestEntityTooLargeException',
  'RequestExpired',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ThrottlingException',
  'UnrecognizedClientException',
  'UnknownOperationException',
  'ValidationError',
];

export const awsApi = createDescription({
  source: model['x-source'],
  licence: 'Apache-2.0',
  operations: fromAwsModel(model, commonErrors),
});
