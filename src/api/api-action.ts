import type { Logger } from 'pino';
import type { tcss } from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/index.js';
import type { z } from 'zod';
import type { ConnectionReport, ConnectionVerdict } from '../model/connection-report.ts';
import type { RegistrySettings } from '../model/registry.ts';
import type { ApiKey, Store } from '../store/store.ts';
import type { ExportLinks } from './export-links.ts';
import type { FilterRule } from './filters.ts';
import type { nullableFields } from './nullable-fields.ts';
import type { Language } from './protocol/api-error.ts';

// The official SDK's types are the contract: a forgotten or misspelt field of a response, and a parameter that the
// schema does not know, do not compile.

type TcssClient = InstanceType<typeof tcss.v20201101.Client>;
type ActionMethod =
  `${'Add' | 'Check' | 'Create' | 'Delete' | 'Describe' | 'Modify' | 'Remove' | 'Renew' | 'Stop' | 'Sync' | 'Update'}${string}`;

/** Names of the actions that the SDK knows. */
export type ActionName = Extract<keyof TcssClient, ActionMethod>;
export type RequestOf<N extends ActionName> = Parameters<TcssClient[N]>[0];

type Nullable = (typeof nullableFields)[number];

/** Every member there; null only where the contract lets it be unknown. */
export type Complete<T> = T extends readonly (infer E)[]
  ? readonly Complete<E>[]
  : T extends object
    ? { readonly [K in keyof T]-?: Complete<NonNullable<T[K]>> | (K extends Nullable ? null : never) }
    : T;

/** What an action returns; the envelope adds RequestId. */
export type ResponseOf<N extends ActionName> = Complete<Omit<Awaited<ReturnType<TcssClient[N]>>, 'RequestId'>>;

/** Result of trying a registry, as `registries/probe-connection.ts` gives it. */
export type ConnectionCheck = ConnectionVerdict & { readonly report?: ConnectionReport };

/** What an action may use. */
export interface ActionContext {
  readonly store: Store;
  readonly now: () => Date;
  readonly language: Language;
  readonly key: Pick<ApiKey, 'secretId' | 'role' | 'name'>;
  readonly log: Logger;
  /** Values of RegistryType that can be connected to. */
  readonly registryTypes: readonly string[];
  /** `http(s)://host[:port]` by which the client of this request reaches this server; '' when it cannot be told. */
  readonly baseUrl: string;
  readonly exportLinks: ExportLinks;
  readonly checkConnection: (settings: RegistrySettings) => Promise<ConnectionCheck>;
}

/** One action of the API: one file in `actions/`. */
export interface ApiAction<N extends ActionName = ActionName> {
  readonly name: N;
  /** One line for the reference. */
  readonly description: string;
  /** Changes something: refused to reader keys. */
  readonly writes: boolean;
  readonly input: z.ZodType;
  /** The table that Filters is read by, for the reference. */
  readonly filters?: Readonly<Record<string, Pick<FilterRule<unknown>, 'description' | 'values'>>>;
  /** The table that By is read by, for the reference. */
  readonly sortKeys?: Readonly<Record<string, string>>;
  handle(input: never, context: ActionContext): Promise<ResponseOf<N>>;
}

/** An action as the protocol sees it: of the SDK's, or one of our own. */
export type AnyAction = Pick<ApiAction, 'writes' | 'input'> & {
  readonly name: string;
  handle(input: never, context: ActionContext): Promise<object>;
};

/** Dotted names of what a request of the SDK has and a schema does not know, at every depth. */
type Missing<Request, Known> = Request extends readonly (infer Item)[]
  ? Known extends readonly (infer KnownItem)[]
    ? Missing<Item, KnownItem>
    : never
  : Request extends object
    ? { [K in keyof Request & string]-?: MissingMember<K, NonNullable<Request[K]>, Known> }[keyof Request & string]
    : never;
type MissingMember<K extends string, Member, Known> = K extends keyof Known
  ? `${K}.${Missing<Member, NonNullable<Known[K]>>}`
  : K;

type Knows<N extends ActionName, Input extends z.ZodType> = [Missing<RequestOf<N>, z.input<Input>>] extends [never]
  ? unknown
  : { readonly missingParameters: Missing<RequestOf<N>, z.input<Input>> };

/** Ties an action's handler to its schema and to the SDK's types. */
export function defineAction<N extends ActionName, Input extends z.ZodType>(action: {
  readonly name: N;
  readonly description: string;
  readonly writes: boolean;
  readonly input: Input & Knows<N, Input>;
  readonly filters?: ApiAction['filters'];
  readonly sortKeys?: ApiAction['sortKeys'];
  handle(input: z.output<Input>, context: ActionContext): Promise<ResponseOf<N>>;
}): ApiAction<N> {
  return action;
}
