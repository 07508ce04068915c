import { join } from 'node:path';
import type { Environment } from '../../config/settings.ts';

/** A file in which `docker login` or `podman login` keeps accounts. */
export interface LoginFilePath {
  readonly path: string;
  /** Named by a variable for this very file, so that it ought to be there. */
  readonly isNamed: boolean;
}

/**
 * Where accounts may be, in the order in which they are looked for: Docker's
 * (https://docs.docker.com/reference/cli/docker/#change-the-docker-directory), then Podman's
 * (https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md).
 */
export function loginFiles(environment: Environment): readonly LoginFilePath[] {
  const { DOCKER_CONFIG, HOME, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = environment;
  const docker = DOCKER_CONFIG || (HOME && join(HOME, '.docker'));
  const podman = REGISTRY_AUTH_FILE || (XDG_RUNTIME_DIR && join(XDG_RUNTIME_DIR, 'containers', 'auth.json'));
  return [
    ...(docker ? [{ path: join(docker, 'config.json'), isNamed: false }] : []),
    ...(podman ? [{ path: podman, isNamed: Boolean(REGISTRY_AUTH_FILE) }] : []),
  ];
}
