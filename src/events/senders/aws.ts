import { z } from 'zod';
import { digestField, repositoryField, tagField, timeField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

const envelopeSchema = z.object({ source: z.literal('aws.ecr'), 'detail-type': z.string().max(100) });
const actionSchema = z.object({
  'detail-type': z.literal('ECR Image Action'),
  time: timeField,
  detail: z.object({
    result: z.literal('SUCCESS'),
    'action-type': z.enum(['PUSH', 'DELETE']),
    'repository-name': repositoryField,
    'image-digest': digestField,
    'image-tag': tagField,
  }),
});

/** ECR by way of EventBridge. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
export const aws: EventSender = {
  name: 'aws',
  read: (body) => {
    if (!envelopeSchema.safeParse(body).success) return undefined;
    const action = actionSchema.safeParse(body);
    if (!action.success) return [];
    const { detail, time: at } = action.data;
    return [
      toEvent({
        kind: detail['action-type'] === 'PUSH' ? 'pushed' : 'deleted',
        repository: detail['repository-name'],
        tag: detail['image-tag'],
        digest: detail['image-digest'],
        at,
      }),
    ];
  },
};
