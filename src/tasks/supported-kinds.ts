import type { ScanKind } from '../model/scan.ts';

/** Kinds that this version can scan; the others stay not-scanned, and say so. */
export const supportedKinds: readonly ScanKind[] = ['vulnerability'];
