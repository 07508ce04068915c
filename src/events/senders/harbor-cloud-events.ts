import { z } from 'zod';
import type { RegistryEvent } from '../../model/registry-event.ts';
import { timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { eventsOfResources, harborResourcesSchema } from '../harbor-resources.ts';

const kinds: Readonly<Record<string, RegistryEvent['kind']>> = {
  'harbor.artifact.pushed': 'pushed',
  'harbor.tag.created': 'pushed',
  'harbor.artifact.deleted': 'deleted',
  'harbor.tag.deleted': 'deleted',
};

const envelopeSchema = z.object({
  specversion: z.string().max(10),
  type: z.string().startsWith('harbor.').max(100),
  time: timeField,
  data: z.unknown(),
});

/** Harbor's other format, since 2.8. https://github.com/cloudevents/spec/blob/main/cloudevents/formats/json-format.md */
export const harborCloudEvents: EventSender = {
  name: 'harbor-cloud-events',
  read: (body) => {
    const envelope = envelopeSchema.safeParse(body);
    if (!envelope.success) return undefined;
    const kind = kinds[envelope.data.type];
    if (!kind) return [];
    const data = harborResourcesSchema.safeParse(envelope.data.data);
    return data.success ? eventsOfResources(kind, data.data, envelope.data.time) : undefined;
  },
};
