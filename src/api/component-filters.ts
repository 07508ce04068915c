import { systemEcosystems } from '../model/system-ecosystems.ts';
import type { ComponentCondition } from '../store/export-query.ts';
import { type FilterRule, toTextMatch } from './filters.ts';
import { severitiesOfLevel } from './vulnerability-filters.ts';

const SYSTEM = 'SYSTEM_COMPONENT';

/** Type of a component on the wire: the documented word for the operating system's, otherwise `NPM`, `PYPI` and so on. */
export const toComponentType = (ecosystem: string): string =>
  systemEcosystems.includes(ecosystem) ? SYSTEM : ecosystem.toUpperCase();

export const ecosystemsOfType = (type: string): readonly string[] =>
  type.toUpperCase() === SYSTEM ? systemEcosystems : [type.toLowerCase()];

/** Every filter of the components of an image. Validation and the reference come from this table. */
export const componentFilters: Readonly<Record<string, FilterRule<ComponentCondition>>> = {
  ComponentName: {
    description: 'Name of the package; substring, or equality with ExactMatch=true',
    toCondition: (values, exact, name) => ({ names: toTextMatch(values, exact, name) }),
  },
  ComponentVersion: {
    description: 'Version of the package; substring, or equality with ExactMatch=true',
    toCondition: (values, exact, name) => ({ versions: toTextMatch(values, exact, name) }),
  },
  ComponentType: {
    description: `${SYSTEM}, or a package manager such as NPM; equality`,
    toCondition: (values) => ({ ecosystems: values.flatMap(ecosystemsOfType) }),
  },
  VulLevel: {
    description: 'Affected by a vulnerability of this severity: 4 critical, 3 high, 2 medium, 1 low',
    values: Object.keys(severitiesOfLevel),
    toCondition: (values) => ({ severities: values.flatMap((value) => severitiesOfLevel[value] ?? []) }),
  },
  HasVul: {
    description: 'true: known to have vulnerabilities; false: known to have none; ALL',
    values: ['true', 'false'],
    toCondition: (values) => (new Set(values).size === 1 ? { vulnerable: values[0] === 'true' } : {}),
  },
};
