import { entropy } from '../entropy.ts';
import { isSettingSecret } from '../is-setting-secret.ts';
import { isStrongValue } from '../is-strong-value.ts';
import type { SecretFamily } from '../secret-rule.ts';

const NAMES =
  'passw(?:or)?d|passphrase|secret(?:[_.-]?key)?(?:[_.-]?base)?|api[_.-]?key|access[_.-]?(?:key|token)|auth[_.-]?(?:key|token)|private[_.-]?(?:key|token)|client[_.-]?secret|encryption[_.-]?key|signing[_.-]?key|credentials?|token';
const KEYWORDS = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'api_key',
  'apikey',
  'api-key',
  'api.key',
  'access_key',
  'accesskey',
  'access-key',
  'auth_key',
  'auth-key',
  'authkey',
  'private_key',
  'privatekey',
  'encryption_key',
  'encryptionkey',
  'encryption-key',
  'signing_key',
  'signingkey',
  'signing-key',
  'credential',
  'token',
];
const PASSWORD_KEYWORDS = ['password', 'passwd', 'passphrase'];
/** Ends a name in quotes, in a hash or in JSON; and in JSON in a string. */
const CLOSE = String.raw`\\{0,2}["'\]]{0,2}`;
const ASSIGN = String.raw`[ \t]{0,8}(?::=|=>|=|:)[ \t]{0,8}`;

/** Values whose name says what they are, in settings files, sources and environments. */
export const namedValues: SecretFamily = [
  {
    id: 'named-password',
    title: 'Password in a setting',
    severity: 'high',
    keywords: PASSWORD_KEYWORDS,
    // The line has nothing else: a value that goes on is an expression or a sentence.
    pattern: new RegExp(
      String.raw`(?:passw(?:or)?d|passphrase)${CLOSE}${ASSIGN}\\{0,2}["']?(?<secret>[!#$%()*+./0-:=?@A-Z[\]^_\x60a-z{|}~-]{6,128})(?=\\{0,2}["']|[,;&}]{0,2}[ \t]{0,4}(?:[\r\n\0]|$|#)|&)`,
      'i',
    ),
    generic: true,
    where: 'not-in-code',
    check: (secret) => isStrongValue(secret),
    sample: (random) => `DB_PASSWORD=${random.base62(15)}7q\n`,
    nearMisses: [
      'password: string',
      'password=password',
      'password = getpass()',
      'Password: required',
      'DB_PASSWORD=$DB_PASSWORD',
      'DB_PASSWORD=changeme123',
      'password: {{ vault_password }}',
      'spring.datasource.password=your_password1',
      'password: "********"',
    ],
  },
  {
    id: 'named-quoted-password',
    title: 'Password in quotes',
    severity: 'high',
    keywords: PASSWORD_KEYWORDS,
    pattern: new RegExp(
      String.raw`(?:passw(?:or)?d|passphrase)${CLOSE}${ASSIGN}\\{0,2}["'](?<secret>[!#-&(-;=?-[\]-~]{8,128})\\{0,2}["']`,
      'i',
    ),
    generic: true,
    check: (secret) => isStrongValue(secret) && entropy(secret) >= 3.1,
    sample: (random) => `  password = "${random.base62(17)}7q"`,
    nearMisses: [
      '"password", "scram-sha-256"',
      'password = "password"',
      "password: 'my-password'",
      'password: "$PASSWORD"',
      'password="correct horse"',
      "password: 'string'",
    ],
  },
  {
    id: 'php-defined-secret',
    title: 'Password or key in a constant of PHP',
    severity: 'high',
    keywords: ['define('],
    pattern:
      /define\([ \t]{0,4}["'][A-Z0-9_]{0,40}(?:PASS|PASSWORD|SECRET|KEY|TOKEN|SALT)["'][ \t]{0,4},[ \t]{0,20}["'](?<secret>[!#-&(-[\]-~]{6,128})["']/,
    generic: true,
    check: (secret) => isStrongValue(secret),
    sample: (random) => `define('DB_PASSWORD', '${random.base62(17)}7q');`,
    nearMisses: [
      "define('DB_PASSWORD', 'password_here');",
      "define('AUTH_KEY', getenv('AUTH_KEY'));",
      "define('API_KEY', '');",
    ],
  },
  {
    id: 'named-token',
    title: 'Secret, key or token in a setting',
    severity: 'high',
    keywords: KEYWORDS,
    pattern: new RegExp(
      String.raw`(?:${NAMES})${CLOSE}${ASSIGN}\\{0,2}["']?(?<secret>[A-Za-z0-9+\/=_.~!@#%^*-]{16,256})(?=\\{0,2}["']|[,;&}]{0,2}[ \t]{0,4}(?:[\r\n\0]|$|#))`,
      'i',
    ),
    generic: true,
    where: 'not-in-code',
    check: (secret) => isStrongValue(secret) && entropy(secret) >= 3.4,
    sample: (random) => `SESSION_SECRET=${random.base62(30)}7q\n`,
    nearMisses: [
      'token: %TOKEN_OF_THE_PIPELINE_1%',
      'secret: name-of-the-kubernetes-secret',
      'api_key=your-api-key-goes-here-1',
      'secret_key: django-insecure-placeholder',
      'token = /run/secrets/token-of-app-1',
      `access_key=${'0'.repeat(20)}`,
    ],
  },
  {
    id: 'named-quoted-token',
    title: 'Secret, key or token in quotes',
    severity: 'high',
    keywords: KEYWORDS,
    pattern: new RegExp(
      String.raw`(?:${NAMES})${CLOSE}${ASSIGN}\\{0,2}["'](?<secret>[A-Za-z0-9+\/=_.~-]{20,256})\\{0,2}["']`,
      'i',
    ),
    generic: true,
    check: (secret) => isStrongValue(secret) && entropy(secret) >= 3.6,
    sample: (random) => `const clientSecret = "${random.base62(38)}7q";`,
    nearMisses: [
      'token = "the_name_of_a_token_kind"',
      "secret: 'kubernetes.io/service-account-token'",
      'apiKey: "YOUR_API_KEY_GOES_HERE_1"',
      `accessToken: "${'x'.repeat(40)}"`,
    ],
  },
  {
    id: 'environment-secret',
    title: 'Password, secret or token',
    severity: 'high',
    keywords: [...KEYWORDS, 'pwd', '_pass', 'auth'],
    pattern: new RegExp(
      String.raw`(?:${NAMES}|pwd|_pass|auth)(?:=|[ ]{1,4}(?=[^=\s]{1,128}$))["']?(?<secret>[^\s"';|&]{4,512})`,
      'i',
    ),
    generic: true,
    where: 'settings',
    check: isSettingSecret,
    sample: (random) => `API_PASSWORD=${random.base36(9)}`,
    nearMisses: [
      'PASSWORD=$PASSWORD',
      'DB_PASSWORD=',
      'TOKEN=/run/secrets/token',
      'AUTH=true',
      'MYSQL_RANDOM_ROOT_PASSWORD=yes',
      'REQUIRE_PASSWORD=false',
      'SECRET=changeme',
    ],
  },
];
