import { z } from 'zod';
import type { Digest } from '../model/digest.ts';
import { locateReference } from '../oci/locate-reference.ts';
import { toDigest } from '../oci/to-digest.ts';
import type { AnyAction, ApiAction } from './api-action.ts';
import { errors } from './protocol/errors.ts';

const MOST_IMAGES = 20_000;
const MOST_OF_ONE = 1_000_000;
const MOST_SECONDS = 86_400;
/** So far a clock may be ahead: the signature allows as much. */
const CLOCK_MS = 300_000;

const Digests = z
  .array(
    z
      .string()
      .max(2_048)
      .refine((text) => toDigest(text) !== undefined),
  )
  .max(100)
  .default([])
  .describe('What the runtime knows it by: sha256:… of the config, the manifest or the index, alone or behind name@');
const Input = z.strictObject({
  Source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    .describe('The place where these containers run'),
  TakenAt: z.iso.datetime({ offset: true }).describe('When it was so, ISO 8601, such as 2026-01-02T15:04:05Z'),
  ExpiresInSeconds: z
    .int()
    .min(1)
    .max(MOST_SECONDS)
    .default(600)
    .describe('How long it is believed, from TakenAt; a day at most'),
  Images: z
    .array(
      z.strictObject({
        Reference: z
          .string()
          .max(1_024)
          .default('')
          .describe('The image as it was started; counts where there is no digest'),
        Digests,
        Platform: z
          .string()
          .regex(/^[a-z0-9]{1,20}\/[a-z0-9_]{1,20}(?:\/[a-z0-9_]{1,20})?$/)
          .optional()
          .describe('Which image of an index runs, such as linux/arm64'),
        Count: z.int().min(1).max(MOST_OF_ONE).describe('Containers of this image'),
      }),
    )
    .max(MOST_IMAGES)
    .describe('Everything that runs there; an empty list says that nothing does'),
});

/**
 * Not Tencent's: what runs in one place, told by whoever knows. It takes the place of what was told of that source before,
 * unless that is newer (`Taken` false), and counts until it expires. Told every few minutes, it is not in the audit log.
 */
export const reportRunningContainers: AnyAction & Pick<ApiAction, 'description'> = {
  name: 'ReportRunningContainers',
  description: 'What runs in one place',
  writes: false,
  input: Input,
  handle: async ({ Source, TakenAt, ExpiresInSeconds, Images }: z.output<typeof Input>, { store, key, now }) => {
    if (key.role !== 'admin') throw errors.unauthorizedOperation('ReportRunningContainers');
    const takenAt = new Date(TakenAt);
    if (takenAt.getTime() > now().getTime() + CLOCK_MS) throw errors.invalidType('TakenAt', 'time that has come');
    const images = Images.map(({ Reference, Digests: digests, Platform, Count }) =>
      locateReference({
        reference: Reference,
        digests: digests.map(toDigest).filter((digest): digest is Digest => digest !== undefined),
        ...(Platform === undefined ? {} : { platform: Platform }),
        containers: Count,
      }),
    );
    const expiresAt = new Date(takenAt.getTime() + ExpiresInSeconds * 1_000);
    if (expiresAt.getTime() <= now().getTime()) return { Taken: false };
    return { Taken: await store.runtime.save({ source: Source, takenAt, expiresAt, images }) };
  },
};
