import type { Digest } from './digest.ts';
import type { ScanStatus, Summary } from './scan.ts';

/** One row of the list: registry + repository + tag + platform manifest. */
export interface Image {
  readonly id: number;
  readonly registryId: number;
  readonly registryName: string;
  readonly registryType: string;
  readonly registryRegion: string;
  readonly instanceId: string;
  /** Full repository path, `team/app`. */
  readonly repository: string;
  /** Everything before the last `/`, '' when there is none. */
  readonly namespace: string;
  /** The last segment. */
  readonly name: string;
  /** `host[:port]/namespace/name`, no tag. */
  readonly address: string;
  readonly tag: string;
  readonly digest: Digest;
  /** Config digest. */
  readonly imageId: Digest;
  readonly artifactId: number;
  /** OCI platform such as `linux/arm64/v8`. */
  readonly platform: string;
  /** Config and layers as stored in the registry, bytes. */
  readonly size: number;
  /** Build time of the config; absent when the image does not say. */
  readonly createdAt?: Date;
  readonly pushedAt?: Date;
  readonly latest: boolean;
  readonly authorized: boolean;
  readonly trusted: boolean;
  /** Absent while no source of running containers is configured. */
  readonly running?: boolean;
  readonly containers?: number;
  readonly scanStatus: ScanStatus;
  /** Whole percent over the requested kinds. */
  readonly progress: number;
  readonly remainingSeconds: number;
  readonly summary: Summary;
  /** Latest or running, and in need of a fix; absent = unknown. */
  readonly fixRecommended?: boolean;
}
