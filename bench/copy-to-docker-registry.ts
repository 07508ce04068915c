import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  type DockerRegistry,
  hasDockerRegistry,
  hasSkopeo,
  startDockerRegistry,
} from '../test/support/start-docker-registry.ts';

/** A real registry with a copy of one image, its blobs as they are; undefined where none, or no skopeo, is installed. */
export async function copyToDockerRegistry(from: string, image: string): Promise<DockerRegistry | undefined> {
  if (!hasDockerRegistry() || !hasSkopeo()) return undefined;
  const registry = await startDockerRegistry();
  try {
    const [source, target] = [from, registry.url].map((url) => `docker://${new URL(url).host}/${image}`);
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    await promisify(execFile)('skopeo', ['--insecure-policy', 'copy', ...insecure, source ?? '', target ?? '']);
    return registry;
  } catch (error) {
    await registry.stop();
    throw error;
  }
}
