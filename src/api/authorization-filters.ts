import type { AuthorizationLogQuery, AuthorizationResult, AuthorizationTaskQuery } from '../store/authorizations.ts';
import type { AuthorizationType } from '../store/authorize-images.ts';
import type { FilterRule } from './filters.ts';

type TaskCondition = Pick<AuthorizationTaskQuery, 'types' | 'results'>;
type LogCondition = Pick<AuthorizationLogQuery, 'authorized'>;

// ALLSUCCSESS is how the contract spells it.
const results: Readonly<Record<string, AuthorizationResult>> = {
  ALLSUCCSESS: 'all',
  PARTIALFAIL: 'some',
  ALLFAIL: 'none',
};
const types: Readonly<Record<string, AuthorizationType>> = { AUTO: 'automatic', MANUAL: 'manual' };

/** Type on the wire. */
export const authorizationTypeNames: Readonly<Record<AuthorizationType, string>> = {
  automatic: 'AUTO',
  manual: 'MANUAL',
};

/** Every filter of the list of authorisation tasks. Validation and the reference come from this table. */
export const authorizationTaskFilters: Readonly<Record<string, FilterRule<TaskCondition>>> = {
  Status: {
    description: 'What became of the images: all authorised, some, or none',
    values: Object.keys(results),
    toCondition: (values) => ({ results: values.flatMap((value) => results[value] ?? []) }),
  },
  Type: {
    description: 'By a sync (AUTO) or by a call (MANUAL)',
    values: Object.keys(types),
    toCondition: (values) => ({ types: values.flatMap((value) => types[value] ?? []) }),
  },
  Source: {
    description: 'Where the images are: there are none of LOCAL',
    values: ['LOCAL', 'REGISTRY'],
    toCondition: (values) => (values.includes('REGISTRY') ? {} : { types: [] }),
  },
};

const statuses: Readonly<Record<string, readonly boolean[]>> = {
  SUCCESS: [true],
  LICENSE_INSUFFICIENT: [false],
  // The limit of this server is the only one.
  REACH_LIMIT: [],
};

/** Every filter of the log of a task. Validation and the reference come from this table. */
export const authorizationLogFilters: Readonly<Record<string, FilterRule<LogCondition>>> = {
  Status: {
    description: 'Whether the image was authorised; REACH_LIMIT never happens here',
    values: Object.keys(statuses),
    toCondition: (values) => ({ authorized: values.flatMap((value) => statuses[value] ?? []) }),
  },
};
