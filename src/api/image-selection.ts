import type { z } from 'zod';
import type { ImageSelection } from '../store/image-query.ts';
import type { Filters } from './filters.ts';
import { toImageConditions } from './image-filters.ts';
import { type ImageInfo, toCoordinates } from './image-info.ts';

/** The selectors that scan actions share. */
export interface SelectionInput {
  readonly All?: boolean | undefined;
  readonly Id?: readonly number[] | undefined;
  readonly Images?: readonly z.output<typeof ImageInfo>[] | undefined;
  readonly Filters?: z.output<typeof Filters> | undefined;
  readonly ExcludeImageList?: readonly number[] | undefined;
  readonly OnlyScanLatest?: boolean | undefined;
}

/** The union of the selectors given; undefined when there is none. */
export function toImageSelection(input: SelectionInput): ImageSelection | undefined {
  const { All, Id, Images, Filters, ExcludeImageList, OnlyScanLatest } = input;
  if (!All && !Id?.length && !Images?.length && Filters === undefined) return undefined;
  return {
    ...(All ? { all: true } : {}),
    ...(Id?.length ? { ids: Id } : {}),
    ...(Images?.length ? { coordinates: Images.map(toCoordinates) } : {}),
    ...(Filters === undefined ? {} : { conditions: toImageConditions(Filters) }),
    ...(ExcludeImageList?.length ? { excludeIds: ExcludeImageList } : {}),
    ...(OnlyScanLatest ? { latestOnly: true } : {}),
  };
}
