import { assigned } from '../assigned.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://docs.gitea.com/development/api-usage */
export const gitea: SecretFamily = [
  {
    id: 'gitea-token',
    title: 'Gitea or Forgejo access token',
    severity: 'high',
    keywords: ['gitea', 'forgejo'],
    pattern: assigned('(?:gitea|forgejo)', '[0-9a-f]{40}'),
    entropy: 3,
    sample: (random) => `GITEA_TOKEN=${random.hex(40)}`,
    nearMisses: ['GITEA_TOKEN=short', 'GITEA_TOKEN=$GITEA_TOKEN', `GITEA_TOKEN: ${'x'.repeat(40)}`],
  },
];
