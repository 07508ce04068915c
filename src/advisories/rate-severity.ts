import cvss from 'ae-cvss-calculator';
import type { Severity } from '../model/severity.ts';
import type { Rating } from './advisory-source.ts';

/** OSV's `severity` list: a CVSS vector, or (Ubuntu) a word. */
export interface SeverityEntry {
  readonly type: string;
  readonly score: string;
}

export const unrated: Rating = { severity: 'unknown', origin: 'none' };

/**
 * Ratings of one record or package: what a distribution says about its own package outweighs the CVSS vector (computed
 * here), and that the database's own word.
 */
export function rate(entries: readonly SeverityEntry[], distributionWord: unknown, databaseWord: unknown): Rating {
  const scored = bestVector(entries);
  const cvssPart = scored ? { cvss: { score: scored.score, vector: scored.vector } } : {};
  const own = wordSeverity(distributionWord) ?? wordSeverity(entries.find((entry) => entry.type === 'Ubuntu')?.score);
  if (own) return { severity: own, origin: 'distribution', ...cvssPart };
  if (scored) return { severity: scored.severity, origin: 'cvss', ...cvssPart };
  const word = wordSeverity(databaseWord);
  return word ? { severity: word, origin: 'words' } : unrated;
}

/** Words of Debian's tracker (`urgency`), Ubuntu and GitHub. Debian's `not yet assigned` and `end-of-life` say nothing. */
const WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  negligible: 'low',
  unimportant: 'low',
};
const STARS = /\*+$/; // Debian marks ratings that were set by hand elsewhere: `medium**`

function wordSeverity(word: unknown): Severity | undefined {
  if (typeof word !== 'string' || word.length > 100) return undefined;
  const plain = word.toLowerCase().replace(STARS, '');
  return Object.hasOwn(WORDS, plain) ? WORDS[plain] : undefined;
}

interface Scored {
  readonly score: number;
  readonly vector: string;
  readonly severity: Severity;
  /** 4, 3.1, 3 or 2. */
  readonly version: number;
}

/** The vector of the newest CVSS version, and of two, the worse. */
function bestVector(entries: readonly SeverityEntry[]): Scored | undefined {
  return entries
    .flatMap((entry) => (entry.type.startsWith('CVSS_') ? (scoreVector(entry.score) ?? []) : []))
    .sort((a, b) => b.version - a.version || b.score - a.score)[0];
}

const MAX_VECTOR_LENGTH = 300; // all metrics of CVSS 4 take 200
const MAX_KNOWN = 20_000;
const known = new Map<string, Scored | undefined>();

/** Base score of a vector; nothing when it is not a complete one. Few vectors make up most records, so they are kept. */
export function scoreVector(vector: string): Scored | undefined {
  if (vector.length > MAX_VECTOR_LENGTH) return undefined;
  const found = known.get(vector);
  if (found || known.has(vector)) return found;
  const scored = computeScore(vector);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(vector, scored);
  return scored;
}

function computeScore(vector: string): Scored | undefined {
  const parsed: unknown = cvss.fromVector(vector);
  if (parsed instanceof cvss.Cvss4P0)
    return scored(parsed.isBaseFullyDefined(), parsed.calculateScores().baseMetricsOnly, vector, 4);
  if (parsed instanceof cvss.Cvss3P1)
    return scored(parsed.isBaseFullyDefined(), parsed.calculateScores().base, vector, 3.1);
  if (parsed instanceof cvss.Cvss3P0)
    return scored(parsed.isBaseFullyDefined(), parsed.calculateScores().base, vector, 3);
  if (parsed instanceof cvss.Cvss2)
    return scored(parsed.isBaseFullyDefined(), parsed.calculateScores().base, vector, 2);
  return undefined;
}

function scored(complete: boolean, score: number | undefined, vector: string, version: number): Scored | undefined {
  if (!complete || score === undefined || !Number.isFinite(score)) return undefined;
  return { score, vector, version, severity: band(score, version) };
}

/** https://www.first.org/cvss/v3.1/specification-document table 14, the same in version 4; version 2 has NVD's three bands. */
function band(score: number, version: number): Severity {
  if (score >= 9 && version >= 3) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return 'low'; // a score of 0 ("none") too: it is known, and the least
}
