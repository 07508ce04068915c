import type { RegistryCondition } from '../store/store.ts';
import { type FilterRule, toIds, toTextMatch } from './filters.ts';

type Rule = FilterRule<RegistryCondition>;

const fuzzy = (field: RegistryCondition['field'], description: string): Rule => ({
  description: `${description}; substring without regard to case, or equality with ExactMatch=true`,
  toCondition: (values, exact, name) => ({ field, ...toTextMatch(values, exact, name) }),
});
const exactly = (field: RegistryCondition['field'], description: string, values?: readonly string[]): Rule => ({
  description: `${description}; equality`,
  ...(values ? { values } : {}),
  toCondition: (given) => ({ field, match: 'equals', values: given }),
});

const syncStatuses: Readonly<Record<string, readonly string[]>> = {
  doing: ['queued', 'running'],
  success: ['succeeded'],
  failed: ['failed'],
};

/** Every filter of the registry list. Validation and the reference come from this table. */
export const registryFilters: Readonly<Record<string, Rule>> = {
  Name: fuzzy('name', 'Name'),
  Url: fuzzy('url', 'Base URL'),
  RegistryType: exactly('type', 'Type'),
  NetType: exactly('netType', 'Network type', ['public', 'private']),
  RegistryId: {
    description: 'RegistryId; equality',
    toCondition: (values, _, name) => ({ field: 'id', match: 'equals', values: toIds(values, name).map(String) }),
  },
  IsAuthorized: {
    description: 'Documented by copy from the image list; a registry has no authorisation, so only all is taken',
    values: ['all'],
    // Never asked for: `all` does not restrict.
    toCondition: (values) => ({ field: 'id', match: 'equals', values }),
  },
  SyncStatus: {
    description: 'State of the synchronisation; equality',
    values: Object.keys(syncStatuses),
    toCondition: (values) => ({
      field: 'syncStatus',
      match: 'equals',
      values: values.flatMap((value) => syncStatuses[value] ?? []),
    }),
  },
};
