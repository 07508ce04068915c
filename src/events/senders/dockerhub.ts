import { z } from 'zod';
import { repositoryField, secondsField, tagField } from '../event-fields.ts';
import type { EventSender } from '../event-sender.ts';
import { toEvent } from '../to-event.ts';

/** Its `callback_url` is never called. */
const pushSchema = z.object({
  push_data: z.object({ tag: tagField, pushed_at: secondsField }),
  repository: z.object({ repo_name: repositoryField }),
});

/** Docker Hub: pushes only, without a digest and without a signature. https://docs.docker.com/docker-hub/repos/manage/webhooks/ */
export const dockerhub: EventSender = {
  name: 'dockerhub',
  read: (body) => {
    const push = pushSchema.safeParse(body);
    if (!push.success) return undefined;
    const { push_data, repository } = push.data;
    return [toEvent({ kind: 'pushed', repository: repository.repo_name, tag: push_data.tag, at: push_data.pushed_at })];
  },
};
