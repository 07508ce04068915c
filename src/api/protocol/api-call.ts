import type { JsonObject } from './parse-input.ts';

/** A request understood, whatever its encoding and signature scheme; nothing in it has been verified yet. */
export interface ApiCall {
  readonly action: string;
  readonly version: string;
  /** Unix seconds as sent. */
  readonly timestamp: string;
  readonly secretId: string;
  /** Of a temporary key. */
  readonly token?: string;
  isSignedWith(secretKey: string): boolean;
  /** Decodes the parameters; not to be called before the signature has been verified. */
  readParameters(): Promise<JsonObject>;
}
