import { z } from 'zod';
import { digestField, repositoryField, tagField, timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const eventSchema = z.object({
  timestamp: timeField,
  action: z.enum(['push', 'delete']),
  target: z.object({ repository: repositoryField, tag: tagField, digest: digestField }),
});
const otherSchema = z.object({
  id: z.string().max(200),
  timestamp: z.string().max(40),
  action: z.enum(['ping', 'quarantine', 'chart_push', 'chart_delete', 'push', 'delete']),
});

/** Container Registry. https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference */
export const azure: EventSender = {
  name: 'azure',
  read: (body) => {
    const event = eventSchema.safeParse(body);
    if (!event.success) return otherSchema.safeParse(body).success ? [] : undefined;
    const { action, target, timestamp: at } = event.data;
    return [toEvent({ kind: action === 'push' ? 'pushed' : 'deleted', ...target, tag: target.tag, at })];
  },
};
