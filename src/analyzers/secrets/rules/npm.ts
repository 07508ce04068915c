import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://docs.npmjs.com/about-access-tokens */
export const npm: SecretFamily = [
  {
    id: 'npm-token',
    title: 'npm access token',
    severity: 'critical',
    keywords: ['npm_'],
    pattern: /(?<secret>npm_[A-Za-z0-9]{36})(?![A-Za-z0-9_])/,
    entropy: 3.5,
    sample: (random) => `//npm.team.io/:_authToken=npm_${random.base62(36)}`,
    nearMisses: ['npm_config_registry', 'npm_package_config_something_rather_long', `npm_${'x'.repeat(36)}`],
  },
  {
    id: 'npmrc-auth',
    title: 'Credentials of an npm registry',
    severity: 'critical',
    keywords: ['_authToken', '_auth', '_password'],
    pattern:
      /_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}["']?(?<secret>[A-Za-z0-9+/=_.-]{12,400})(?![A-Za-z0-9+/_.-])/,
    entropy: 3,
    check: mixed,
    generic: true,
    where: 'not-in-code',
    sample: (random) => `//npm.team.io/:_authToken=${random.uuid()}`,
    nearMisses: ['_authToken=$NPM_TOKEN', '_auth = <base64>', '_password=changeme-please'],
  },
];
