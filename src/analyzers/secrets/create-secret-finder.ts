import { createHash } from 'node:crypto';
import type { Secret } from '../../model/secret.ts';
import { type AllowRule, isAllowed } from './allow-rule.ts';
import { chooseHits } from './choose-hits.ts';
import { type CompiledRules, compileRules } from './compile-rules.ts';
import { isDocumentation } from './is-documentation.ts';
import { isSourceCode } from './is-source-code.ts';
import { isPublished, publishedFingerprints } from './published-secrets.ts';
import { secretFamilies } from './rules/index.ts';
import { secretFingerprint } from './secret-fingerprint.ts';
import type { SecretRule } from './secret-rule.ts';
import { type Hit, type ScannedContent, SecretScanner } from './secret-scanner.ts';
import { showHit, showText } from './show-hit.ts';

/** Finds secrets by rules; see docs/guides/secrets.md. */
export interface SecretFinder {
  /** Changes whenever the rules or what they report change: part of a layer report's key. */
  readonly fingerprint: string;
  /** A reader for one file; undefined when nothing is looked for at this path: the documentation of packages. */
  open(path: string, size: number): SecretReader | undefined;
  /** Secrets of a short text: an environment variable, a label, an instruction. */
  findIn(text: string): readonly Secret[];
  /** Such a text in one printable line of at most 1000 characters, its secrets masked. */
  mask(text: string): string;
}

/** One pass, in memory that does not grow. */
export interface SecretReader {
  /** The chunk may be used again afterwards. Any chunks give the same result. */
  write(chunk: Uint8Array): void;
  end(): SecretsOfFile;
}

export interface SecretsOfFile {
  readonly secrets: readonly Secret[];
  /** There are, or may be, more: a bound was reached. */
  readonly cut: boolean;
}

/** Bump it when the same rules report something else. */
const REPORT_VERSION = 1;
const MAX_SECRETS = 100;
/** Of a text that is no file; configs of images are bounded, too. */
const MAX_TEXT = 1024 ** 2;
const MAX_MASKED = 1_000;

export function createSecretFinder(options: { readonly allow?: readonly AllowRule[] } = {}): SecretFinder {
  const allow = options.allow ?? [];
  const rules: readonly SecretRule[] = secretFamilies.flat();
  const ofFiles = compileRules(rules.filter(({ where }) => where !== 'settings'));
  const ofTexts = compileRules(rules);

  const allowed = (rule: string, fingerprint: string, secret: string, path?: string) =>
    isPublished(secret) || isAllowed(allow, { rule, fingerprint, ...(path === undefined ? {} : { path }) });

  function report(content: ScannedContent, path?: string): SecretsOfFile {
    const byFingerprint = new Map<string, Secret>();
    const sorted = content.hits.toSorted((a, b) => a.start - b.start);
    let cut = content.cut;
    for (const hit of chooseHits(content.hits)) {
      const fingerprint = secretFingerprint(hit.rule.id, hit.secret);
      if (byFingerprint.has(fingerprint) || allowed(hit.rule.id, fingerprint, hit.secret, path)) continue;
      if (byFingerprint.size === MAX_SECRETS) {
        cut = true;
        break;
      }
      byFingerprint.set(fingerprint, toSecret(hit, sorted, fingerprint, content.text && path !== undefined));
    }
    return { secrets: [...byFingerprint.values()], cut };
  }

  return {
    fingerprint: createHash('sha256')
      .update(JSON.stringify([REPORT_VERSION, rules.map(describeRule), publishedFingerprints, allow]))
      .digest('hex')
      .slice(0, 12),
    open: (path, size) => {
      if (isDocumentation(path)) return undefined;
      const code = isSourceCode(path);
      const scanner = new SecretScanner(ofFiles, size, ({ where }) => !(code && where === 'not-in-code'));
      return { write: (chunk) => scanner.write(chunk), end: () => report(scanner.end(), path) };
    },
    findIn: (text) => report(scanText(ofTexts, text)).secrets,
    mask: (text) => {
      const { hits } = scanText(ofTexts, text);
      const latin1 = Buffer.from(text.slice(0, MAX_TEXT), 'utf8').toString('latin1');
      return showText(latin1, chooseHits(hits), MAX_MASKED);
    },
  };
}

function scanText(rules: CompiledRules, text: string): ScannedContent {
  const bytes = Buffer.from(text.slice(0, MAX_TEXT), 'utf8');
  const scanner = new SecretScanner(rules, bytes.length, () => true);
  scanner.write(bytes);
  return scanner.end();
}

function toSecret(hit: Hit, all: readonly Hit[], fingerprint: string, hasLines: boolean): Secret {
  return {
    rule: hit.rule.id,
    title: hit.rule.title,
    severity: hit.rule.severity,
    ...(hasLines ? { line: hit.newlines + 1 } : {}),
    excerpt: showHit(hit, all),
    fingerprint,
  };
}

/** Everything of a rule that decides what is found; a check counts by its text. */
const describeRule = (rule: SecretRule) => [
  rule.id,
  rule.title,
  rule.severity,
  rule.keywords,
  String(rule.pattern),
  rule.before,
  rule.reach,
  rule.entropy,
  String(rule.check),
  rule.anyShape,
  rule.generic,
  rule.where,
];
