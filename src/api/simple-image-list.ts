import type { ImageSortKey } from '../store/image-query.ts';
import { imageFilters } from './image-filters.ts';

/** Every filter of the simple image lists. Validation and the reference come from this table. */
export const simpleImageFilters: Readonly<Record<string, (typeof imageFilters)[string]>> = {
  Keywords: {
    description: 'Part of the address or of the config digest, without regard to case',
    toCondition: (values) => ({ kind: 'keywords', values }),
  },
  ...imageFilters,
};

/** Values of By for the simple image lists. The reference comes from this table. */
export const simpleImageSortKeys: Readonly<Record<string, ImageSortKey>> = {
  ContainerCnt: 'containers',
  // There are no hosts here, so all images have the same number of them.
  HostCnt: 'id',
};
