import { type IgnorableKind, type IgnoreRule, ignorableKinds } from './ignore-rule.ts';

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
// Engines name malware with more marks than feeds name vulnerabilities: `{HEX}php.base64`, `Trojan.Linux/A!gen`.
const ID = /^[A-Za-z0-9{(][A-Za-z0-9:._/@+!(){}-]{2,199}$/;
const FINGERPRINT = /^[0-9a-f]{16}$/;
const FIELDS = ['kind', 'package', 'path', 'fingerprint', 'until'] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads an ignore file: per line an id, what narrows it, and after `#` why.
 * `CVE-2024-1234 package=libssl3 path=opt/app/** until=2026-12-31 # not reachable, ticket 17`
 * `github-token fingerprint=0123456789abcdef # a sample of the manual`
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
  if (id !== '*' && !ID.test(id))
    return `"${id}" is no id of a vulnerability, such as CVE-2024-1234, nor of anything else`;
  const fields = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const [key, value] = [word.slice(0, at), word.slice(at + 1)];
    const fault = at < 1 ? `"${word}" is no field; a reason stands after #` : faultOf(key, value, fields);
    if (fault) return fault;
    fields.set(key, value);
  }
  const [kind, pkg, path, fingerprint, until] = FIELDS.map((key) => fields.get(key));
  if (id === '*' && pkg === undefined && path === undefined && fingerprint === undefined)
    return '* alone would ignore everything: add package=, path= or fingerprint=';
  return {
    id: id.toUpperCase(),
    ...(isKind(kind) ? { kind } : {}),
    ...(pkg === undefined ? {} : { package: pkg }),
    ...(path === undefined ? {} : { path }),
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint.toLowerCase() }),
    ...(until === undefined ? {} : { until }),
    reason,
    line,
  };
}

function faultOf(key: string, value: string, fields: ReadonlyMap<string, string>): string | undefined {
  if (!FIELDS.some((known) => known === key)) return `"${key}" is none of ${FIELDS.join(', ')}`;
  if (fields.has(key)) return `${key} stands there twice`;
  if (value === '') return `${key} has no value`;
  if (key === 'kind' && !isKind(value)) return `"${value}" is none of ${ignorableKinds.join(', ')}`;
  if (key === 'path' && value.length > MAX_GLOB_LENGTH) return `path is longer than ${MAX_GLOB_LENGTH} characters`;
  if (key === 'fingerprint' && !FINGERPRINT.test(value.toLowerCase()))
    return `"${value}" is no fingerprint of a secret, 16 hexadecimal digits`;
  if (key === 'until' && !isDay(value)) return `"${value}" is no day, such as 2026-12-31`;
  return undefined;
}

const isKind = (text: string | undefined): text is IgnorableKind => ignorableKinds.some((kind) => kind === text);

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return DAY.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
