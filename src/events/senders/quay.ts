import { z } from 'zod';
import { repositoryField, tagField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const pushSchema = z.object({
  repository: repositoryField,
  namespace: z.string().max(255),
  docker_url: z.string().max(1_000),
  updated_tags: z
    .union([
      z.array(tagField),
      // So Quay wrote it once: the tag and what it points at.
      z.record(z.string(), z.unknown()).transform((tags) => Object.keys(tags).map((tag) => tagField.parse(tag))),
    ])
    .optional(),
});

/**
 * `repo_push`: names alone, no digest; there is no event of a deletion. What has no `updated_tags` is another of Quay's
 * events. https://docs.quay.io/guides/notifications.html
 */
export const quay: EventSender = {
  name: 'quay',
  read: (body) => {
    const push = pushSchema.safeParse(body);
    if (!push.success) return undefined;
    const { repository, updated_tags: updated } = push.data;
    if (updated === undefined) return [];
    const tags = updated.filter((tag) => tag !== undefined);
    if (tags.length === 0) return [toEvent({ kind: 'pushed', repository, tag: undefined })];
    return tags.map((tag) => toEvent({ kind: 'pushed', repository, tag }));
  },
};
