import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { ConnectionCheck } from '../../src/api/api-action.ts';
import { readConnectMessage } from '../../src/commands/read-connect-message.ts';
import { type ConnectionReport, probeStages } from '../../src/model/connection-report.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { startTestApi } from '../support/start-test-api.ts';
import { type SdkClient, sdkFor } from '../support/start-test-plimsoll.ts';

const failedAtToken: ConnectionReport = {
  checkedAt: new Date('2026-11-25T10:00:00Z'),
  stages: probeStages.map((stage, at) => {
    if (stage === 'token')
      return {
        stage,
        status: 'failed',
        milliseconds: 12,
        cause: 'authentication-failed',
        detail: 'GET /token · answered 401.',
      };
    return at < 4
      ? { stage, status: 'ok', milliseconds: at, detail: `seen ${at}` }
      : { stage, status: 'skipped', detail: 'not tried' };
  }),
  blindSpots: [{ kind: 'clock-skew', detail: 'the registry is 600 s ahead' }],
};

describeEachEngine('a staged connection test', (fixture) => {
  let store: Store;
  let sdk: SdkClient;
  let chinese: SdkClient;
  let check: ConnectionCheck;

  beforeEach(async () => {
    ({ store } = fixture);
    check = { status: 'failed', cause: 'authentication-failed', message: 'no', report: failedAtToken };
    const api = await startTestApi(store, { checkConnection: async () => check });
    onTestFinished(() => api.stop());
    sdk = api.sdk;
    chinese = sdkFor(api.url, api.key);
    chinese.profile.language = 'zh-CN';
  });

  const add = async () => {
    const given = { Name: 'lab', Username: 'a', Password: 'p', Url: 'https://lab.example.com' };
    const { RegistryId = 0 } = await sdk.AddAssetImageRegistryRegistryDetail({
      ...given,
      RegistryType: 'docker',
      NetType: 'private',
    });
    return RegistryId;
  };
  const messageOf = async (client: SdkClient) =>
    (await client.DescribeAssetImageRegistryRegistryList({})).List?.[0]?.ConnectMsg ?? '';

  test('is told in ConnectMsg, with reason and solution in the language of the request', async () => {
    await add();

    const [english, other] = [await messageOf(sdk), await messageOf(chinese)];

    expect(english.split('\n')).toEqual([
      'The registry refused the user name or password',
      '2026-11-25T10:00:00Z',
      'name · ok · 0 ms · seen 0',
      'address · ok · 1 ms · seen 1',
      'tls · ok · 2 ms · seen 2',
      '/v2/ · ok · 3 ms · seen 3',
      expect.stringMatching(
        /^token · failed · 12 ms · AuthFailed · The registry refused .* · GET \/token - answered 401\. · Check the user/,
      ),
      ...['catalog', 'tags', 'manifest', 'blob'].map((stage) => `${stage} · skipped · not tried`),
      expect.stringMatching(/^blind spot · clock-skew · The clocks .* · the registry is 600 s ahead · .*NTP/),
    ]);
    expect(other).toContain('token · failed · 12 ms · AuthFailed · 镜像仓库拒绝了用户名或密码 · ');
    expect(other).toMatch(/clock-skew · 镜像仓库与本机的时钟不一致.*NTP/);
  });

  test('is read back by the command line, in either language', async () => {
    await add();
    const cleaned = {
      ...failedAtToken,
      stages: failedAtToken.stages.map((stage) => ({ ...stage, detail: stage.detail.replace(' · ', ' - ') })),
    };

    expect(readConnectMessage(await messageOf(sdk))).toEqual(cleaned);
    expect(readConnectMessage(await messageOf(chinese))).toEqual(cleaned);
    expect(readConnectMessage('Connection failure')).toBeUndefined();
  });

  test('is kept while later checks without stages say the same, and no longer', async () => {
    const id = await add();
    const checkedAt = new Date('2026-11-26T10:00:00Z');

    await store.registries.recordConnection(id, { status: 'failed', cause: 'authentication-failed', checkedAt });
    expect((await store.registries.get(id))?.connectionReport).toEqual(failedAtToken);
    await store.registries.recordConnection(id, { status: 'connected', checkedAt });

    expect((await store.registries.get(id))?.connectionReport).toBeUndefined();
    expect(await messageOf(sdk)).toBe('');
  });
});
