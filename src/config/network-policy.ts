import type { ProxySettings } from '../model/proxy-settings.ts';
import type { Config } from './load-config.ts';

/** The proxies that registries and feeds are asked through. */
export function proxySettings({ httpProxy, httpsProxy, noProxy }: Config): ProxySettings {
  return {
    ...(httpProxy === undefined ? {} : { http: httpProxy }),
    ...(httpsProxy === undefined ? {} : { https: httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}

/** Where connections to registries may go, and by which way. */
export function networkPolicy(config: Config): { readonly allowPrivate: boolean; readonly proxy: ProxySettings } {
  return { allowPrivate: config.allowPrivateRegistries, proxy: proxySettings(config) };
}
