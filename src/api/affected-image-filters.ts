import type { ImageCondition } from '../store/image-query.ts';
import type { FilterRule } from './filters.ts';
import { imageFilters } from './image-filters.ts';

const latest: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

/** Every filter of the images that a vulnerability affects: those of the image list, and one of its own. */
export const affectedImageFilters: Readonly<Record<string, FilterRule<ImageCondition>>> = {
  OnlyAffectedNewestImage: {
    description: 'true: only the newest image of each repository; false does not restrict',
    values: Object.keys(latest),
    toCondition: (values) => ({
      kind: 'value',
      field: 'latest',
      values: values.every((value) => latest[value]) ? [true] : [true, false],
    }),
  },
  ...imageFilters,
};
