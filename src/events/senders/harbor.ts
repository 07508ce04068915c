import { createHarborSender } from '../create-harbor-sender.ts';

/** Harbor 2, in its default format. https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/ */
export const harbor = createHarborSender('harbor', /^[A-Z]+(?:_[A-Z]+)*$/, {
  PUSH_ARTIFACT: 'pushed',
  CREATE_TAG: 'pushed',
  DELETE_ARTIFACT: 'deleted',
  DELETE_TAG: 'deleted',
});
