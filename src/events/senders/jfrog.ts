import { z } from 'zod';
import { repositoryField, tagField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const dataSchema = z.object({
  repo_key: z.string().min(1).max(255),
  path: z.string().max(2_000),
  image_name: repositoryField,
  tag: tagField,
});
const kindSchema = z.enum(['pushed', 'deleted', 'promoted']);
/** Older versions send the data without its envelope. */
const bodySchema = z.union([
  z.object({ domain: z.literal('docker'), event_type: kindSchema, data: dataSchema }),
  dataSchema
    .extend({ event_type: kindSchema })
    .transform(({ event_type, ...data }) => ({ domain: 'docker', event_type, data })),
]);
const otherSchema = z.object({ domain: z.string().max(100), event_type: z.string().max(100), data: z.unknown() });

/**
 * Artifactory, of its domain `docker`. `image_name` is what follows the repository's key; with the path style
 * (`host/key/image`) the key belongs to the name of what is pulled, too, so both are looked at: what is not there costs one
 * request. https://jfrog.com/help/r/jfrog-platform-administration-documentation/domain-docker
 */
export const jfrog: EventSender = {
  name: 'jfrog',
  read: (body) => {
    const event = bodySchema.safeParse(body);
    if (!event.success) return otherSchema.safeParse(body).success ? [] : undefined;
    const { event_type: type, data } = event.data;
    const kind = type === 'deleted' ? 'deleted' : 'pushed';
    const withKey = repositoryField.safeParse(`${data.repo_key}/${data.image_name}`);
    return [data.image_name, ...(withKey.success ? [withKey.data] : [])].map((repository) =>
      toEvent({ kind, repository, tag: data.tag }),
    );
  },
};
