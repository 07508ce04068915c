import { analyzerFingerprint } from '../analyzers/analyzer-fingerprint.ts';
import { analyzers } from '../analyzers/packages/index.ts';
import type { SecretFinder } from '../analyzers/secrets/create-secret-finder.ts';
import { settingsFingerprint } from '../analyzers/settings/settings-fingerprint.ts';

/** Everything that a scan thread looks at content with: see scan-thread.ts. */
export const contentFingerprint = (secrets: SecretFinder): string =>
  analyzerFingerprint(analyzers, `secrets@${secrets.fingerprint}`, `settings@${settingsFingerprint}`);
