import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { createTestImage } from '../support/create-test-image.ts';
import { pushImage } from '../support/push-image.ts';
import { pushSignatures, signedBy, simpleSigningPayload } from '../support/sign-image.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';

const available = hasDockerRegistry();
if (!available) console.warn('SKIPPED: docker-registry is not installed, so trust is not tried from end to end');

describe.skipIf(!available)('trust from a policy to IsTrustImage', () => {
  const work = mkdtempSync(join(tmpdir(), 'plimsoll-trust-'));
  const policyPath = join(work, 'trust.json');
  let docker: DockerRegistry;
  let plimsoll: TestPlimsoll;

  beforeAll(async () => {
    docker = await startDockerRegistry();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    for (const repository of ['shop/signed', 'shop/plain']) {
      const image = createTestImage(repository);
      await pushImage(docker, repository, 'v1', image);
      if (repository === 'shop/plain') continue;
      const payload = simpleSigningPayload(repository, image.manifest.digest);
      await pushSignatures(docker, repository, image.manifest.digest, [signedBy(payload, privateKey)]);
    }
    const keys = [{ name: 'release', publicKey: publicKey.export({ type: 'spki', format: 'pem' }) }];
    writeFileSync(policyPath, JSON.stringify({ rules: [{ images: [`${new URL(docker.url).host}/shop/*`], keys }] }));
    plimsoll = await startTestPlimsoll({ PLIMSOLL_TRUST_POLICY: policyPath });
    await run(`registry add lab ${docker.url}`);
  });
  afterAll(async () => {
    await plimsoll?.stop();
    await docker?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  async function run(line: string, policy = policyPath) {
    const { terminal, written } = captureTerminal();
    const exitCode = await runCommandLine(line.split(' '), {
      env: {
        PLIMSOLL_DATA_DIR: plimsoll.dataDir,
        PLIMSOLL_ENDPOINT: plimsoll.url,
        PLIMSOLL_SECRET_ID: plimsoll.key.secretId,
        PLIMSOLL_SECRET_KEY: plimsoll.key.secretKey,
        PLIMSOLL_TRUST_POLICY: policy,
      },
      terminal,
      signal: new AbortController().signal,
      now: () => new Date(),
      readInput: async () => '',
    });
    return { exitCode, ...written };
  }

  const trusted = async () => {
    const { List = [] } = await plimsoll.sdk.DescribeAssetImageRegistryList({
      Filters: [{ Name: 'SecurityRisk', Values: ['IsTrustImage'] }],
    });
    return List.map(({ ImageName, IsTrustImage }) => `${ImageName} ${IsTrustImage}`);
  };

  test('a sync judges, the list says so, and a person may say otherwise', async () => {
    const synced = await run('registry sync lab --wait');
    expect(synced.out).toContain('Signatures of 2 images were looked for: 1 are signed as the trust policy asks.');
    expect(await trusted()).toEqual(['signed true']);

    expect((await run('image why-trusted shop/signed:v1')).out).toMatch(
      /^127\.0\.0\.1:\d+\/shop\/signed:v1 is trusted\.\nA signature by a key or an identity of the policy is valid .*\(by release, sha256-/,
    );
    await run('image untrust shop/signed:v1 --author jo --note lost');
    await run('image trust shop/plain:v1 --author jo');
    expect(await trusted()).toEqual(['plain true']);
    expect((await run('image why-trusted shop/signed:v1')).out).toMatch(
      /is not trusted\.\nMarked as not trusted by jo, .*: lost\n/,
    );
    const { out } = await run('image why-trusted shop/plain:v1 -o json');
    expect(JSON.parse(out)).toMatchObject({ trusted: true, verdict: { reason: 'unsigned' }, mark: { author: 'jo' } });

    expect((await run('image untrust shop/signed:v1 --forget')).out).toContain('is taken back');
    await run('image untrust shop/plain:v1 --forget');
    expect(await trusted()).toEqual(['signed true']);
  });

  test('a policy that is broken fails no sync, changes no verdict, and the doctor names it', async () => {
    writeFileSync(policyPath, '{"rules": [{}]}');

    const synced = await run('registry sync lab --wait');
    const doctor = await run('doctor');

    expect(synced.out).toContain(`The trust policy ${policyPath} cannot be used. At rules.0.images`);
    expect(await trusted()).toEqual(['signed true']);
    expect(doctor.out).toMatch(/broken +trust policy +The trust policy .* cannot be used/);
  });
});
