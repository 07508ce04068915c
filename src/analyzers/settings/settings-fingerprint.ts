import { fileChecks } from './file-checks/index.ts';

/** Raise it when a check of files finds something else than before: stored layer reports are made anew. */
const VERSION = 1;

/** What the settings in layer reports were found by. Checks of the config are not in it: they run at every scan. */
export const settingsFingerprint: string = `${VERSION}:${fileChecks.map(({ id }) => id).join(',')}`;
