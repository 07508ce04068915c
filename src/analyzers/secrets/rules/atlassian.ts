import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/ */
export const atlassian: SecretFamily = [
  {
    id: 'atlassian-api-token',
    title: 'Atlassian API token',
    severity: 'critical',
    keywords: ['ATATT3'],
    pattern: /(?<secret>ATATT3[A-Za-z0-9_=-]{100,400})(?![A-Za-z0-9_=-])/,
    reach: 640,
    entropy: 3.5,
    sample: (random) => `ATATT3${random.base64url(170)}=${random.hex(8).toUpperCase()}`,
    nearMisses: ['ATATT3xFfGF0', `ATATT3${'x'.repeat(180)}`],
  },
  {
    id: 'atlassian-access-token',
    title: 'Bitbucket repository or workspace access token',
    severity: 'critical',
    keywords: ['ATCTT3'],
    pattern: /(?<secret>ATCTT3[A-Za-z0-9_=-]{100,400})(?![A-Za-z0-9_=-])/,
    reach: 640,
    entropy: 3.5,
    sample: (random) => `ATCTT3${random.base64url(170)}=${random.hex(8).toUpperCase()}`,
    nearMisses: ['ATCTT3xFfGN0', `ATCTT3${'x'.repeat(180)}`],
  },
  {
    id: 'jira-token',
    title: 'Jira or Confluence API token',
    severity: 'high',
    keywords: ['jira', 'confluence'],
    pattern: assigned('(?:jira|confluence)', '[A-Za-z0-9]{24}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `JIRA_API_TOKEN=${random.base62(24)}`,
    nearMisses: ['JIRA_API_TOKEN=short', 'JIRA_API_TOKEN=$JIRA_API_TOKEN', `JIRA_API_TOKEN: ${'x'.repeat(40)}`],
  },
];
