import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { AppError } from '../../model/app-error.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import { explainRefusal, isAddressAllowed } from './address-policy.ts';
import { bareHost } from './bare-host.ts';
import type { DistributionLimits } from './limits.ts';
import type { System } from './system.ts';

/**
 * A connector that judges the very address it connects to, so that a name which resolves differently the second
 * time (DNS rebinding) gains nothing.
 */
export function createCheckedConnector(
  options: { readonly insecure: boolean; readonly policy: NetworkPolicy; readonly limits: DistributionLimits },
  system: Pick<System, 'resolve'>,
): buildConnector.connector {
  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolveAllowed(hostname, options.policy, system).then(
      (addresses) => {
        const [first] = addresses;
        if (lookupOptions.all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: Error) => callback(error, []),
    );
  };
  const connect = buildConnector({
    rejectUnauthorized: !options.insecure,
    timeout: options.limits.connectTimeout,
    allowH2: false,
    lookup,
  });
  return (target, callback) => {
    const host = bareHost(target);
    if (isIP(host) !== 0 && !isAddressAllowed(host, options.policy)) {
      callback(new AppError('address-forbidden', explainRefusal(host, host)), null);
      return;
    }
    connect(target, callback);
  };
}

async function resolveAllowed(hostname: string, policy: NetworkPolicy, system: Pick<System, 'resolve'>) {
  const addresses = await system.resolve(hostname);
  const allowed = addresses.filter(({ address }) => isAddressAllowed(address, policy));
  const [refused] = addresses;
  if (allowed.length === 0 && refused !== undefined) {
    throw new AppError('address-forbidden', explainRefusal(hostname, refused.address));
  }
  if (allowed.length === 0) throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
  return allowed;
}
