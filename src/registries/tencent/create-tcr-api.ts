import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { TencentCredentials } from '../../signing/sign-tc3.ts';
import { baseUrl } from '../distribution/base-url.ts';
import type { Login } from '../distribution/create-credential-source.ts';
import type { Answer, SessionRequest } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { regionOf } from '../region-of.ts';
import { createTencentCaller, SOME_REGION } from './create-tencent-caller.ts';

/** One instance of TCR Enterprise. */
export interface TcrInstance {
  /** `tcr-…` */
  readonly registryId: string;
  readonly region: string;
}

/** Sends one call and gives its answer. */
export type SendCall = (request: SessionRequest, signal: AbortSignal) => Promise<Answer>;

/** Tencent Cloud's API for container registries, as one key is allowed to use it: https://www.tencentcloud.com/document/product/1051/40710 */
export interface TcrApi {
  call(action: string, parameters: object, region: string): SessionRequest;
  /** The instance that the settings name, or the one whose domain is the address; asked for once. */
  instance(send: SendCall, signal: AbortSignal): Promise<TcrInstance>;
  /** User and password for the distribution, good for an hour. */
  readonly login: Login;
}

const MAX_VALUES = 100_000;

const Instances = z.object({
  Response: z.object({
    Registries: z.array(
      z.object({
        RegistryId: z.string(),
        RegistryName: z.string(),
        PublicDomain: z.string().nullish(),
        RegionName: z.string(),
      }),
    ),
  }),
});
/** Time in milliseconds since 1970. */
const Token = z.object({ Response: z.object({ Username: z.string(), Token: z.string(), ExpTime: z.number() }) });

export function createTcrApi(
  settings: Pick<RegistrySettings, 'url' | 'region' | 'instanceId'>,
  credentials: TencentCredentials,
  origin: string,
): TcrApi {
  const { call, sign } = createTencentCaller(credentials, origin);
  let known: TcrInstance | undefined;
  async function instance(send: SendCall, signal: AbortSignal): Promise<TcrInstance> {
    known ??= named(settings) ?? (await findInstance(send, signal));
    return known;
  }

  async function findInstance(send: SendCall, signal: AbortSignal): Promise<TcrInstance> {
    const { instanceId } = settings;
    const wanted = instanceId ? { Registryids: [instanceId] } : {};
    const answer = await send(
      call('DescribeInstances', { ...wanted, AllRegion: true, Limit: 100 }, SOME_REGION),
      signal,
    );
    const { Registries } = parseAnswer(answer.response, answer.body, Instances, MAX_VALUES).Response;
    const host = baseUrl(settings.url).hostname;
    const found = Registries.find((each) =>
      instanceId
        ? each.RegistryId === instanceId
        : each.PublicDomain === host || host.startsWith(`${each.RegistryName}.`),
    );
    if (found) return { registryId: found.RegistryId, region: found.RegionName };
    const what = instanceId ? `no instance ${instanceId}` : `no instance with the domain ${host}`;
    throw new AppError(
      'registry-error',
      `Tencent Cloud shows this key ${what}. Set the instance (tcr-…) and the region of the registry.`,
    );
  }

  return {
    call,
    instance,
    async login({ now, ask }, signal) {
      const send: SendCall = async ({ method, url, headers, body = '', check }, stop) => {
        const signed = { ...headers, ...sign(url, body, now) };
        const answer = await ask({ method, url, headers: signed, body }, stop);
        check?.(answer);
        return answer;
      };
      const { registryId, region } = await instance(send, signal);
      const asked = call('CreateInstanceToken', { RegistryId: registryId, TokenType: 'temp' }, region);
      const answer = await send(asked, signal);
      const { Username, Token: password, ExpTime } = parseAnswer(answer.response, answer.body, Token).Response;
      return { value: { username: Username, password }, expiresAt: ExpTime };
    },
  };
}

function named(settings: Pick<RegistrySettings, 'region' | 'instanceId'>): TcrInstance | undefined {
  const region = regionOf(settings);
  return settings.instanceId && region ? { registryId: settings.instanceId, region } : undefined;
}
