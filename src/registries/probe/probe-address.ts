import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../../model/app-error.ts';
import type { StageResult } from '../../model/connection-report.ts';
import { abortError } from '../distribution/abort-error.ts';
import { explainRefusal, isAddressAllowed } from '../distribution/address-policy.ts';
import { bareHost } from '../distribution/bare-host.ts';
import { toNetworkError } from '../distribution/network-error.ts';
import type { ResolvedAddress, System } from '../distribution/system.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import { runStage, skippedStage } from './run-stage.ts';

export interface AddressProbe {
  readonly stages: readonly StageResult[];
  /** Absent after a failure. */
  readonly way?: Way;
}

/** How the registry is reached: at the first address that may be contacted, or through a proxy, for https by a tunnel. */
export interface Way {
  readonly address?: string;
  readonly tunnel?: Duplex;
}

const SHOWN = 4;

/** Stages `name` and `address`: what the host name resolves to, and whether any of it may be contacted. */
export async function probeAddress(
  url: URL,
  policy: NetworkPolicy,
  system: Pick<System, 'resolve'>,
  signal: AbortSignal,
): Promise<AddressProbe> {
  const host = bareHost(url);
  if (isIP(host) !== 0) {
    const stage = skippedStage('name', 'The address is a number: nothing to look up.');
    return judge(host, [host], policy, [stage]);
  }
  const { result, value } = await runStage('name', async () => {
    const addresses = await resolve(host, url, system, signal);
    return { value: addresses, detail: `${host} is ${shorten(addresses)}` };
  });
  if (!value) return { stages: [result, skippedStage('address', '')] };
  return judge(host, value, policy, [result]);
}

async function judge(
  host: string,
  addresses: readonly string[],
  policy: NetworkPolicy,
  before: readonly StageResult[],
): Promise<AddressProbe> {
  const { result, value } = await runStage('address', async () => {
    const allowed = addresses.filter((address) => isAddressAllowed(address, policy));
    const [first] = allowed;
    if (first === undefined) throw new AppError('address-forbidden', explainRefusal(host, addresses[0] ?? host));
    const refused = addresses.length - allowed.length;
    const rest = refused > 0 ? `; ${refused} others must not be contacted` : '';
    return { value: first, detail: `${shorten(allowed)} may be contacted${rest}` };
  });
  return { stages: [...before, result], ...(value === undefined ? {} : { way: { address: value } }) };
}

async function resolve(host: string, url: URL, system: Pick<System, 'resolve'>, signal: AbortSignal) {
  let found: readonly ResolvedAddress[];
  try {
    found = await Promise.race([system.resolve(host), whenAborted(host, signal)]);
  } catch (error) {
    throw toNetworkError(error, 'GET', url, signal);
  }
  if (found.length === 0) {
    throw toNetworkError(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), 'GET', url, signal);
  }
  return found.map(({ address }) => address);
}

/** A lookup cannot be stopped, only left. */
function whenAborted(host: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(abortError(signal, `Looking up ${host}`));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function shorten(addresses: readonly string[]): string {
  const more = addresses.length - SHOWN;
  return `${addresses.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
