import { advisoriesPath } from '../advisories/advisories-path.ts';
import type { Config } from '../config/load-config.ts';
import { AppError } from '../model/app-error.ts';
import { parseReference, registryUrl } from '../oci/parse-reference.ts';
import { type Platform, parsePlatform } from '../oci/platform.ts';
import { docker } from '../registries/types/docker.ts';
import { createScanThreads } from '../scan/create-scan-threads.ts';
import { findRegistryImage } from '../scan/find-registry-image.ts';
import { createMatchInventory } from '../scan/match-inventory.ts';
import { scanReference } from '../scan/scan-reference.ts';
import type { ScanProgress, ScanReport } from '../scan/scan-report.ts';

export interface ScanLocallyOptions {
  readonly config: Config;
  /** `os/architecture[/variant]`; default linux/amd64. */
  readonly platform?: string;
  readonly insecure?: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly onProgress: (progress: ScanProgress) => void;
}

/** Scans one image in this process: what `serve` wires for a server, for a single command. */
export async function scanLocally(
  reference: string,
  options: ScanLocallyOptions,
  signal: AbortSignal,
): Promise<ScanReport> {
  const { config } = options;
  const platform = wantedPlatform(options.platform);
  const threads = createScanThreads(config.workers);
  const now = () => new Date();
  try {
    return await scanReference(
      reference,
      { onProgress: options.onProgress, ...(platform ? { platform } : {}) },
      {
        threads,
        matchInventory: createMatchInventory({
          threads,
          advisoriesPath: advisoriesPath(config.dataDir),
          maxAgeDays: config.advisoriesMaxAgeDays,
          now,
        }),
        findInRegistry: (text, wanted, abort) => findInRegistry(text, wanted, options, abort),
      },
      signal,
    );
  } finally {
    await threads.close();
  }
}

function wantedPlatform(text: string | undefined): Platform | undefined {
  if (text === undefined) return undefined;
  const platform = parsePlatform(text);
  if (!platform)
    throw new AppError(
      'image-not-found',
      `${JSON.stringify(text)} is not a platform: write os/architecture, such as linux/arm64`,
    );
  return platform;
}

async function findInRegistry(
  text: string,
  platform: Platform | undefined,
  options: ScanLocallyOptions,
  signal: AbortSignal,
) {
  const reference = parseReference(text);
  const client = docker.connect(
    {
      type: docker.name,
      url: registryUrl(reference.registry),
      username: options.username ?? '',
      password: options.password ?? '',
      insecure: options.insecure ?? false,
      speedLimit: 0,
    },
    { allowPrivate: options.config.allowPrivateRegistries },
  );
  try {
    return await findRegistryImage(client, reference, platform, signal);
  } catch (error) {
    await client.close();
    throw error;
  }
}
