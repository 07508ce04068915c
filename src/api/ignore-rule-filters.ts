import type { IgnoreRuleCondition } from '../store/ignore-rules.ts';
import { type FilterRule, toTextMatch } from './filters.ts';

const fuzzy = (field: IgnoreRuleCondition['field'], description: string): FilterRule<IgnoreRuleCondition> => ({
  description: `${description}; substring without regard to case, or equality with ExactMatch=true`,
  toCondition: (values, exact, name) => ({ field, ...toTextMatch(values, exact, name) }),
});

/** Every filter of the ignored vulnerabilities. Validation and the reference come from this table. */
export const ignoreRuleFilters: Readonly<Record<string, FilterRule<IgnoreRuleCondition>>> = {
  CVEID: fuzzy('id', 'CVE id, or the advisory’s own id where there is none'),
  VulName: fuzzy('title', 'Title'),
};
