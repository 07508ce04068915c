import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTestImage } from '../support/create-test-image.ts';
import { shapeFaults } from '../support/shape-faults.ts';
import { startFakeRegistry } from '../support/start-fake-registry.ts';
import { startTestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';

const account = { username: 'scanner', password: 'registry-password-1' };

/** A server with everything that works in the background, without advisories, and a registry that wants a password. */
async function start() {
  const work = await mkdtemp(join(tmpdir(), 'plimsoll-contract-'));
  onTestFinished(() => rm(work, { recursive: true, force: true }));
  await mkdir(join(work, 'osv'));
  const registry = await startFakeRegistry({ auth: { scheme: 'bearer', ...account } });
  onTestFinished(() => registry.stop());
  registry.add('team/app', 'v1', createTestImage('one'));
  registry.add('team/app', 'v2', createTestImage('two'));
  registry.add('base', 'latest', createTestImage('three'));
  const { sdk, stop } = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
  });
  onTestFinished(stop);
  const lab = {
    Name: 'lab',
    Username: account.username,
    Password: account.password,
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
  };
  return { sdk, lab };
}

test('the whole flow of the documentation, with each of its thirteen actions', async () => {
  const { sdk, lab } = await start();
  const exact = <T>(action: string, answer: T): T => {
    expect(shapeFaults(answer, `${action}Response`)).toEqual([]);
    return answer;
  };
  const list = async () =>
    exact('DescribeAssetImageRegistryList', await sdk.DescribeAssetImageRegistryList({})).List ?? [];

  const added = exact('AddAssetImageRegistryRegistryDetail', await sdk.AddAssetImageRegistryRegistryDetail(lab));
  expect(added).toMatchObject({ HealthCheckErr: '', NameRepeatErr: '' });
  const RegistryId = added.RegistryId ?? 0;
  exact('DescribeAssetImageRegistryRegistryDetail', await sdk.DescribeAssetImageRegistryRegistryDetail({ RegistryId }));
  const { List: registries } = exact(
    'DescribeAssetImageRegistryRegistryList',
    await sdk.DescribeAssetImageRegistryRegistryList({}),
  );
  expect(registries).toMatchObject([{ ConnDetectDetail: [{ ConnDetectStatus: 'status_connected' }] }]);

  exact('SyncAssetImageRegistryAsset', await sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId] }));
  const synced = await waitUntil(async () => {
    const state = exact('DescribeAssetImageRegistryAssetStatus', await sdk.DescribeAssetImageRegistryAssetStatus());
    return state.Status !== 'doing' && state;
  });
  expect(synced).toMatchObject({ Status: 'success', Err: '' });
  expect((await list()).map((image) => `${image.Namespace}/${image.ImageName}:${image.ImageTag}`).sort()).toEqual([
    '/base:latest',
    'team/app:v1',
    'team/app:v2',
  ]);

  exact(
    'ModifyImageAuthorized',
    await sdk.ModifyImageAuthorized({
      AllLocalImages: false,
      AllRegistryImages: true,
      UpdatedLocalImageCnt: 0,
      UpdatedRegistryImageCnt: 100,
      ImageSourceType: 'ASSETIMAGE',
    }),
  );
  const { TaskID = 0 } = exact(
    'CreateAssetImageRegistryScanTask',
    await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: ['CVE'] }),
  );
  const ended = await waitUntil(async () => {
    const state = exact(
      'DescribeAssetImageRegistryScanStatusOneKey',
      await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID }),
    );
    return state.Status !== 'SCANNING' && state;
  });
  expect(ended).toMatchObject({ Status: 'SCANNED', ImageTotal: 3, ImageScanCnt: 3, Schedule: 100, ScanRemainTime: 0 });

  // Without advisories nothing is known of vulnerabilities: that is told, and no count is a clean zero.
  for (const image of await list()) {
    expect(image.ScanVulError).not.toBe('');
    expect(image.Reason).not.toBe('');
    expect(image.CriticalLevelVulCnt).toBeNull();
    const { Id = 0 } = image;
    exact('DescribeAssetImageRegistryDetail', await sdk.DescribeAssetImageRegistryDetail({ Id }));
    exact('DescribeAssetImageRegistryVulList', await sdk.DescribeAssetImageRegistryVulList({ Id }));
  }
  exact('ModifyAssetImageRegistryScanStop', await sdk.ModifyAssetImageRegistryScanStop({ TaskID }));

  exact('RemoveAssetImageRegistryRegistryDetail', await sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId }));
  expect(await list()).toEqual([]);
});

test('a wrong password is a soft error, and the registry is there with its failure', async () => {
  const { sdk, lab } = await start();

  const added = await sdk.AddAssetImageRegistryRegistryDetail({ ...lab, Password: 'wrong' });
  const { List } = await sdk.DescribeAssetImageRegistryRegistryList({});

  expect(added.HealthCheckErr).toMatch(/^The registry refused the user name or password: /);
  expect(added.RegistryId).toBeGreaterThan(0);
  expect(List).toMatchObject([
    { RegistryId: added.RegistryId, ConnDetectDetail: [{ ConnDetectStatus: 'status_auth_failed' }] },
  ]);
  expect(JSON.stringify([added, List])).not.toContain('wrong');
});
