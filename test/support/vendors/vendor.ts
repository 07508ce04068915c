import type { RegistrySettings } from '../../../src/model/registry.ts';
import type { Credentials } from '../../../src/registries/distribution/fetch-token.ts';
import type { SessionDeps } from '../../../src/registries/distribution/open-session.ts';
import type { ListedTag, RegistryClient } from '../../../src/registries/registry-client.ts';
import type { Description } from '../published/create-description.ts';
import type { VendorWorld, WorldTag } from '../vendor-world.ts';

/** A request to a vendor's API, with what our server knows of it. */
export interface VendorRequest {
  readonly method: string;
  /** With the origin of the server. */
  readonly url: URL;
  readonly authorization: string | undefined;
  header(name: string): string | undefined;
  readonly body: string;
  /** Grows each time all tokens handed out so far die. */
  readonly generation: number;
}

export interface VendorAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a vendor signs in to /v2 in a way of its own. */
export interface OwnSignIn {
  /** The challenge to a request without, or with wrong, credentials. */
  challenge(url: URL): string;
  accepts(authorization: string | undefined, generation: number, url: URL): boolean;
  /** Of what hands out passwords or tokens, which are not counted among the requests to the API. */
  answer(request: VendorRequest): VendorAnswer | undefined;
}

/** One vendor as its published API describes it: what stands before a real docker-registry. */
export interface Vendor {
  /** Of the registry type. */
  readonly name: string;
  readonly credentials: Credentials;
  /** What is published of its API, against which every request and answer is checked; absent where nothing is. */
  readonly described?: Description;
  /** How /v2 asks for credentials; of a token its path on the same server. */
  readonly signIn: 'basic' | { readonly realm: string } | OwnSignIn;
  /** Names that the vendor cannot have are not in its world. */
  readonly nested: boolean;
  /** What stands before all names, such as the project of an account: `lab/`. */
  readonly prefix?: string;
  /** An answer of its API; undefined for what is not its API. It refuses what the vendor refuses: page sizes, credentials. */
  answer(request: VendorRequest, world: VendorWorld): VendorAnswer | undefined;
  /** Whether a request belongs to its API, which is what limits and refusals of it hit. */
  isApi(url: URL): boolean;
  /** An error as its API words it. */
  failure(status: number, message: string): unknown;
  /** The fewest requests its API allows for listing every repository and tag of the world, without those for tokens. */
  least(world: VendorWorld): number;
  /** What its lists say of a tag, where that is less than name, digest and time of push. */
  tells?(tag: WorldTag): ListedTag;
  /** Whether the account sees that there is a project which it may not read. */
  readonly showsDenied: boolean;
  /** Paths below /v2 that a sync of unchanged tags needs, where lists do not tell digests. */
  asksAgain?(world: VendorWorld): readonly string[];
  /** By what a request for the tags of the large repository is told, where that is not its name. */
  readonly marksLarge?: string;
  /** Its API has one list of the tags of all repositories. */
  readonly listsAllAtOnce?: true;
  /** The client under test, told where the API is when that is another server in real life. */
  connect(settings: RegistrySettings, origin: string, deps: SessionDeps): RegistryClient;
  /** The address people give, with what is in front of /v2; default is the server itself. */
  address?(origin: string): string;
}
