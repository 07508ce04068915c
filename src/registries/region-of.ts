import type { RegistrySettings } from '../model/registry.ts';

/** The region that was set; undefined where the address must tell it. */
export function regionOf({ region = '' }: Pick<RegistrySettings, 'region'>): string | undefined {
  return region === '' || region === 'default' ? undefined : region;
}
