import type { ImageCondition, ImageCoordinates, ImageSelection } from './image-query.ts';

/** Which images to scan, as people say it: a scope, and what narrows it. */
export interface ImageChoice {
  /** Recommended: what is deployed or about to be, that is the newest of each repository and what runs. */
  readonly scope: 'all' | 'selected' | 'recommended';
  /** Of the scope `selected`. */
  readonly ids: readonly number[];
  readonly coordinates: readonly ImageCoordinates[];
  readonly registryTypes: readonly string[];
  readonly namespaces: readonly string[];
  readonly runningOnly: boolean;
  readonly latestOnly: boolean;
  readonly excludeIds: readonly number[];
}

/** The images that a choice means now. */
export function chosenImages(choice: ImageChoice): ImageSelection {
  const { scope, ids, coordinates, excludeIds, latestOnly } = choice;
  return {
    ...(scope === 'selected' ? { ids, coordinates } : { all: true }),
    within: narrowing(choice),
    excludeIds,
    latestOnly,
  };
}

function narrowing({ scope, registryTypes, namespaces, runningOnly }: ImageChoice): readonly ImageCondition[] {
  const oneOf = (field: 'registryType' | 'namespace', values: readonly string[]): readonly ImageCondition[] =>
    values.length === 0 ? [] : [{ kind: 'text', field, match: 'equals', values }];
  return [
    ...oneOf('registryType', registryTypes),
    ...oneOf('namespace', namespaces),
    ...(runningOnly ? [{ kind: 'value', field: 'running', values: [true] } as const] : []),
    ...(scope === 'recommended' ? [{ kind: 'any-of', fields: ['latest', 'running'] } as const] : []),
  ];
}
