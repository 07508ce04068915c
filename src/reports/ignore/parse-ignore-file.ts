import type { IgnoreRule } from './ignore-rule.ts';

export interface IgnoreFile {
  readonly rules: readonly IgnoreRule[];
  /** Lines that say nothing valid: what is wrong with each, from the top. */
  readonly faults: readonly { readonly line: number; readonly message: string }[];
}

const MAX_LINES = 10_000;
const MAX_LINE_LENGTH = 2_000;
const MAX_GLOB_LENGTH = 500;
const LINE_END = /\r?\n/;
// A comment begins a line or follows a blank: a purl has a `#` inside.
const COMMENT = /(?:^|[ \t])#/;
const BLANKS = /[ \t]+/;
const ID = /^[A-Za-z0-9][A-Za-z0-9:._-]{2,99}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads an ignore file: per line an id, what narrows it, and after `#` why.
 * `CVE-2024-1234 package=libssl3 path=opt/app/** until=2026-12-31 # not reachable, ticket 17`
 */
export function parseIgnoreFile(text: string): IgnoreFile {
  const lines = text.split(LINE_END, MAX_LINES + 1);
  if (lines.length > MAX_LINES)
    return { rules: [], faults: [{ line: MAX_LINES + 1, message: `more than ${MAX_LINES} lines` }] };
  const read = lines.map((line, index) => parseLine(line, index + 1));
  return {
    rules: read.flatMap((each) => (typeof each === 'object' ? [each] : [])),
    faults: read.flatMap((each, index) => (typeof each === 'string' ? [{ line: index + 1, message: each }] : [])),
  };
}

/** A rule, what is wrong with it, or undefined where there is none. */
function parseLine(text: string, line: number): IgnoreRule | string | undefined {
  if (text.length > MAX_LINE_LENGTH) return `it is longer than ${MAX_LINE_LENGTH} characters`;
  const comment = COMMENT.exec(text);
  const [id = '', ...words] = (comment ? text.slice(0, comment.index) : text).trim().split(BLANKS);
  if (id === '') return undefined;
  const reason = comment ? text.slice(comment.index + comment[0].length).trim() : '';
  if (id !== '*' && !ID.test(id)) return `"${id}" is no id of a vulnerability, such as CVE-2024-1234`;
  const fields = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const [key, value] = [word.slice(0, at), word.slice(at + 1)];
    const fault = at < 1 ? `"${word}" is no field; a reason stands after #` : faultOf(key, value, fields);
    if (fault) return fault;
    fields.set(key, value);
  }
  const [pkg, path, until] = ['package', 'path', 'until'].map((key) => fields.get(key));
  if (id === '*' && pkg === undefined && path === undefined)
    return '* alone would ignore everything: add package= or path=';
  return {
    id: id.toUpperCase(),
    ...(pkg === undefined ? {} : { package: pkg }),
    ...(path === undefined ? {} : { path }),
    ...(until === undefined ? {} : { until }),
    reason,
    line,
  };
}

function faultOf(key: string, value: string, fields: ReadonlyMap<string, string>): string | undefined {
  if (!['package', 'path', 'until'].includes(key)) return `"${key}" is none of package, path, until`;
  if (fields.has(key)) return `${key} stands there twice`;
  if (value === '') return `${key} has no value`;
  if (key === 'path' && value.length > MAX_GLOB_LENGTH) return `path is longer than ${MAX_GLOB_LENGTH} characters`;
  if (key === 'until' && !isDay(value)) return `"${value}" is no day, such as 2026-12-31`;
  return undefined;
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return DAY.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
