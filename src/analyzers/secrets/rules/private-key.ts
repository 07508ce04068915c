import type { SampleRandom } from '../sample-random.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** A line of base64 at least; keys in JSON and in variables write `\n`. Headers, such as Proc-Type, may come first. */
const BODY =
  /(?:[ \t\r\n]|\\{1,2}[rn]|[A-Z][A-Za-z-]{2,20}: [^\n\\]{1,120}[\n\\]){0,24}[A-Za-z0-9+/=]{24}[A-Za-z0-9+/=\\ \t\r\n]{20,12000}/
    .source;
const block = (label: string) => new RegExp(`-----BEGIN ${label}-----(?<secret>${BODY})`);
const lines = (text: string) => text.replaceAll(/(.{64})/g, '$1\n');
const pem = (label: string, length: number, random: SampleRandom) =>
  `-----BEGIN ${label}-----\n${lines(random.base64(length))}\n-----END ${label}-----\n`;
const nearMisses = (label: string) => [
  `-----BEGIN ${label}-----`,
  `-----BEGIN ${label}-----\n...\n-----END ${label}-----`,
  `if (text.startsWith("-----BEGIN ${label}-----")) return parse(text);`,
  `-----BEGIN ${label}-----\n<your key>\n-----END ${label}-----`,
];
const REACH = 12_600;

/** https://www.rfc-editor.org/rfc/rfc7468 and the formats of OpenSSH, PGP and PuTTY; a BEGIN without a body is none. */
export const privateKey: SecretFamily = [
  {
    id: 'private-key',
    title: 'Private key (PKCS #8)',
    severity: 'critical',
    keywords: ['-----BEGIN PRIVATE KEY'],
    pattern: block('PRIVATE KEY'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('PRIVATE KEY', 1620, random),
    nearMisses: nearMisses('PRIVATE KEY'),
  },
  {
    id: 'encrypted-private-key',
    title: 'Encrypted private key (PKCS #8)',
    severity: 'medium',
    keywords: ['-----BEGIN ENCRYPTED PRIVATE KEY'],
    pattern: block('ENCRYPTED PRIVATE KEY'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('ENCRYPTED PRIVATE KEY', 1700, random),
    nearMisses: nearMisses('ENCRYPTED PRIVATE KEY'),
  },
  {
    id: 'rsa-private-key',
    title: 'RSA private key',
    severity: 'critical',
    keywords: ['-----BEGIN RSA PRIVATE KEY'],
    pattern: block('RSA PRIVATE KEY'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('RSA PRIVATE KEY', 1600, random),
    nearMisses: nearMisses('RSA PRIVATE KEY'),
  },
  {
    id: 'ec-private-key',
    title: 'Elliptic curve private key',
    severity: 'critical',
    keywords: ['-----BEGIN EC PRIVATE KEY'],
    pattern: block('EC PRIVATE KEY'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('EC PRIVATE KEY', 160, random),
    nearMisses: nearMisses('EC PRIVATE KEY'),
  },
  {
    id: 'dsa-private-key',
    title: 'DSA private key',
    severity: 'critical',
    keywords: ['-----BEGIN DSA PRIVATE KEY'],
    pattern: block('DSA PRIVATE KEY'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('DSA PRIVATE KEY', 600, random),
    nearMisses: nearMisses('DSA PRIVATE KEY'),
  },
  {
    id: 'openssh-private-key',
    title: 'OpenSSH private key',
    severity: 'critical',
    keywords: ['-----BEGIN OPENSSH PRIVATE KEY', '-----BEGIN SSH2 ENCRYPTED PRIVATE KEY'],
    pattern: block('(?:OPENSSH PRIVATE KEY|SSH2 ENCRYPTED PRIVATE KEY)'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('OPENSSH PRIVATE KEY', 500, random),
    nearMisses: nearMisses('OPENSSH PRIVATE KEY'),
  },
  {
    id: 'pgp-private-key',
    title: 'PGP private key',
    severity: 'critical',
    keywords: ['-----BEGIN PGP PRIVATE KEY BLOCK'],
    pattern: block('PGP PRIVATE KEY BLOCK'),
    reach: REACH,
    anyShape: true,
    sample: (random) => pem('PGP PRIVATE KEY BLOCK', 900, random),
    nearMisses: nearMisses('PGP PRIVATE KEY BLOCK'),
  },
  {
    id: 'putty-private-key',
    title: 'PuTTY private key',
    severity: 'critical',
    keywords: ['PuTTY-User-Key-File-'],
    pattern:
      /PuTTY-User-Key-File-[23]: [\w-]{3,40}\r?\n(?:[^\n]{1,300}\n){1,60}?Private-Lines: [0-9]{1,3}\r?\n(?<secret>[A-Za-z0-9+/=]{20}[A-Za-z0-9+/=\r\n]{0,4000})/,
    reach: REACH,
    anyShape: true,
    sample: (random) =>
      `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: team\nPublic-Lines: 2\n${random.base64(64)}\n${random.base64(64)}\n` +
      `Private-Lines: 2\n${random.base64(64)}\n${random.base64(64)}\nPrivate-MAC: ${random.hex(64)}\n`,
    nearMisses: ['PuTTY-User-Key-File-3: ssh-rsa', 'PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\n'],
  },
];
