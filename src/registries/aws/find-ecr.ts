import type { RegistrySettings } from '../../model/registry.ts';
import { baseUrl } from '../distribution/base-url.ts';
import { regionOf } from '../region-of.ts';

/** Where the API of a registry of Amazon ECR is spoken. */
export interface EcrAddress {
  readonly url: URL;
  readonly region: string;
  /** Of twelve digits; undefined = the account of the key. */
  readonly accountId?: string;
}

const HOST = /^(\d{12})\.dkr\.(ecr|ecr-fips)\.([a-z0-9-]{1,40})\.(amazonaws\.com(?:\.cn)?)$/;
const DUAL_STACK_HOST = /^(\d{12})\.dkr-(ecr|ecr-fips)\.([a-z0-9-]{1,40})\.(on\.aws|on\.amazonwebservices\.com\.cn)$/;
const dualStackApi: Readonly<Record<string, string>> = {
  'on.aws': 'api.aws',
  'on.amazonwebservices.com.cn': 'api.amazonwebservices.com.cn',
};

/**
 * The API beside a registry: https://docs.aws.amazon.com/general/latest/gr/ecr.html. A registry with another name, such as a
 * proxy in front of both, is taken to pass its API on at its own root, and the region must be set.
 * @returns undefined where nothing tells the region
 */
export function findEcr(settings: Pick<RegistrySettings, 'url' | 'region'>): EcrAddress | undefined {
  const base = baseUrl(settings.url);
  const [, accountId, service = '', region = '', domain = ''] = HOST.exec(base.hostname) ?? [];
  if (accountId !== undefined) {
    const host = service === 'ecr' ? `api.ecr.${region}.${domain}` : `${service}.${region}.${domain}`;
    return { url: new URL(`https://${host}/`), region, accountId };
  }
  const [, account, dualService = '', dualRegion = '', dualDomain = ''] = DUAL_STACK_HOST.exec(base.hostname) ?? [];
  if (account !== undefined) {
    const host = `${dualService}.${dualRegion}.${dualStackApi[dualDomain]}`;
    return { url: new URL(`https://${host}/`), region: dualRegion, accountId: account };
  }
  const set = regionOf(settings);
  return set === undefined ? undefined : { url: new URL('/', base), region: set };
}
