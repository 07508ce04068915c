import type { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import type { ProxySettings } from '../model/proxy-settings.ts';
import type { RegistrySettings, SkipReason } from '../model/registry.ts';
import type { IndexChild } from '../oci/parse-manifest.ts';
import type { RequestBudget } from './request-budget.ts';

/** A manifest exactly as the registry sent it; its digest has been verified against the bytes. */
export interface RawManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly body: Uint8Array;
  readonly etag?: string;
}

/** What HEAD says about a reference without moving its manifest. */
export type ManifestHead =
  | { readonly unchanged: true }
  | { readonly unchanged: false; readonly digest?: Digest; readonly mediaType: string; readonly etag?: string };

export interface Blob {
  readonly size?: number;
  /** Raw bytes, not yet verified: the reader hashes them. Destroy it to abort. */
  readonly stream: Readable;
}

/** What a list of tags says of one; most registries list names alone. */
export interface ListedTag {
  readonly name: string;
  /** Of the manifest it points at: a tag that still points there is not asked for again. */
  readonly digest?: Digest;
  readonly pushedAt?: Date;
  /** Known to be no image without a look at its manifest. */
  readonly skipped?: SkipReason;
}

/** A signed-in registry, read only: nothing here ever writes. Every method throws AppError. */
export interface RegistryClient {
  /** Checks reachability, TLS, and credentials. */
  ping(signal: AbortSignal): Promise<void>;
  repositories(signal: AbortSignal): AsyncIterable<string>;
  /** Tags of a repository; none when the repository is gone (some registries keep empty ones in their catalog). */
  tags(repository: string, signal: AbortSignal): AsyncIterable<ListedTag>;
  /** Lists of tags are paged by number, so that what moves meanwhile may be missed: a tag that is not listed may be there. */
  readonly tagsMayShift?: true;
  /** HEAD; `etag` of the last visit makes an unchanged tag cost one empty answer. `image-not-found` when absent. */
  head(repository: string, reference: string, etag: string | undefined, signal: AbortSignal): Promise<ManifestHead>;
  manifest(repository: string, reference: string, signal: AbortSignal): Promise<RawManifest>;
  blob(repository: string, digest: Digest, signal: AbortSignal): Promise<Blob>;
  /** What refers to a manifest, such as its signatures; absent where a registry cannot tell. */
  referrers?(repository: string, digest: Digest, signal: AbortSignal): Promise<readonly IndexChild[]>;
  /** What the registry has asked to be shown to people so far, once each; never acted on. */
  warnings(): readonly string[];
  /** Closes all connections; what is still under way on them ends with an error. */
  close(): Promise<void>;
}

/** A kind of registry: its difference from a plain OCI distribution registry. */
export interface RegistryType {
  /** The API's RegistryType value. */
  readonly name: string;
  /** One line for help and the reference. */
  readonly description: string;
  connect(settings: RegistrySettings, network: NetworkPolicy, manners?: Manners): RegistryClient;
}

/** How we behave towards a registry, and what we expect of it. */
export interface Manners {
  /** Absent: nobody limits what is asked of it. */
  readonly budget?: RequestBudget;
  /** Milliseconds since the epoch, by the clock that those who wait for it go by; absent: this machine's. */
  readonly now?: () => number;
  readonly limits?: {
    /** Requests under way at once. */
    readonly concurrency?: number;
    /** A blob of which fewer bytes arrive per second is given up; 0 = never. */
    readonly blobRate?: number;
  };
}

/** Where outbound connections may go, and by which way. */
export interface NetworkPolicy {
  /** Loopback and private ranges; link-local and metadata addresses are never allowed. */
  readonly allowPrivate: boolean;
  /** Absent: everything is asked directly. */
  readonly proxy?: ProxySettings;
}
