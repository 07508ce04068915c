import { z } from 'zod';
import { repositoryField, tagField, timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const bodySchema = z.object({
  timestamp: timeField,
  repositoryName: z.string().max(255),
  action: z.enum(['CREATED', 'UPDATED', 'DELETED']),
  component: z.object({ format: z.literal('docker'), name: repositoryField, version: tagField }),
});
const otherSchema = z.object({ repositoryName: z.string().max(255), action: z.string().max(40) });

/**
 * Nexus Repository, `rm:repository:component`; a component of its format `docker` is a tag.
 * https://help.sonatype.com/en/working-with-webhooks-in-nexus-repository.html
 */
export const nexus: EventSender = {
  name: 'nexus',
  read: (body) => {
    const event = bodySchema.safeParse(body);
    if (!event.success) return otherSchema.safeParse(body).success ? [] : undefined;
    const { action, component, timestamp: at } = event.data;
    const kind = action === 'DELETED' ? 'deleted' : 'pushed';
    return [toEvent({ kind, repository: component.name, tag: component.version, at })];
  },
};
