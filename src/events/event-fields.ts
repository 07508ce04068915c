import { z } from 'zod';

// What several senders write alike. Whatever is no name or no time is as good as absent: an event is only a hint.

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export const repositoryField = z
  .string()
  .max(255)
  .regex(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/);

export const tagField = z
  .string()
  .regex(/^\w[\w.-]{0,127}$/)
  .optional()
  .catch(undefined);

export const digestField = z
  .string()
  .regex(/^[a-z0-9+._-]{1,32}:[a-fA-F0-9]{32,128}$/)
  .optional()
  .catch(undefined);

/** ISO 8601. */
export const timeField = z
  .string()
  .max(40)
  .transform((text) => new Date(text))
  .pipe(z.date())
  .optional()
  .catch(undefined);

/** Seconds since 1970. */
export const secondsField = z
  .number()
  .int()
  .min(0)
  .max(253_402_300_799)
  .transform((seconds) => new Date(seconds * 1_000))
  .optional()
  .catch(undefined);
