import type { ExportKind } from '../model/export.ts';
import type { Severity } from '../model/severity.ts';
import type { ImageQuery } from './image-query.ts';
import type { Page, VulnerabilityQuery } from './store.ts';

/** As a limit: every row. */
export const ALL_ROWS = Number.MAX_SAFE_INTEGER;

interface TextMatch {
  readonly match: 'equals' | 'contains';
  readonly values: readonly string[];
}

/** One condition on a package of an image; absent members do not restrict. */
export interface ComponentCondition {
  readonly names?: TextMatch;
  readonly versions?: TextMatch;
  readonly ecosystems?: readonly string[];
  /** Affected by a vulnerability of one of these severities. */
  readonly severities?: readonly Severity[];
  /** Known to be affected by some vulnerability, or by none. */
  readonly vulnerable?: boolean;
}

/** Packages of one image. Conditions are joined by AND. */
export interface ComponentQuery extends Page {
  readonly conditions: readonly ComponentCondition[];
  readonly sort: { readonly key: 'name' | 'vulnerabilities'; readonly direction: 'asc' | 'desc' };
}

/** One condition on malware, or on a risky setting or secret, of an image; absent members do not restrict. */
export interface FileFindingCondition {
  readonly severities?: readonly Severity[];
  readonly names?: TextMatch;
  /** Of risks: codes of the behaviour, and of the place where it was found. */
  readonly behaviors?: readonly number[];
  readonly places?: readonly number[];
}

/** Malware, or risky settings and secrets, of one image, worst first. Conditions are joined by AND. */
export interface FileFindingQuery extends Page {
  readonly conditions: readonly FileFindingCondition[];
}

/** What an export writes, in our own words: it is kept as JSON until a worker reads it. `imageId` is the Id of a row. */
export type ExportSelection =
  | { readonly kind: 'images'; readonly query: ImageQuery }
  | { readonly kind: 'vulnerabilities'; readonly imageId: number; readonly query: VulnerabilityQuery }
  | { readonly kind: 'malware'; readonly imageId: number; readonly query: FileFindingQuery }
  | { readonly kind: 'risks'; readonly imageId: number; readonly query: FileFindingQuery }
  | { readonly kind: 'components'; readonly imageId: number; readonly query: ComponentQuery };

export type SelectionOf<K extends ExportKind> = Extract<ExportSelection, { readonly kind: K }>;
