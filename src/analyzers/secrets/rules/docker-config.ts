import { isBasicAuth } from '../is-basic-auth.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://docs.docker.com/reference/cli/docker/login/#credential-stores */
export const dockerConfig: SecretFamily = [
  {
    id: 'docker-config-auth',
    title: 'Docker registry credentials',
    severity: 'critical',
    keywords: ['"auth"', '\\"auth\\"'],
    pattern:
      /(?:"auth"|\\"auth\\")[ \t\r\n]{0,16}:[ \t\r\n]{0,16}\\{0,2}"(?<secret>[A-Za-z0-9+/]{12,800}={0,2})\\{0,2}"/,
    reach: 1024,
    check: isBasicAuth,
    anyShape: true,
    sample: (random) =>
      `{"auths": {"registry.team.io": {"auth": "${random.bytes(0).toString()}${Buffer.from(`team:${random.base62(20)}`).toString('base64')}"}}}`,
    nearMisses: ['"auth": "basic"', '"auth": "authentication"', '"auth": "YmFzaWMgYXV0aCBvbmx5"'],
  },
  {
    id: 'http-basic-authorization',
    title: 'HTTP basic authorization header',
    severity: 'high',
    keywords: ['basic '],
    pattern: /basic (?<secret>[A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/])/i,
    check: isBasicAuth,
    anyShape: true,
    sample: (random) => `curl -H "Authorization: Basic ${Buffer.from(`team:${random.base62(20)}`).toString('base64')}"`,
    nearMisses: ['Basic documentation', 'Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'basic authentication'],
  },
];
