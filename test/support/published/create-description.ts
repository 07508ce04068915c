import { Ajv, type ErrorObject } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { closeSchema, DOCUMENT } from './close-schema.ts';
import type { AskedRequest, Operation, Schema } from './operation.ts';

const addFormats = addFormatsModule.default;
/** What gateways before an API answer, whether its description has it or not: RFC 6585. */
const TOO_MANY_REQUESTS = '429';

/** Where a description is from, and what is said in other places. */
export interface DescriptionSource {
  /** Project and file, with the version or commit. */
  readonly source: string;
  readonly licence: string;
  readonly operations: readonly Operation[];
  /** What schemas refer to by `#/…`. */
  readonly document?: Schema;
  /** Answers that another page of the vendor has, by status. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

export interface PublishedAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A vendor's published description of its API. */
export interface Description {
  readonly source: string;
  /** Whether it has such a call. */
  knows(request: AskedRequest): boolean;
  /** What it has against a request and its answer, where there is one; empty when both are as it says. */
  faultsOf(request: AskedRequest, answer?: PublishedAnswer): readonly string[];
}

type Check = (schema: Schema, value: unknown) => readonly string[];

export function createDescription({ source, operations, document, elsewhere = {} }: DescriptionSource): Description {
  // What queries and forms hold is text.
  const [checkTexts, checkValues] = [createCheck(document, true), createCheck(document, false)];
  const find = (request: AskedRequest) => operations.find((operation) => operation.matches(request));
  return {
    source,
    knows: (request) => find(request) !== undefined,
    faultsOf(request, answer) {
      const operation = find(request);
      if (operation === undefined) return [`${request.method} ${request.url.pathname}: there is no such call`];
      const faults = [
        ...queryFaults(operation, request.url.searchParams, checkTexts),
        ...bodyFaults(operation, request, checkTexts, checkValues),
        ...(answer === undefined ? [] : answerFaults(operation, elsewhere, answer, checkValues)),
      ];
      return [...new Set(faults)].map((fault) => `${operation.name}: ${fault}`);
    },
  };
}

function createCheck(document: Schema | undefined, coerceTypes: boolean): Check {
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true, logger: false, coerceTypes }));
  if (document !== undefined) ajv.addSchema(closeSchema(document), DOCUMENT);
  const compiled = new Map<Schema, ReturnType<typeof ajv.compile>>();
  return (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile(closeSchema(schema));
    compiled.set(schema, validate);
    return validate(value) ? [] : (validate.errors ?? []).map(describe);
  };
}

/** The same for every item of a list. */
const describe = ({ instancePath, message, params }: ErrorObject) =>
  `${instancePath.replaceAll(/\/\d+/g, '/*')} ${message} ${JSON.stringify(params)}`.trim();

function queryFaults({ query }: Operation, asked: URLSearchParams, check: Check): readonly string[] {
  const missing = Object.entries(query).filter(([name, { required }]) => required && !asked.has(name));
  const wrong = [...asked].flatMap(([name, value]) => {
    const parameter = query[name];
    if (parameter === undefined) return [`the query has ${name}, which is not described`];
    return check(parameter.schema, value).map((fault) => `${name} in the query ${fault}`);
  });
  return [...missing.map(([name]) => `the query lacks ${name}`), ...wrong];
}

function bodyFaults(
  { body: schema }: Operation,
  request: AskedRequest,
  checkTexts: Check,
  checkValues: Check,
): readonly string[] {
  if (schema === undefined) return request.body === '' ? [] : ['the request has a body, and none is described'];
  const isForm = request.header('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
  const faults = isForm
    ? checkTexts(schema, Object.fromEntries(new URLSearchParams(request.body)))
    : checkValues(schema, parse(request.body));
  return faults.map((fault) => `the body of the request ${fault}`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function answerFaults(
  { answers }: Operation,
  elsewhere: Readonly<Record<string, string>>,
  { status, body }: PublishedAnswer,
  check: Check,
): readonly string[] {
  const key = String(status) in answers ? String(status) : 'default';
  if (!(key in answers)) {
    const isKnown = String(status) in elsewhere || String(status) === TOO_MANY_REQUESTS;
    return isKnown ? [] : [`status ${status} is not described`];
  }
  const schema = answers[key];
  return schema === undefined ? [] : check(schema, body).map((fault) => `the answer ${status} ${fault}`);
}
