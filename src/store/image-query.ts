import type { Page } from './store.ts';

/** Text columns of an image that can be searched. */
export type ImageTextField =
  | 'name'
  | 'namespace'
  | 'address'
  | 'tag'
  | 'digest'
  | 'imageId'
  | 'registryName'
  | 'instanceId'
  | 'registryType'
  | 'registryRegion'
  | 'osName';

/** Columns with few values; compared for equality. */
export type ImageValueField =
  | 'id'
  | 'registryId'
  | 'authorized'
  | 'trusted'
  | 'latest'
  | 'running'
  | 'needsFix'
  | 'fixRecommended'
  | 'scanStatus'
  | 'vulnerabilityStatus'
  | 'malwareStatus'
  | 'riskStatus';

export type ImageCountField =
  | 'vulnerabilities'
  | 'critical'
  | 'high'
  | 'medium'
  | 'low'
  | 'malwareFiles'
  | 'risks'
  | 'secrets'
  | 'packages'
  | 'containers';

export type ImageFlag = 'trusted' | 'latest' | 'running';

/** One condition; `values` are alternatives, and never empty. `equals` is exact, `contains` ignores case. */
export type ImageCondition =
  | {
      readonly kind: 'text';
      readonly field: ImageTextField;
      readonly match: 'equals' | 'contains';
      readonly values: readonly string[];
    }
  | { readonly kind: 'value'; readonly field: ImageValueField; readonly values: readonly (string | number | boolean)[] }
  /** Address or config digest contains one of these. */
  | { readonly kind: 'keywords'; readonly values: readonly string[] }
  /** Any of these is above zero, or true. */
  | { readonly kind: 'any-of'; readonly fields: readonly (ImageCountField | ImageFlag)[] }
  /** Contains a package with one of the names and one of the versions. */
  | {
      readonly kind: 'package';
      readonly match: 'equals' | 'contains';
      readonly names?: readonly string[];
      readonly versions?: readonly string[];
    }
  /** Has this vulnerability and counts it; `ignored`: has it and ignores it, or is named by a rule that would. */
  | { readonly kind: 'vulnerability'; readonly number: number; readonly ignored: boolean };

export type ImageSortKey =
  | 'id'
  | 'createdAt'
  | 'scannedAt'
  | 'size'
  | 'vulnerabilities'
  | 'critical'
  | 'high'
  | 'malwareFiles'
  | 'secrets'
  | 'risks'
  | 'packages'
  | 'containers';

/** Conditions are joined by AND. Unknown values sort below every known one; ties by id in the same direction. */
export interface ImageQuery extends Page {
  readonly conditions: readonly ImageCondition[];
  readonly latestOnly: boolean;
  readonly runningOnly: boolean;
  readonly sort: { readonly key: ImageSortKey; readonly direction: 'asc' | 'desc' };
}

/** Coordinates as the API's ImageInfo gives them; empty members do not restrict. */
export interface ImageCoordinates {
  readonly registryName?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly registryType?: string;
  readonly address?: string;
  readonly instanceId?: string;
}

/** A set of images: the union of the selectors given, less the excluded. */
export interface ImageSelection {
  readonly all?: boolean;
  readonly ids?: readonly number[];
  readonly coordinates?: readonly ImageCoordinates[];
  /** Config or manifest digests. */
  readonly digests?: readonly string[];
  readonly conditions?: readonly ImageCondition[];
  /** Images of a scan task. */
  readonly taskId?: number;
  /** All of these hold for every image of the set. */
  readonly within?: readonly ImageCondition[];
  readonly excludeIds?: readonly number[];
  readonly excludeDigests?: readonly string[];
  readonly latestOnly?: boolean;
  readonly authorizedOnly?: boolean;
}
