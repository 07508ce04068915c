// Written by `npm run generate`. Do not edit.
import type { ConfigCheck } from '../config-check.ts';
import { addInstruction } from './add-instruction.ts';
import { apkCache } from './apk-cache.ts';
import { aptCache } from './apt-cache.ts';
import { dangerousCapabilities } from './dangerous-capabilities.ts';
import { distributionUpgrade } from './distribution-upgrade.ts';
import { exposedPorts } from './exposed-ports.ts';
import { loneUpdate } from './lone-update.ts';
import { noHealthCheck } from './no-health-check.ts';
import { openPermissions } from './open-permissions.ts';
import { openSearchPath } from './open-search-path.ts';
import { pipeToShell } from './pipe-to-shell.ts';
import { remoteLogin } from './remote-login.ts';
import { removedPassword } from './removed-password.ts';
import { runsAsRoot } from './runs-as-root.ts';
import { sensitiveVolumes } from './sensitive-volumes.ts';
import { sudo } from './sudo.ts';
import { uncheckedCertificates } from './unchecked-certificates.ts';
import { unreadSteps } from './unread-steps.ts';
import { unverifiedPackages } from './unverified-packages.ts';

export const configChecks = [
  addInstruction,
  apkCache,
  aptCache,
  dangerousCapabilities,
  distributionUpgrade,
  exposedPorts,
  loneUpdate,
  noHealthCheck,
  openPermissions,
  openSearchPath,
  pipeToShell,
  remoteLogin,
  removedPassword,
  runsAsRoot,
  sensitiveVolumes,
  sudo,
  uncheckedCertificates,
  unreadSteps,
  unverifiedPackages,
] as const satisfies readonly ConfigCheck[];
