import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecretFinder } from './create-secret-finder.ts';

const finder = createSecretFinder();
const root = join(import.meta.dirname, '../../..');
/** Of each folder; enough for all of Python and Perl. */
const MOST_BYTES = 60 * 1024 ** 2;
const MOST_FILE = 8 * 1024 ** 2;
/** Packages with keys of vendors in what they send, tools that find secrets, and caches of the tests of this folder. */
const LEFT_OUT = /node_modules\/(?:\.|tencentcloud-sdk|@biomejs)/;

// What Debian, Python, Perl, Ruby and the packages of this project hold is no secret of an image. Those that are installed.
const folders = [
  '/usr/lib/python3.11',
  '/usr/lib/python3',
  '/usr/share/perl',
  '/usr/share/perl5',
  '/usr/lib/x86_64-linux-gnu/perl-base',
  '/usr/lib/ruby',
  '/usr/share/doc',
  '/usr/share/bash-completion',
  '/usr/lib/git-core',
  '/usr/lib/systemd',
  '/usr/sbin',
  join(root, 'node_modules'),
];

test.for(folders.filter((folder) => existsSync(folder)))('%s holds no secrets', (folder) => {
  const hits: string[] = [];
  let bytes = 0;
  for (const path of filesOf(folder)) {
    if (bytes > MOST_BYTES) break;
    const content = readFileSync(path);
    bytes += content.length;
    const reader = finder.open(path.replace(`${root}/`, 'srv/app/').replace(/^\//, ''), content.length);
    reader?.write(content);
    const { secrets, cut } = reader?.end() ?? { secrets: [], cut: false };
    hits.push(...secrets.map(({ rule, excerpt }) => `${path}: ${rule}: ${excerpt}`), ...(cut ? [`${path}: cut`] : []));
  }

  expect(hits).toEqual([]);
});

function* filesOf(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (LEFT_OUT.test(path)) continue;
    if (entry.isDirectory()) yield* filesOf(path);
    else if (entry.isFile() && statSync(path).size <= MOST_FILE) yield path;
  }
}

// Each stands in documentation that names the place of a secret, or shows the shape of one.
test.for([
  `password: \${DB_PASSWORD}`,
  'password: {{ .Values.password }}',
  'password: !vault |',
  'password: <redacted>',
  'password: null',
  'password: "your-password-here"',
  'password = os.environ["PASSWORD"]',
  'password = getpass.getpass()',
  'password=$(cat /run/secrets/db)',
  'password: string;',
  'password?: string',
  'password: str = Field(...)',
  'DB_PASSWORD=changeme',
  'DB_PASSWORD=change-me-1',
  'DB_PASSWORD=xxxxxxxxxx',
  'DB_PASSWORD=********',
  'DB_PASSWORD=1234567890',
  'DB_PASSWORD=%DB_PASSWORD%',
  'DB_PASSWORD=@DB_PASSWORD@',
  'secret: abcdefghijklmnopqrstuvwxyz012345',
  'secretName: database-credentials-v2',
  'secretKeyRef: {name: db, key: password}',
  `token: \${{ secrets.GITHUB_TOKEN }}`,
  'token = tokenizer.next_token2()',
  'token_url: https://login.team.io/oauth2/v2.0/token',
  'token_type: bearer',
  'api_key: YOUR_API_KEY_123',
  'api_key=<insert-your-key-1>',
  'apiKey: process.env.API_KEY_V2,',
  'access_key_id = "AKIAIOSFODNN7EXAMPLE"',
  'secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
  'Authorization: Bearer <token>',
  'Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  'https://user:password@host.team.io/',
  'https://user:pass@127.0.0.1/',
  'http://username:xxxx@proxy:3128',
  'http://foo:bar@baz.example.com/',
  'ftp://john:s3cr3t-9@ftp.example.org/',
  'git+ssh://git@github.com:22/team/app.git',
  'docker pull registry.team.io:5000/app@sha256:0000',
  'mongodb+srv://<username>:<password>@cluster0.team.net',
  'postgresql://postgres:password@localhost/app',
  'sk-ant-api03-your-key',
  'ghp_yourtokenhere',
  'glpat-xxxxxxxxxxxxxxxxxxxx',
  'xoxb-your-bot-token',
  'sk_test_your_key_here',
  'npm_config_cache=/tmp/npm',
  'eyJ2ZXJzaW9uIjozLCJmaWxlIjoiYS5qcyJ9',
  '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  '"private_key": "-----BEGIN PRIVATE KEY-----\\n<your private key>\\n-----END PRIVATE KEY-----\\n"',
  '"auth": {"type": "basic"}',
  'root:x:0:0:root:/root:/bin/bash',
  'root:*:19000:0:99999:7:::',
  'machine example.com login user password secret',
  'integrity: sha512-R76UKbvsqI68DJJVTVyqFKqU98CN4+B+acxNfEA2IFarSzP0SjtKf/3+fFiXzTyv5Fj3PxLkGHe2wnVWWMxobQ==',
  'checksum = "c5e2ba3cf61d7ab8e1e0ba4f8c0d5c6a37c5a5a1"',
  'uuid: 123e4567-e89b-12d3-a456-426614174000',
  'commit 1ef7649aa2b7d0c0ffee1ef7649aa2b7d0c0ffee',
])('no secret: %s', (text) => {
  const reader = finder.open('srv/app/settings.yaml', text.length);
  reader?.write(Buffer.from(`before\n${text}\nafter\n`));

  expect(reader?.end().secrets).toEqual([]);
});
