import type { Operation, Parameter, Schema } from './operation.ts';
import { toPathPattern } from './to-path-pattern.ts';

type Json = Readonly<Record<string, unknown>>;

/** An excerpt of a description in OpenAPI 3. */
export interface OpenApi extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

interface RawParameter extends Json {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** Every call; the schemas refer to the document by `#/…` still. */
export function fromOpenApi(document: OpenApi): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => toOperation(document, path, method.toUpperCase(), call)),
  );
}

function toOperation(document: OpenApi, path: string, method: string, call: Json): Operation {
  const pattern = toPathPattern(path);
  const parameters = ((call.parameters ?? []) as readonly Json[]).map((each) => resolve<RawParameter>(document, each));
  const query = parameters.filter((each) => each.in === 'query').map((each) => [each.name, toParameter(each)]);
  const answers = Object.entries(call.responses as Readonly<Record<string, Json>>).map(
    ([status, answer]) => [status, contentOf(resolve(document, answer))] as const,
  );
  return {
    name: `${method} ${path}`,
    matches: (request) => request.method === method && pattern.test(request.url.pathname),
    query: Object.fromEntries(query),
    answers: Object.fromEntries(answers),
  };
}

const toParameter = ({ required = false, schema }: RawParameter): Parameter => ({ required, schema });

/** What a reference within the document points at. */
function resolve<T extends Json>(document: Json, value: Json): T {
  if (typeof value.$ref !== 'string') return value as T;
  const found = value.$ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((at, step) => (at as Json | undefined)?.[step], document);
  if (found === undefined) throw new Error(`the excerpt has no ${value.$ref}`);
  return resolve(document, found as Json);
}

function contentOf(answer: Json): Schema | undefined {
  const types = Object.values((answer.content ?? {}) as Readonly<Record<string, { readonly schema?: Schema }>>);
  return types[0]?.schema;
}
