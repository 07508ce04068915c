import type { FileFindingCondition } from '../store/export-query.ts';
import { type FilterRule, toIds, toTextMatch } from './filters.ts';
import { severitiesOfLevel } from './vulnerability-filters.ts';

/** Every filter of risky settings and secrets. Validation and the reference come from this table. */
export const riskFilters: Readonly<Record<string, FilterRule<FileFindingCondition>>> = {
  Level: {
    description: 'Severity: 4 critical, 3 high, 2 medium, 1 low',
    values: Object.keys(severitiesOfLevel),
    toCondition: (values) => ({ severities: values.flatMap((value) => severitiesOfLevel[value] ?? []) }),
  },
  Name: {
    description: 'Description; substring, or equality with ExactMatch=true',
    toCondition: (values, exact, name) => ({ names: toTextMatch(values, exact, name) }),
  },
  Behavior: {
    description: 'Code of the risky behaviour; equality',
    toCondition: (values, _exact, name) => ({ behaviors: toIds(values, name) }),
  },
  Type: {
    description: 'Code of the place where it was found; equality',
    toCondition: (values, _exact, name) => ({ places: toIds(values, name) }),
  },
};
