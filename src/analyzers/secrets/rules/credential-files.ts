import { isPassword } from '../is-password.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** Files of programs that keep passwords: the manuals netrc(5), htpasswd(1), shadow(5), smbpasswd, and curl(1). */
export const credentialFiles: SecretFamily = [
  {
    id: 'netrc-password',
    title: 'Password in a .netrc',
    severity: 'high',
    keywords: ['machine '],
    pattern:
      /machine [A-Za-z0-9_.:-]{1,200}\s{1,40}(?:login|user)\s{1,8}[^\s"']{1,128}\s{1,40}password\s{1,8}(?<secret>[^\s"']{3,200})/,
    check: isPassword,
    sample: (random) => `machine api.team.io login deploy password ${random.base62(18)}\n`,
    nearMisses: [
      'machine learning',
      'machine host login user password <password>',
      'machine a.io login b password secret',
    ],
  },
  {
    id: 'password-hash',
    title: 'Hash of a password',
    severity: 'medium',
    keywords: ['$1$', '$5$', '$6$', '$y$', '$2a$', '$2b$', '$2y$', '$apr1$', '$7$', '$gy$'],
    pattern:
      /(?<=:)(?<secret>\$(?:(?:1|apr1)\$[A-Za-z0-9./]{4,8}\$[A-Za-z0-9./]{22}|5\$(?:rounds=[0-9]{1,9}\$)?[A-Za-z0-9./]{4,16}\$[A-Za-z0-9./]{43}|6\$(?:rounds=[0-9]{1,9}\$)?[A-Za-z0-9./]{4,16}\$[A-Za-z0-9./]{86}|g?y\$[A-Za-z0-9./]{1,8}\$[A-Za-z0-9./]{4,40}\$[A-Za-z0-9./]{43}|2[aby]\$[0-9]{2}\$[A-Za-z0-9./]{53}))(?![A-Za-z0-9./])/,
    sample: (random) => `root:$6$${random.base62(16)}$${random.base62(86)}:19000:0:99999:7:::\n`,
    nearMisses: ['root:*:19000:0:99999:7:::', 'root:!:19000::::::', 'echo $1$2', 's:$1$:g', "':$6$salt$hash'"],
  },
  {
    id: 'htpasswd-sha1',
    title: 'SHA-1 hash of a password',
    severity: 'medium',
    keywords: [':{SHA}', ':{SSHA}'],
    pattern: /:\{SS?HA\}(?<secret>[A-Za-z0-9+/]{27,48}={0,2})(?![A-Za-z0-9+/=])/,
    entropy: 3,
    sample: (random) => `team:{SHA}${random.base64(27)}=\n`,
    nearMisses: [':{SHA}', `user:{SHA}${'x'.repeat(27)}=`],
  },
  {
    id: 'curl-user-password',
    title: 'User and password on the command line of curl or wget',
    severity: 'high',
    keywords: ['curl ', 'wget '],
    pattern:
      /(?:curl|wget) (?:[^\s"'|;&]{1,200} {1,4}){0,8}?(?:-u|--user|--proxy-user)[ =]["']?[^\s:"']{1,128}:(?<secret>[^\s"'|;&]{3,200})/,
    reach: 1_024,
    generic: true,
    check: isPassword,
    sample: (random) => `curl -fsS -u deploy:${random.base62(16)} https://repository.team.io/app.tar.gz`,
    nearMisses: [
      'curl -u user:password https://host',
      'curl -u $USER:$PASSWORD https://host',
      'curl -fsSL https://host/a:b',
    ],
  },
  {
    id: 'command-line-password',
    title: 'Password on the command line of a database client',
    severity: 'high',
    keywords: ['mysql ', 'mysqladmin ', 'mysqldump ', 'mariadb ', 'sshpass ', 'mongosh ', 'redis-cli ', 'smbclient '],
    pattern:
      /(?:mysql(?:admin|dump)?|mariadb|sshpass|mongosh|redis-cli|smbclient) (?:[^\s"'|;]{1,100} {1,4}){0,8}?(?:-p|-a |--password[= ])["']?(?<secret>[^\s"'|;&=-][^\s"'|;&]{5,128})/,
    generic: true,
    check: (secret) => isPassword(secret) && /\d/.test(secret) && /[A-Za-z]/.test(secret),
    where: 'not-in-code',
    sample: (random) => `mysql -uroot -p${random.base62(14)}7a app`,
    nearMisses: [
      'mysql -u root -p app',
      'mysqldump --password=secret db',
      'sshpass -p password ssh host',
      'mysql -p$PASSWORD',
    ],
  },
];
