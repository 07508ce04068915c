import { z } from 'zod';
import { digestField, repositoryField, tagField, timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const envelopeSchema = z.object({ events: z.array(z.unknown()) });
/** A delete says the digest or the tag, a push of a blob neither a tag nor a manifest's media type. */
const eventSchema = z.object({
  timestamp: timeField,
  action: z.enum(['push', 'delete']),
  target: z.object({
    mediaType: z.string().max(255).optional().catch(undefined),
    repository: repositoryField,
    tag: tagField,
    digest: digestField,
  }),
});
const MANIFEST = /manifest|image\.index/;

/**
 * Notifications of docker-registry, and of GitLab's, in both versions of their envelope. Our own requests come back as
 * events of the action `pull`. https://distribution.github.io/distribution/about/notifications/
 */
export const distribution: EventSender = {
  name: 'distribution',
  read: (body) => {
    const envelope = envelopeSchema.safeParse(body);
    if (!envelope.success) return undefined;
    return envelope.data.events.flatMap((each) => {
      const event = eventSchema.safeParse(each);
      if (!event.success) return [];
      const { action, target, timestamp: at } = event.data;
      const { mediaType = '', repository, tag, digest } = target;
      if (action === 'delete') return [toEvent({ kind: 'deleted', repository, tag, digest, at })];
      if (tag === undefined && !MANIFEST.test(mediaType)) return [];
      return [toEvent({ kind: 'pushed', repository, tag, digest, at })];
    });
  },
};
