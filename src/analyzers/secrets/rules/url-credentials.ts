import { isPassword } from '../is-password.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1: user and password before the host of a URL; also .git-credentials. */
export const urlCredentials: SecretFamily = [
  {
    id: 'url-credentials',
    title: 'User and password in a URL',
    severity: 'high',
    keywords: ['://'],
    pattern:
      /(?<=[A-Za-z0-9+]{2}):\/\/[A-Za-z0-9._%+~$=-]{0,128}:(?<secret>[A-Za-z0-9!#$%&'()*+.:;=?^_~-]{3,200})@(?!(?:[A-Za-z0-9-]{1,63}\.){0,4}example\b)(?:[A-Za-z0-9_-]{1,63}\.){0,10}[A-Za-z0-9_-]{2,63}(?![A-Za-z0-9_.-]{0,40}@)/,
    generic: true,
    check: isPassword,
    sample: (random) => `curl https://deploy:${random.base62(14)}@git.team.io/app.git`,
    nearMisses: [
      'https://user:pass@host/',
      'https://user:password@example.com/',
      `ftp://anonymous:${'*'.repeat(8)}@ftp.team.io/`,
      'https://registry.team.io:5000/path@1.0.0',
      'http://host:8080/a@b',
      'https://$USER:$PASSWORD@host',
      'https://<user>:<password>@host',
    ],
  },
];
