import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes */
export const aws: SecretFamily = [
  {
    id: 'aws-access-key-id',
    title: 'AWS access key ID',
    severity: 'critical',
    keywords: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    pattern: /(?<![A-Za-z0-9+/])(?<secret>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?![A-Za-z0-9+/])/,
    entropy: 2.8,
    sample: (random) => `AKIA${random.base32(16)}`,
    nearMisses: ['AKIAIOSFODNN7EXAMPLE', 'AKIA1234', `AKIA${'X'.repeat(16)}`, 'ASIATICELEPHANT'],
  },
  {
    id: 'aws-secret-access-key',
    title: 'AWS secret access key',
    severity: 'critical',
    keywords: ['secret_access_key', 'secretaccesskey', 'secret_key', 'secretkey', 'aws_secret', 'aws.secret'],
    pattern:
      /(?:aws[_.]secret[\w.-]{0,20}|secret_?(?:access_?)?key)\\{0,2}["'\]]{0,2}[ \t]{0,8}(?:=>?|:=?|,)[ \t]{0,8}\\{0,2}["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/i,
    entropy: 4,
    check: mixed,
    sample: (random) => `aws_secret_access_key = ${random.base64(40)}`,
    nearMisses: [
      `aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCY${'EXAMPLEKEY'}`,
      'aws_secret_access_key = $AWS_SECRET_ACCESS_KEY',
      `AWS_SECRET_ACCESS_KEY=${'*'.repeat(40)}`,
    ],
  },
  {
    id: 'aws-session-token',
    title: 'AWS session token',
    severity: 'medium',
    keywords: ['session_token', 'sessiontoken', 'security_token'],
    pattern:
      /(?:session|security)_?token\\{0,2}["'\]]{0,2}[ \t]{0,8}(?:=>?|:=?|,)[ \t]{0,8}\\{0,2}["']?(?<secret>(?:FwoG|IQoJ|FQoG|AgoJ)[A-Za-z0-9/+=]{100,1500})(?![A-Za-z0-9/+=])/i,
    reach: 2048,
    anyShape: true,
    sample: (random) => `aws_session_token=IQoJ${random.base64(240)}`,
    nearMisses: ['aws_session_token=IQoJshort'],
  },
  {
    id: 'aws-bedrock-api-key',
    title: 'Amazon Bedrock API key',
    severity: 'high',
    keywords: ['ABSK', 'bedrock-api-key-'],
    pattern: /(?<secret>ABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{60,400})(?![A-Za-z0-9+/=])/,
    entropy: 3.5,
    sample: (random) => `ABSK${random.base64(120)}`,
    nearMisses: ['ABSK', `ABSK${'x'.repeat(120)}`],
  },
  {
    id: 'aws-mws-key',
    title: 'Amazon MWS authentication token',
    severity: 'high',
    keywords: ['mws'],
    pattern: assigned('mws', 'amzn\\.mws\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'),
    sample: (random) => `MWS_AUTH_TOKEN=amzn.mws.${random.uuid()}`,
    nearMisses: ['MWS_AUTH_TOKEN=short', 'MWS_AUTH_TOKEN=$MWS_AUTH_TOKEN', `MWS_AUTH_TOKEN: ${'x'.repeat(40)}`],
  },
];
