import { createKeywordAutomaton, type KeywordAutomaton } from './keyword-automaton.ts';
import { DEFAULT_REACH, type SecretRule } from './secret-rule.ts';

export interface CompiledRule {
  readonly rule: SecretRule;
  readonly pattern: RegExp;
  readonly before: number;
  readonly reach: number;
}

/** A rule to try where one of its keywords is. */
export interface Candidate {
  readonly compiled: CompiledRule;
  /** In the case that the content must have; absent when any will do. */
  readonly exact?: Uint8Array;
}

export interface CompiledRules {
  readonly automaton: KeywordAutomaton;
  /** By index of the keyword. */
  readonly candidates: readonly (readonly Candidate[])[];
  readonly lengths: readonly number[];
  /** Greatest of a keyword's candidates. */
  readonly reaches: readonly number[];
}

export function compileRules(rules: readonly SecretRule[]): CompiledRules {
  const byKeyword = new Map<string, Candidate[]>();
  for (const rule of rules) {
    const compiled = compileRule(rule);
    for (const keyword of new Set(rule.keywords)) {
      const key = keyword.toLowerCase();
      const exact = rule.pattern.ignoreCase ? {} : { exact: Buffer.from(keyword, 'latin1') };
      byKeyword.set(key, [...(byKeyword.get(key) ?? []), { compiled, ...exact }]);
    }
  }
  const keywords = [...byKeyword.keys()].sort();
  const candidates = keywords.map((keyword) => byKeyword.get(keyword) ?? []);
  return {
    automaton: createKeywordAutomaton(keywords),
    candidates,
    lengths: keywords.map((keyword) => keyword.length),
    reaches: candidates.map((list) => Math.max(...list.map(({ compiled }) => compiled.reach))),
  };
}

function compileRule(rule: SecretRule): CompiledRule {
  const before = rule.before ?? 0;
  // Sticky: one try at the keyword. Global: the first one that begins at most `before` bytes earlier.
  const flags = `${rule.pattern.ignoreCase ? 'i' : ''}d${before === 0 ? 'y' : 'g'}`;
  return { rule, pattern: new RegExp(rule.pattern.source, flags), before, reach: rule.reach ?? DEFAULT_REACH };
}
