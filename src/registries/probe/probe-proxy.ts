import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../../model/app-error.ts';
import type { StageResult } from '../../model/connection-report.ts';
import type { HttpProxy } from '../../proxy/choose-proxy.ts';
import { connectToProxies } from '../../proxy/connect-to-proxies.ts';
import { openTunnel } from '../../proxy/open-tunnel.ts';
import { abortError } from '../distribution/abort-error.ts';
import { explainRefusal, isAddressAllowed } from '../distribution/address-policy.ts';
import { bareHost } from '../distribution/bare-host.ts';
import { defaultDistributionLimits } from '../distribution/limits.ts';
import { lookUpHere } from '../distribution/look-up-here.ts';
import type { System } from '../distribution/system.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import type { AddressProbe, Way } from './probe-address.ts';
import { runStage, skippedStage } from './run-stage.ts';

/**
 * Stages `name` and `address` where a proxy is asked, which looks the name up itself: what this machine knows of it, whether
 * that may be contacted and, for https, a tunnel to it.
 */
export async function probeProxy(
  url: URL,
  proxy: HttpProxy,
  policy: NetworkPolicy,
  system: Pick<System, 'resolve'>,
  signal: AbortSignal,
): Promise<AddressProbe> {
  const host = bareHost(url);
  const { stage, addresses } = await lookUp(host, system);
  const { result, value } = await runStage<Way>('address', async () => {
    const refused = addresses.find((address) => !isAddressAllowed(address, policy));
    if (refused !== undefined) throw new AppError('address-forbidden', explainRefusal(host, refused));
    const through = `asked through the proxy ${proxy.origin}`;
    if (url.protocol === 'http:') return { value: {}, detail: through };
    return { value: { tunnel: await tunnelTo(url, proxy, signal) }, detail: `${through}, which reaches it` };
  });
  return { stages: [stage, result], ...(value === undefined ? {} : { way: value }) };
}

async function lookUp(
  host: string,
  system: Pick<System, 'resolve'>,
): Promise<{ readonly stage: StageResult; readonly addresses: readonly string[] }> {
  if (isIP(host) !== 0) {
    return { stage: skippedStage('name', 'The address is a number: nothing to look up.'), addresses: [host] };
  }
  const addresses = (await lookUpHere(host, system)).map(({ address }) => address);
  const here =
    addresses.length > 0 ? `${host} is ${addresses.slice(0, 4).join(', ')} here` : `${host} is not known here`;
  return { stage: skippedStage('name', `${here}; the proxy looks it up itself.`), addresses };
}

async function tunnelTo(url: URL, proxy: HttpProxy, signal: AbortSignal): Promise<Duplex> {
  const proxies = connectToProxies(defaultDistributionLimits);
  try {
    return await openTunnel(proxies, proxy, url, signal);
  } catch (error) {
    throw signal.aborted ? abortError(signal, `The tunnel to ${url.host}`) : error;
  } finally {
    await proxies.destroy();
  }
}
