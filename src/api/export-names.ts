import type { Export } from '../store/export-store.ts';

const NOT_DIGITS = /\D/g;

/** `RegistryImage-<yyyymmddhhmmss>-<n>`: the documented shape less the account, of which there is one. Times are UTC. */
export const exportName = ({ id, createdAt }: Pick<Export, 'id' | 'createdAt'>): string =>
  `RegistryImage-${createdAt.toISOString().slice(0, 19).replace(NOT_DIGITS, '')}-${id}`;

export const exportFileName = (entry: Pick<Export, 'id' | 'createdAt' | 'format'>): string =>
  `${exportName(entry)}.${entry.format}`;
