import { resolve } from 'node:path';
import { z } from 'zod';
import type { Allowance } from '../model/registry-budget.ts';
import { allowanceExample, parseAllowance } from './parse-allowance.ts';
import { parseTimeSpan } from './parse-time-span.ts';
import { parseRuntimeSettings, type RuntimeSetting, runtimeExamples } from './runtime-setting.ts';

/** Turns the text of an environment variable into a value, or says how to write it. */
export type ValueSchema<T> = z.ZodType<T, string>;

/** Where the server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/;
const HEX_KEY = /^[0-9a-fA-F]{64}$/;
const BASE64_KEY = /^[A-Za-z0-9+/]{43}=$/;
const WHOLE_NUMBER = /^\d{1,15}$/;
const BYTE_SIZE = /^(\d{1,15}) ?(B|KiB|MiB|GiB|TiB)?$/i;
const SECRET_ID = /^[A-Za-z0-9_.-]{4,128}$/;
const WITH_SCHEME = /^[a-z][a-z0-9+.-]{0,20}:\/\//i;
const TRAILING_SLASHES = /\/{1,100}$/;

export const text: ValueSchema<string> = z.string();

/** An absolute path, resolved against the working directory. */
export const path: ValueSchema<string> = z.string().transform((value) => resolve(value));

export const listenAddress: ValueSchema<ListenAddress> = z.string().transform((value, context) => {
  const [, ipv6, name, digits] = HOST_PORT.exec(value) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  if (host === undefined || port > 65_535)
    return fail(context, 'write host:port, such as 127.0.0.1:9460 or [::1]:9460');
  return { host, port };
});

export const onOrOff: ValueSchema<boolean> = z.string().transform((value, context) => {
  const word = value.toLowerCase();
  if (['on', 'true', 'yes', '1'].includes(word)) return true;
  if (['off', 'false', 'no', '0'].includes(word)) return false;
  return fail(context, 'write on or off');
});

/** 32 bytes for AES-256. */
export const masterKey: ValueSchema<Uint8Array> = z.string().transform((value, context) => {
  const trimmed = value.trim();
  if (HEX_KEY.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (BASE64_KEY.test(trimmed)) return Buffer.from(trimmed, 'base64');
  return fail(context, 'write 32 bytes as base64 or as 64 hex digits; `openssl rand -base64 32` makes one');
});

export const secretId: ValueSchema<string> = z
  .string()
  .regex(SECRET_ID, 'use 4 to 128 letters, digits, `_`, `.` or `-`');

export const secretKey: ValueSchema<string> = z
  .string()
  .min(16, 'use at least 16 characters')
  .max(256, 'use at most 256 characters');

export const logLevel: ValueSchema<LogLevel> = z.string().transform((value, context) => {
  const level = logLevels.find((known) => known === value.toLowerCase());
  return level ?? fail(context, `write one of ${logLevels.join(', ')}`);
});

export function wholeNumber(least: number, most: number): ValueSchema<number> {
  return z.string().transform((value, context) => {
    const number = WHOLE_NUMBER.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most ? number : fail(context, `write a whole number from ${least} to ${most}`);
  });
}

const byteUnits = ['b', 'kib', 'mib', 'gib', 'tib'];

/** Bytes, as a number or with a unit of 1024: `16GiB`. */
export function byteSize(least: number): ValueSchema<number> {
  return z.string().transform((value, context) => {
    const [, digits, unit = 'B'] = BYTE_SIZE.exec(value) ?? [];
    const bytes = Number(digits) * 1024 ** byteUnits.indexOf(unit.toLowerCase());
    if (Number.isSafeInteger(bytes) && bytes >= least) return bytes;
    return fail(context, `write at least ${least} bytes, as a number or with KiB, MiB, GiB or TiB, such as 16GiB`);
  });
}

/** Milliseconds of a time such as `15m`, `6h` or `1d`; 0 for `off`. */
export function timeSpanOrOff(leastMs: number, mostMs: number): ValueSchema<number> {
  return z.string().transform((value, context) => {
    if (value.toLowerCase() === 'off') return 0;
    const milliseconds = parseTimeSpan(value);
    if (milliseconds !== undefined && milliseconds >= leastMs && milliseconds <= mostMs) return milliseconds;
    const days = mostMs / 86_400_000;
    return fail(context, `write a time from ${leastMs / 60_000}m to ${days}d, such as 15m, 6h or 1d, or off`);
  });
}

/** A URL with one of the schemes (`https:`), returned without trailing slashes. */
export function url(schemes: readonly string[], example: string): ValueSchema<string> {
  return z.string().transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    if (!parsed || !schemes.includes(parsed.protocol)) {
      return fail(
        context,
        `write a URL that begins with ${schemes.map((s) => `${s}//`).join(' or ')}, such as ${example}`,
      );
    }
    return value.replace(TRAILING_SLASHES, '');
  });
}

/** The URL of an HTTP proxy; `proxy.example.com:3128` stands for http, as with curl. */
export const proxyUrl: ValueSchema<string> = z.string().transform((value, context) => {
  const full = WITH_SCHEME.test(value) ? value : `http://${value}`;
  const parsed = URL.canParse(full) ? new URL(full) : undefined;
  if (parsed && ['http:', 'https:'].includes(parsed.protocol) && parsed.pathname === '/') return parsed.href;
  return fail(context, 'write an HTTP proxy such as http://user:password@proxy.example.com:3128; SOCKS is not spoken');
});

/** Where containers run, each named once. */
export const runtimeSources: ValueSchema<readonly RuntimeSetting[]> = z.string().transform((value, context) => {
  const parsed = parseRuntimeSettings(value);
  return (
    parsed ??
    fail(context, `write sources with different names, comma separated, such as ${runtimeExamples.join(', ')}`)
  );
});

/** So many requests or bytes in so long a time: `5000/6h`, `20GiB/1d`. */
export function allowance(of: 'requests' | 'bytes'): ValueSchema<Allowance> {
  return z.string().transform((value, context) => {
    const parsed = parseAllowance(value, of);
    return (
      parsed ?? fail(context, `write how many ${of} in how long a time (s, m, h, d), such as ${allowanceExample[of]}`)
    );
  });
}

function fail(context: z.RefinementCtx<string>, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
