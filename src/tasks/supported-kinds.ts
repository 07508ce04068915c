import { type ScanKind, scanKinds } from '../model/scan.ts';

/** Kinds that this version can scan; others would stay not-scanned, and say so. */
export const supportedKinds: readonly ScanKind[] = scanKinds;
