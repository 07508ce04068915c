import type { z } from 'zod';
import type { ImageSelection } from '../store/image-query.ts';
import type { Filters } from './filters.ts';
import { toImageConditions } from './image-filters.ts';
import { ImageInfo, toCoordinates } from './image-info.ts';
import { list } from './protocol/fields.ts';

/** The selectors that scan actions share. */
export interface SelectionInput {
  readonly All?: boolean | undefined;
  readonly Id?: readonly number[] | undefined;
  readonly Images?: readonly z.output<typeof ImageInfo>[] | undefined;
  readonly Filters?: z.output<typeof Filters> | undefined;
  readonly ExcludeImageList?: readonly number[] | undefined;
  readonly OnlyScanLatest?: boolean | undefined;
}

/** Each costs a comparison of several columns with every row; there is Id for more. */
const MAX_COORDINATES = 500;

/** `Images`: coordinates, where Ids are not at hand. */
export const Images = list(ImageInfo, MAX_COORDINATES);

/** The union of the selectors given; undefined when there is none. An empty list is not given: it must not mean all. */
export function toImageSelection(input: SelectionInput): ImageSelection | undefined {
  const { All, Id, Images: coordinates, Filters: filters, ExcludeImageList, OnlyScanLatest } = input;
  if (!All && !Id?.length && !coordinates?.length && !filters?.length) return undefined;
  return {
    ...(All ? { all: true } : {}),
    ...(Id?.length ? { ids: Id } : {}),
    ...(coordinates?.length ? { coordinates: coordinates.map(toCoordinates) } : {}),
    ...(filters?.length ? { conditions: toImageConditions(filters) } : {}),
    ...(ExcludeImageList?.length ? { excludeIds: ExcludeImageList } : {}),
    ...(OnlyScanLatest ? { latestOnly: true } : {}),
  };
}
