import type { CompiledRule } from './compile-rules.ts';
import { entropy } from './entropy.ts';
import { isPlaceholder } from './is-placeholder.ts';

export interface Match {
  /** Offsets of the secret in the text. */
  readonly start: number;
  readonly end: number;
}

/** The secret of a rule at a keyword. `text` ends where the rule's reach does, or the content. */
export function tryRule(
  { rule, pattern, before, reach }: CompiledRule,
  text: string,
  keyword: number,
): Match | undefined {
  const bounded = text.length > keyword + reach ? text.slice(0, keyword + reach) : text;
  pattern.lastIndex = Math.max(0, keyword - before);
  for (let match = pattern.exec(bounded); match && match.index <= keyword; match = pattern.exec(bounded)) {
    const [start, end] = match.indices?.groups?.secret ?? [0, 0];
    if (match.index + match[0].length > keyword && isSecret(rule, bounded.slice(start, end))) return { start, end };
    if (before === 0) return undefined;
    pattern.lastIndex = match.index + 1;
  }
  return undefined;
}

function isSecret(rule: CompiledRule['rule'], secret: string): boolean {
  if (secret === '' || (!rule.anyShape && isPlaceholder(secret))) return false;
  if (rule.entropy !== undefined && entropy(secret) < rule.entropy) return false;
  return rule.check?.(secret) ?? true;
}
