import { expect, test } from 'vitest';
import { seededRandom } from '../../../bench/seeded-random.ts';
import { parseConfig } from '../../oci/parse-config.ts';
import { assessConfigSecrets } from './assess-config-secrets.ts';
import { createSecretFinder } from './create-secret-finder.ts';
import { createSampleRandom } from './sample-random.ts';

const finder = createSecretFinder();
const random = createSampleRandom(seededRandom(11));
const CREATED = '2026-11-24T10:00:00Z';

const assess = (config: object, history: readonly string[] = []) => {
  const body = {
    os: 'linux',
    architecture: 'amd64',
    config,
    history: history.map((step) => ({ created: CREATED, created_by: step })),
  };
  return assessConfigSecrets(parseConfig(Buffer.from(JSON.stringify(body)), 'sha256:1'), finder);
};

test('a password in the environment is reported once, though the history set it, and never in clear', () => {
  const password = random.base36(10);
  const line = `API_PASSWORD=${password}`;

  const risks = assess({ Env: ['PATH=/usr/bin', line] }, [`/bin/sh -c #(nop)  ENV ${line}`, `ENV ${line}`]);

  expect(risks).toEqual([
    {
      rule: 'environment-secret',
      behavior: 'secret',
      place: 'environment',
      severity: 'high',
      description: 'Password, secret or token in the variable API_PASSWORD',
      instruction: 'ENV API_PASSWORD=******',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    },
  ]);
  expect(JSON.stringify(risks)).not.toContain(password);
});

test('a URL with a password in a step of the history is shown with its time, masked', () => {
  const password = random.base62(12);

  const risks = assess({}, [`RUN /bin/sh -c curl -k https://deploy:${password}@git.team.io/install | sh # buildkit`]);

  expect(risks).toMatchObject([{ rule: 'url-credentials', place: 'instruction', behavior: 'secret' }]);
  expect(risks[0]?.instruction).toBe(
    '2026-11-24T10:00:00.000Z\nRUN /bin/sh -c curl -k https://deploy:******@git.team.io/install | sh # buildkit',
  );
});

test('labels, entrypoint, command, health check and build arguments are read', () => {
  const token = () => `ghp_${random.base62(36)}`;

  const risks = assess(
    {
      Labels: { 'com.team.token': token() },
      Entrypoint: ['/app', `--token=${token()}`],
      Cmd: ['serve', '--github', token()],
      Healthcheck: { Test: ['CMD-SHELL', `curl -H 'Authorization: token ${token()}' http://localhost`] },
    },
    [`RUN |1 GITHUB_TOKEN=${token()} /bin/sh -c npm ci`],
  );

  expect(risks.map(({ rule, place }) => [rule, place])).toEqual([
    ['github-classic-token', 'label'],
    ['github-classic-token', 'command'],
    ['github-classic-token', 'command'],
    ['github-classic-token', 'command'],
    ['github-classic-token', 'instruction'],
  ]);
});

test('what official images say is no secret', () => {
  const risks = assess(
    {
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin',
        'GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D',
        'NODE_VERSION=24.21.0',
        'PYTHON_SHA256=c5e2ba3cf61d7ab8e1e0ba4f8c0d5c6a37c5a5a1e9e5b1d4d0a8bb0e7d7a3b2c',
        'POSTGRES_PASSWORD_FILE=/run/secrets/password',
        'MYSQL_ALLOW_EMPTY_PASSWORD=yes',
        'TOKEN_TTL=3600',
        'SECRET_NAME=database',
        'KEYCLOAK_AUTH=true',
        'PASSWORD=',
        'SSH_AUTH_SOCK=/tmp/agent',
      ],
      Labels: { 'org.opencontainers.image.revision': random.hex(40) },
      Entrypoint: ['docker-entrypoint.sh'],
    },
    ['ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D', 'ARG DB_PASSWORD', 'RUN apt-get update # passwords: none'],
  );

  expect(risks).toEqual([]);
});
