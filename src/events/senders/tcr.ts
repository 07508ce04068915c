import { z } from 'zod';
import type { RegistryEvent } from '../../model/registry-event.ts';
import { secondsField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { eventsOfResources, harborResourcesSchema } from '../harbor-resources.ts';

const kinds: Readonly<Record<string, RegistryEvent['kind']>> = { pushImage: 'pushed', deleteImage: 'deleted' };

const envelopeSchema = z.object({
  type: z.string().regex(/^[a-z]+(?:Image|Chart)$/),
  occur_at: secondsField,
  event_data: z.unknown(),
});

/**
 * Tencent's TCR Enterprise, in the words of Harbor 1.x, which sends the same; charts are no images.
 * https://www.tencentcloud.com/document/product/1051/37254
 */
export const tcr: EventSender = {
  name: 'tcr',
  read: (body) => {
    const envelope = envelopeSchema.safeParse(body);
    if (!envelope.success || envelope.data.event_data === undefined) return undefined;
    const kind = kinds[envelope.data.type];
    if (!kind) return [];
    const data = harborResourcesSchema.safeParse(envelope.data.event_data);
    return data.success ? eventsOfResources(kind, data.data, envelope.data.occur_at) : undefined;
  },
};
