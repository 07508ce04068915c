import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One member of an interface of the SDK. */
export interface SdkField {
  readonly name: string;
  /** `string`, `number`, `boolean`, or the name of another interface. */
  readonly type: string;
  readonly isArray: boolean;
  readonly required: boolean;
}

/** Interfaces of the official SDK by name; what it declares as `null` has no fields. */
export type SdkTypes = ReadonlyMap<string, readonly SdkField[]>;

const MODELS = 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/v20201101/tcss_models.d.ts';
const COMMENT = /\/\*[\s\S]*?\*\//g;
const INTERFACE = /^export interface (\w+) \{$([\s\S]*?)^\}$/gm;
const EMPTY = /^export (?:declare )?type (\w+) = null;$/gm;
const FIELD = /^ {4}(\w+)(\??): (.+);$/;
const ARRAY = /^Array<(.+)>$/;

/** Reads the SDK's declarations, which are generated and therefore regular; throws for a line it does not understand. */
export function readSdkTypes(): SdkTypes {
  const text = readFileSync(createRequire(import.meta.url).resolve(MODELS), 'utf8').replace(COMMENT, '');
  const types = new Map<string, readonly SdkField[]>();
  for (const [, name = '', body = ''] of text.matchAll(INTERFACE)) types.set(name, readFields(name, body));
  for (const [, name = ''] of text.matchAll(EMPTY)) types.set(name, []);
  return types;
}

function readFields(owner: string, body: string): readonly SdkField[] {
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name, optional, declared] = FIELD.exec(line) ?? [];
    if (name === undefined || declared === undefined) throw new Error(`${MODELS}: ${owner} has the line ${line}`);
    const item = ARRAY.exec(declared)?.[1];
    const type = (item ?? declared).replace('number | bigint', 'number');
    if (!/^\w+$/.test(type)) throw new Error(`${MODELS}: ${owner}.${name} has the type ${declared}`);
    return { name, type, isArray: item !== undefined, required: optional === '' };
  });
}
