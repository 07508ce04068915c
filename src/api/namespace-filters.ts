import type { NamespaceQuery } from '../store/namespaces.ts';
import type { FilterRule } from './filters.ts';

/** Every filter of the namespace list. Validation and the reference come from this table. */
export const namespaceFilters: Readonly<Record<string, FilterRule<NamespaceQuery['names'][number]>>> = {
  Namespace: {
    description: 'Name; substring without regard to case, or equality with ExactMatch=true',
    toCondition: (values, exact) => ({ match: exact ? 'equals' : 'contains', values }),
  },
};
