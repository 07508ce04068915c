import { advisoriesPath } from '../advisories/advisories-path.ts';
import { findSnapshot } from '../advisories/kept-snapshots.ts';
import { createMalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import { createSecretFinder } from '../analyzers/secrets/create-secret-finder.ts';
import type { Config } from '../config/load-config.ts';
import { malwareOptions } from '../config/malware-options.ts';
import { networkPolicy } from '../config/network-policy.ts';
import { readAllowRules } from '../config/read-allow-rules.ts';
import { imageLimits, layerLimits } from '../config/scan-limits.ts';
import { AppError } from '../model/app-error.ts';
import { type ScanKind, scanKinds } from '../model/scan.ts';
import { parseReference, type Reference, registryUrl } from '../oci/parse-reference.ts';
import type { Platform } from '../oci/platform.ts';
import { docker } from '../registries/types/docker.ts';
import { createScanThreads } from '../scan/create-scan-threads.ts';
import { findRegistryImage } from '../scan/find-registry-image.ts';
import { createMatchInventory } from '../scan/match-inventory.ts';
import { scanReference } from '../scan/scan-reference.ts';
import type { ScanProgress, ScanReport } from '../scan/scan-report.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import type { Account } from './stored-logins/decode-account.ts';

const SCHEME = /^(https?):\/\/(.*)$/;
const ANY_SCHEME = /^https?(?=:)/;

export interface ScanLocallyOptions {
  readonly config: Config;
  /** linux/amd64 when absent. */
  readonly platform?: Platform;
  /** All when absent. */
  readonly kinds?: readonly ScanKind[];
  readonly insecure?: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Finds the account for an image, instead of the one above. */
  readonly findAccount?: (reference: Reference, signal: AbortSignal) => Promise<Account | undefined>;
  /** Advisories that are kept, by id or date; those in use when absent. */
  readonly asOf?: string;
  readonly onProgress: (progress: ScanProgress) => void;
}

/** Scans one image in this process: what `serve` wires for a server, for a single command. */
export async function scanLocally(
  reference: string,
  options: ScanLocallyOptions,
  signal: AbortSignal,
): Promise<ScanReport> {
  const { config, platform } = options;
  const kept = options.asOf === undefined ? undefined : await findSnapshot(config.dataDir, options.asOf);
  const allowSecrets = await readAllowRules(config.secretAllow);
  const engines = createMalwareEngines(malwareOptions(config));
  const threads = createScanThreads(config.workers, {
    allowSecrets,
    heapMb: config.threadMemoryMb,
    connectMalware: () => engines.connect(),
  });
  const now = () => new Date();
  try {
    return await scanReference(
      reference,
      { kinds: options.kinds ?? scanKinds, onProgress: options.onProgress, ...(platform ? { platform } : {}) },
      {
        threads,
        engines,
        secrets: createSecretFinder({ allow: allowSecrets }),
        limits: {
          layer: layerLimits(config),
          image: imageLimits(config),
          temporaryBytes: config.maxTemporaryBytes,
        },
        matchInventory: createMatchInventory({
          threads,
          advisoriesPath: kept?.path ?? advisoriesPath(config.dataDir),
          // Whoever asks for old ones knows that they are.
          maxAgeDays: kept ? Number.POSITIVE_INFINITY : config.advisoriesMaxAgeDays,
          now,
        }),
        findInRegistry: (text, wanted, abort) => findInRegistry(text, wanted, options, abort),
      },
      signal,
    );
  } finally {
    await threads.close();
    await engines.close();
  }
}

async function findInRegistry(
  text: string,
  platform: Platform | undefined,
  options: ScanLocallyOptions,
  signal: AbortSignal,
) {
  const { reference, url } = readReference(text);
  const found = await options.findAccount?.(reference, signal);
  const client = docker.connect(
    {
      type: docker.name,
      url,
      username: found?.username ?? options.username ?? '',
      password: found?.password ?? options.password ?? '',
      insecure: options.insecure ?? false,
      speedLimit: 0,
    },
    networkPolicy(options.config),
  );
  try {
    return await findRegistryImage(client, reference, platform, signal);
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** A reference, and where to ask for it; a scheme before it says how to speak to a registry that has no TLS. */
function readReference(text: string): { readonly reference: Reference; readonly url: string } {
  const [, scheme, rest] = SCHEME.exec(text) ?? [];
  try {
    const reference = parseReference(rest ?? text);
    const url = registryUrl(reference.registry);
    return { reference, url: scheme ? url.replace(ANY_SCHEME, scheme) : url };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fix = 'Write host[:port]/repository:tag, or the path of an archive or an OCI layout.';
    throw new CommandFailure(error.message, { exitCode: exitCodes.usage, fix, cause: error });
  }
}
