import { createRequire } from 'node:module';
import type { ApiKeyPair } from './start-test-api.ts';

// The SDK of the international site ships no types: these are the members that tests use.
interface Sdk {
  readonly Client: new (credential: unknown, region: string, profile: unknown) => Client;
  readonly Models: Readonly<Record<string, (new () => Model) | undefined>>;
}
interface Model {
  from_json_string(json: string): void;
}
type Client = Readonly<Record<string, (model: Model, answer: (error: unknown, response: unknown) => void) => void>>;
interface Common {
  readonly Credential: new (secretId: string, secretKey: string) => unknown;
  readonly ClientProfile: new (signMethod: string | undefined, httpProfile: unknown) => unknown;
  readonly HttpProfile: new () => { protocol: string; endpoint: string; reqMethod: string };
}

const require = createRequire(import.meta.url);
const { Client, Models } = require('tencentcloud-sdk-nodejs-intl-en/tencentcloud/tcss/v20201101/index.js') as Sdk;
const common = require('tencentcloud-sdk-nodejs-intl-en/tencentcloud/common/index.js') as Common;

export interface InternationalSdkOptions {
  /** Absent: the SDK's own default, HmacSHA256. */
  readonly signMethod?: 'TC3-HMAC-SHA256' | 'HmacSHA256' | 'HmacSHA1';
  readonly method?: 'GET' | 'POST';
}

/** Calls actions through `tencentcloud-sdk-nodejs-intl-en`; rejects with the SDK's exception. */
export function internationalSdk(url: string, key: ApiKeyPair, options: InternationalSdkOptions = {}) {
  const http = new common.HttpProfile();
  http.protocol = 'http://';
  http.endpoint = new URL(url).host;
  http.reqMethod = options.method ?? 'POST';
  const credential = new common.Credential(key.secretId, key.secretKey);
  const client = new Client(credential, '', new common.ClientProfile(options.signMethod, http));
  return {
    /** Names of the actions that this SDK knows. */
    knows: (action: string) => Models[`${action}Request`] !== undefined,
    call: (action: string, parameters: object): Promise<Readonly<Record<string, unknown>>> => {
      const Request = Models[`${action}Request`];
      if (!Request) return Promise.reject(new Error(`the SDK does not know ${action}`));
      const request = new Request();
      request.from_json_string(JSON.stringify(parameters));
      return new Promise((resolve, reject) => {
        client[action]?.(request, (error, response) =>
          error ? reject(error) : resolve(response as Readonly<Record<string, unknown>>),
        );
      });
    },
  };
}
