import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestImage, createTestIndex, toContent } from '../../test/support/create-test-image.ts';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { createKeylessLab } from '../../test/support/keyless-signatures.ts';
import { pushImage, pushManifest } from '../../test/support/push-image.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import {
  createBundle,
  pushBundle,
  pushSignatures,
  signedBy,
  simpleSigningPayload,
} from '../../test/support/sign-image.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  startDockerRegistry,
} from '../../test/support/start-docker-registry.ts';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { createDistributionClient } from '../registries/distribution/create-distribution-client.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Store } from '../store/store.ts';
import { parseTrustPolicy, type TrustPolicy } from '../trust/trust-policy.ts';
import { syncRegistry } from './sync-registry.ts';
import { trustImages } from './trust-images.ts';

const available = hasDockerRegistry();
if (!available) console.warn('SKIPPED: docker-registry is not installed, so signatures are not proved against it');

const { signal } = new AbortController();
const keys = {
  ecdsa: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  ed25519: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  stranger: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
} as const;
const lab = createKeylessLab();
const workflow = {
  identity: 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1',
  issuer: 'https://token.actions.githubusercontent.com',
};
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

describe.skipIf(!available)('with the real docker-registry', () => {
  let docker: DockerRegistry;
  let host: string;

  const policy = (images: readonly string[], names: readonly (keyof typeof keys)[]): TrustPolicy =>
    parseTrustPolicy(
      JSON.stringify({
        rules: [{ images, keys: names.map((name) => ({ name, publicKey: pem(keys[name].publicKey) })) }],
      }),
    );
  const everything = (...names: readonly (keyof typeof keys)[]) => policy([`${host}/**`], names);

  beforeAll(async () => {
    docker = await startDockerRegistry();
    host = new URL(docker.url).host;
    await pushEverything(docker.url);
  });
  afterAll(() => docker?.stop());

  describeEachEngine('the images of a registry', (fixture) => {
    let registryId: number;
    const client = () => {
      const settings = { ...sampleRegistry('lab'), url: docker.url };
      const opened = createDistributionClient(settings, { allowPrivate: true });
      onTestFinished(() => opened.close());
      return opened;
    };
    const add = async () => {
      const { store, clock } = fixture;
      ({ id: registryId } = await store.registries.add({ ...sampleRegistry('lab'), url: docker.url }));
      await sync(store, () => clock.now);
    };
    const sync = async (store: Store, now: () => Date) => {
      const registry = await store.registries.get(registryId);
      if (registry) await syncRegistry(registry, client(), { store, now }, signal);
    };
    const judge = (chosen: TrustPolicy | undefined) =>
      trustImages({ id: registryId, url: docker.url }, client(), { store: fixture.store, policy: chosen }, signal);
    const states = async () => {
      const ids = await fixture.store.images.select({ all: true });
      const found = await Promise.all(
        ids.map(async (id) => {
          const [image, state] = [await fixture.store.images.get(id), await fixture.store.trust.explain(id)];
          expect(state?.trusted).toBe(image?.trusted);
          return [image?.repository ?? '', `${state?.verdict?.reason} ${image?.trusted}`] as const;
        }),
      );
      return Object.fromEntries(found);
    };
    const rowOf = async (repository: string) => {
      const ids = await fixture.store.images.select({ all: true });
      const images = await Promise.all(ids.map((id) => fixture.store.images.get(id)));
      return images.find((image) => image?.repository === repository) ?? expect.unreachable();
    };

    test('are trusted where a key of the policy signed them, by each kind of key and in each place', async () => {
      await add();

      const outcome = await judge(everything('ecdsa', 'ed25519', 'rsa'));

      expect(await states()).toEqual({
        ecdsa: 'signed true',
        ed25519: 'signed true',
        rsa: 'signed true',
        bundle: 'signed true',
        second: 'signed true',
        index: 'signed true',
        unsigned: 'unsigned false',
        stranger: 'other-key false',
        copied: 'other-image false',
        tampered: 'other-key false',
        keyless: 'keyless false',
        'keyless-bundle': 'keyless false',
        attested: 'unsigned false',
        broken: 'unreadable false',
      });
      expect(outcome).toEqual({ checked: 14, signed: 6, unreadable: 1 });
      expect((await fixture.store.trust.explain((await rowOf('ecdsa')).id))?.verdict).toEqual({
        reason: 'signed',
        detail: expect.stringMatching(/^by ecdsa, sha256-[0-9a-f]{64}\.sig$/),
        checkedAt: fixture.clock.now,
      });
    });

    test('that are signed are not asked for again; a policy without the key takes the trust away', async () => {
      await add();
      await judge(everything('ecdsa'));

      // What could not be read.
      expect(await judge(everything('ecdsa'))).toMatchObject({ checked: 1, signed: 0, unreadable: 1 });
      await judge(everything('rsa'));

      expect(await states()).toMatchObject({ ecdsa: 'other-key false', rsa: 'signed true' });
    });

    test('that are not signed are asked for again less and less often, and at once where something has happened', async () => {
      const { clock, store } = fixture;
      await add();
      const listed = clock.now.getTime();
      const at = async (minutes: number, repository?: string) => {
        clock.now = new Date(listed + minutes * 60_000);
        const deps = { store, policy: everything('ecdsa'), repository };
        const { checked, unreadable } = await trustImages({ id: registryId, url: docker.url }, client(), deps, signal);
        return checked - unreadable;
      };

      expect(await at(1)).toBe(13);
      expect([await at(5), await at(6), await at(11), await at(12)]).toEqual([0, 9, 0, 9]);
      expect(await at(13, 'unsigned')).toBe(1);
      expect(await at(13, 'ecdsa')).toBe(0);
      expect([await at(24), await at(26)]).toEqual([8, 1]);
      expect([await at(2_000), await at(2_359), await at(2_360)]).toEqual([9, 0, 9]);
    });

    test('that a workflow has signed without a key are trusted where the policy names it, in each place', async () => {
      await add();
      const identity = 'https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*';
      const identities = [{ name: 'release', identity, issuer: workflow.issuer, root: 'lab' }];
      const named = (change: object) =>
        parseTrustPolicy(
          JSON.stringify({
            rules: [{ images: [`${host}/*`], identities: [{ ...identities[0], ...change }] }],
            trustedRoots: { lab: lab.trustedRoot },
          }),
        );

      await judge(named({}));
      expect(await states()).toMatchObject({
        keyless: 'signed true',
        'keyless-bundle': 'signed true',
        ecdsa: 'other-key false',
        unsigned: 'unsigned false',
      });
      await judge(named({ issuer: 'https://gitlab.com' }));

      expect(await states()).toMatchObject({
        keyless: 'other-identity false',
        'keyless-bundle': 'other-identity false',
      });
    });

    test('of which a policy does not speak have no verdict, and none keeps its own without a policy', async () => {
      await add();

      await judge(policy([`${host}/ecdsa`], ['ecdsa']));
      const spoken = await states();
      await judge(undefined);

      expect(spoken).toMatchObject({ ecdsa: 'signed true', rsa: 'undefined false', unsigned: 'undefined false' });
      expect(new Set(Object.values(await states()))).toEqual(new Set(['undefined false']));
    });

    test('are trusted or not as a person says, whatever is signed, also when their rows are listed anew', async () => {
      const { store, clock } = fixture;
      await add();
      await judge(everything('ecdsa'));
      const marked = async (repository: string) =>
        (await store.trust.explain((await rowOf(repository)).id))?.image ?? expect.unreachable();
      const [unsigned, signed] = [await marked('unsigned'), await marked('ecdsa')];

      await store.trust.mark(unsigned, { trusted: true, author: 'jo', note: 'built by hand' });
      await store.trust.mark(signed, { trusted: false, author: 'jo', note: 'key was lost' });
      expect(await states()).toMatchObject({ unsigned: 'unsigned true', ecdsa: 'signed false' });
      await store.registries.remove(registryId);
      await add();
      expect(await states()).toMatchObject({ unsigned: 'undefined false' });
      const again = { ...unsigned, registryId };
      await store.trust.mark(again, { trusted: true, author: 'jo', note: '' });
      await store.images.removeUnseen(
        registryId,
        new Date(clock.now.getTime() + 1_000),
        new Date(clock.now.getTime() + 1_000),
      );
      expect(await states()).toEqual({});
      await sync(store, () => clock.now);
      await judge(undefined);

      expect(await states()).toMatchObject({ unsigned: 'undefined true', ecdsa: 'undefined false' });
      expect((await store.trust.explain((await rowOf('unsigned')).id))?.mark).toEqual({
        trusted: true,
        author: 'jo',
        note: '',
        markedAt: clock.now,
      });
      expect(await store.trust.unmark(again)).toBe(true);
      expect(await store.trust.unmark(again)).toBe(false);
      expect(await states()).toMatchObject({ unsigned: 'undefined false' });
    });

    test('of one repository are judged alone after an event', async () => {
      await add();
      const { store } = fixture;

      const outcome = await trustImages(
        { id: registryId, url: docker.url },
        client(),
        { store, policy: everything('ecdsa', 'rsa'), repository: 'rsa' },
        signal,
      );

      expect(outcome).toEqual({ checked: 1, signed: 1, unreadable: 0 });
      expect(await states()).toMatchObject({ rsa: 'signed true', ecdsa: 'undefined false' });
    });

    test('of which signatures may not be read are not checked, and the others are', async () => {
      await add();
      const whole = client();
      const partly: RegistryClient = {
        ...whole,
        manifest: (repository, reference, cancel) =>
          repository === 'rsa'
            ? Promise.reject(new AppError('permission-denied', 'rsa is closed'))
            : whole.manifest(repository, reference, cancel),
      };
      const target = { id: registryId, url: docker.url };

      await trustImages(target, partly, { store: fixture.store, policy: everything('ecdsa', 'rsa') }, signal);

      expect(await states()).toMatchObject({ rsa: 'unreadable false', ecdsa: 'signed true' });
      expect((await fixture.store.trust.explain((await rowOf('rsa')).id))?.verdict?.detail).toBe('rsa is closed');
    });

    test('keep their verdicts when the registry refuses everything', async () => {
      await add();
      await judge(everything('ecdsa'));
      const refusing = createDistributionClient({ ...sampleRegistry('lab'), url: docker.url }, { allowPrivate: false });
      onTestFinished(() => refusing.close());
      const target = { id: registryId, url: docker.url };

      const judging = trustImages(target, refusing, { store: fixture.store, policy: everything('rsa') }, signal);

      await expect(judging).rejects.toMatchObject({ code: 'address-forbidden' });
      expect(await states()).toMatchObject({ ecdsa: 'signed true', rsa: 'other-key false' });
    });
  });
});

/** One repository for each way to be signed, or not. */
async function pushEverything(url: string): Promise<void> {
  const target = { url };
  const push = async (repository: string): Promise<Digest> => {
    const image = createTestImage(repository);
    await pushImage(target, repository, 'v1', image);
    return image.manifest.digest;
  };
  const payload = (repository: string, digest: Digest) => simpleSigningPayload(repository, digest);
  for (const [repository, { privateKey }] of Object.entries(keys)) {
    const digest = await push(repository);
    await pushSignatures(target, repository, digest, [signedBy(payload(repository, digest), privateKey)]);
  }
  await push('unsigned');
  const { privateKey } = keys.ecdsa;

  const bundled = await push('bundle');
  await pushBundle(target, 'bundle', bundled, createBundle(bundled, privateKey));
  const keyless = await push('keyless-bundle');
  await pushBundle(target, 'keyless-bundle', keyless, lab.bundle(keyless, workflow));
  const attested = await push('attested');
  await pushBundle(target, 'attested', attested, createBundle(attested, privateKey, 'https://slsa.dev/provenance/v1'));

  const second = await push('second');
  const text = payload('second', second);
  await pushSignatures(target, 'second', second, [
    signedBy(text, keys.stranger.privateKey),
    { payload: toSpaced(text), annotations: signedBy(toSpaced(text), privateKey).annotations },
  ]);

  const copied = await push('copied');
  const other = payload('copied', createTestImage('another').manifest.digest);
  await pushSignatures(target, 'copied', copied, [signedBy(other, privateKey)]);

  const tampered = await push('tampered');
  const { annotations } = signedBy(payload('tampered', copied), privateKey);
  await pushSignatures(target, 'tampered', tampered, [{ payload: payload('tampered', tampered), annotations }]);

  const certified = await push('keyless');
  await pushSignatures(target, 'keyless', certified, [lab.annotated('keyless', certified, workflow)]);

  const broken = await push('broken');
  await pushSignatures(target, 'broken', broken, [{ payload: payload('broken', broken), annotations: {} }]);

  const part = createTestImage('part of an index');
  await pushImage(target, 'index', 'part', part);
  const index = createTestIndex({ 'linux/amd64': part });
  await pushManifest(target, 'index', 'part', index);
  await pushSignatures(target, 'index', index.digest, [signedBy(payload('index', index.digest), privateKey)]);
}

/** The same words in other bytes: what is verified are the bytes. */
function toSpaced(text: ReturnType<typeof simpleSigningPayload>): typeof text {
  const { mediaType, body } = text;
  return toContent(mediaType, JSON.stringify(JSON.parse(body.toString()), null, 1));
}
