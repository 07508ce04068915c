/** What a file of rows can be made from. */
export const exportKinds = ['images', 'vulnerabilities', 'malware', 'risks', 'components'] as const;
export type ExportKind = (typeof exportKinds)[number];

/** `running` from the moment it was asked for. */
export const exportStatuses = ['running', 'succeeded', 'failed'] as const;
export type ExportStatus = (typeof exportStatuses)[number];

/** Why an export gave no file. */
export const exportFailures = [
  /** Nobody knows what the image holds: an empty file would read as "nothing found". */
  'findings-unknown',
  'image-not-found',
  /** More rows than the format can hold. */
  'too-many-rows',
  /** More bytes than one export may keep in the store. */
  'too-large',
  'canceled',
  /** Its time was over before it was done. */
  'expired',
  'internal-error',
] as const;
export type ExportFailure = (typeof exportFailures)[number];
