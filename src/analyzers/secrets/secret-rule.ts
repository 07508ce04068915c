import type { Severity } from '../../model/severity.ts';
import type { SampleRandom } from './sample-random.ts';

/** One kind of secret. What is found with it is bounded by `reach`, whatever the content is. */
export interface SecretRule {
  /** Kebab case, never reused for something else: allow rules and fingerprints hold it. */
  readonly id: string;
  /** For people, after "Found a". */
  readonly title: string;
  readonly severity: Severity;
  /**
   * Every match holds one of them, at its beginning unless `before` is set. At least three ASCII characters, the rarer
   * the better: each one in the content costs a try of the pattern. They are looked for in any case; a pattern without
   * the flag `i` is only tried where the case is the same, too.
   */
  readonly keywords: readonly string[];
  /**
   * Tried at a keyword, on bytes as latin1. The group `secret` is what is masked and hashed. Every quantifier has a
   * bound; secret-rules.test.ts proves how many steps it takes at most.
   */
  readonly pattern: RegExp;
  /** How far before a keyword a match may begin, in bytes; 0 unless set. */
  readonly before?: number;
  /** How far after the beginning of a keyword a match may end, in bytes; `DEFAULT_REACH` unless set. */
  readonly reach?: number;
  /** Least entropy of the secret in bits per character. */
  readonly entropy?: number;
  /** Further checks, such as a checksum. */
  readonly check?: (secret: string) => boolean;
  /** The secret may be shaped like a placeholder: a key with a header of zeros. */
  readonly anyShape?: boolean;
  /** It goes by a name, such as `password=`, and yields to a rule that knows the token itself. */
  readonly generic?: boolean;
  /**
   * `not-in-code`: not looked for in the source code of programs, where the value would be an expression. `settings`: only
   * in the config of an image, where a name and a value are nothing else.
   */
  readonly where?: 'not-in-code' | 'settings';
  /** A true example of random content, with what stands around it; the repository holds no literal one. */
  readonly sample: (random: SampleRandom) => string;
  /** Must not match. */
  readonly nearMisses: readonly string[];
}

/** Rules of one vendor, or of one kind of file. */
export type SecretFamily = readonly SecretRule[];

/** Long enough for a name, a separator and all tokens but keys and JWTs. */
export const DEFAULT_REACH = 512;
/** Of any rule: what a reader keeps of a file. */
export const MAX_REACH = 16 * 1024;
export const MAX_BEFORE = 128;
