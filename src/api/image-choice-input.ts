import type { z } from 'zod';
import type { ImageChoice } from '../store/image-choice.ts';
import { type ImageInfo, toCoordinates } from './image-info.ts';
import { errors } from './protocol/errors.ts';

/** The parameters that say which images to scan, in the actions that know a ScanScope. */
export interface ChoiceInput {
  readonly All?: boolean | undefined;
  readonly Images?: readonly z.output<typeof ImageInfo>[] | undefined;
  readonly Id?: readonly number[] | undefined;
  readonly RegistryType?: readonly string[] | undefined;
  readonly Namespace?: readonly string[] | undefined;
  readonly ContainerRunning?: boolean | undefined;
  readonly ScanScope?: number | undefined;
}

const scopes = ['all', 'selected', 'recommended'] as const;

/** ScanScope on the wire. */
export const scopeNumber = (scope: ImageChoice['scope']): number => scopes.indexOf(scope);

/**
 * ScanScope 0 is all images, 1 those of Id and Images, 2 what is recommended: the newest image of each repository and what
 * runs. Without it, Id or Images select; otherwise All, RegistryType, Namespace or ContainerRunning must be there.
 * @throws ApiError when nothing is chosen
 */
export function toImageChoice(input: ChoiceInput, latestOnly: boolean, excludeIds: readonly number[]): ImageChoice {
  const scope = toScope(input);
  if (scope === 'selected' && !input.Id?.length && !input.Images?.length) throw errors.missingParameter('Id');
  return {
    scope,
    ids: input.Id ?? [],
    coordinates: (input.Images ?? []).map(toCoordinates),
    registryTypes: withoutAll(input.RegistryType),
    namespaces: withoutAll(input.Namespace),
    runningOnly: input.ContainerRunning ?? false,
    latestOnly,
    excludeIds,
  };
}

function toScope(input: ChoiceInput): ImageChoice['scope'] {
  if (input.ScanScope !== undefined) {
    const scope = scopes[input.ScanScope];
    if (scope) return scope;
    throw errors.invalidValue('ScanScope', String(input.ScanScope), 'it must be 0, 1 or 2', '应为 0、1 或 2');
  }
  if (input.Id?.length || input.Images?.length) return 'selected';
  if (input.All || input.RegistryType?.length || input.Namespace?.length || input.ContainerRunning) return 'all';
  throw errors.missingParameter('ScanScope');
}

/** `all` among the values means that they do not restrict. */
const withoutAll = (values: readonly string[] | undefined): readonly string[] =>
  values?.some((value) => value.toLowerCase() === 'all') ? [] : (values ?? []);
