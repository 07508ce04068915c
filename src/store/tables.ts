import type { Generated } from 'kysely';

// One schema on both engines: booleans are 0 or 1, times are milliseconds since 1970, JSON is text, an unknown is NULL.

export interface Tables {
  registries: RegistriesTable;
  repositories: RepositoriesTable;
  tags: TagsTable;
  artifacts: ArtifactsTable;
  images: ImagesTable;
  image_counts: ImageCountsTable;
  layer_reports: LayerReportsTable;
  packages: PackagesTable;
  vulnerabilities: VulnerabilitiesTable;
  findings: FindingsTable;
  scan_tasks: ScanTasksTable;
  scan_task_images: ScanTaskImagesTable;
  jobs: JobsTable;
  api_keys: ApiKeysTable;
  settings: SettingsTable;
}

export interface RegistriesTable {
  id: Generated<number>;
  name: string;
  type: string;
  url: string;
  username: string;
  password_sealed: string;
  net_type: string;
  region: string;
  version: string;
  instance_id: string;
  insecure: number;
  speed_limit: number;
  sync_mode: number;
  need_scan: number;
  webhook_url: string;
  webhook_token_sealed: string;
  created_at: number;
  connection_status: string;
  connection_cause: string | null;
  connection_checked_at: number | null;
  sync_status: string;
  sync_cause: string | null;
  sync_message: string;
  synced_at: number | null;
  skipped: string;
}

export interface RepositoriesTable {
  id: Generated<number>;
  registry_id: number;
  /** Full path. */
  path: string;
  namespace: string;
  name: string;
  /** host[:port]/path */
  address: string;
}

export interface TagsTable {
  id: Generated<number>;
  registry_id: number;
  repository_id: number;
  name: string;
  digest: string;
  etag: string | null;
  skipped: string;
  synced_at: number;
}

export interface ArtifactsTable {
  id: Generated<number>;
  /** Config digest. */
  image_id: string;
  /** Hash over the layer digests: one config may be claimed by manifests with other layers. */
  layers_key: string;
  os: string;
  layers: string;
  history: string;
  /** JSON of the last finished scan's summary columns; NULL before the first. */
  summary: string | null;
  scanned_at: number | null;
  advisory_snapshot: string | null;
  /** Operating system and problems of the inventory; the packages have their own table. */
  inventory: string | null;
}

/** The security state, precomputed: the list only reads it. NULL counts are unknown. */
export interface SummaryColumns {
  scan_status: string;
  progress: number;
  remaining_seconds: number;
  vulnerability_status: string;
  vulnerability_progress: number;
  vulnerability_cause: string | null;
  malware_status: string;
  malware_progress: number;
  malware_cause: string | null;
  risk_status: string;
  risk_progress: number;
  risk_cause: string | null;
  scanned_at: number | null;
  os_name: string;
  vulnerabilities: number | null;
  critical: number | null;
  high: number | null;
  medium: number | null;
  low: number | null;
  malware_files: number | null;
  risks: number | null;
  secrets: number | null;
  packages: number | null;
  needs_fix: number | null;
  detail: string;
}

export interface ImagesTable extends SummaryColumns {
  id: Generated<number>;
  registry_id: number;
  repository_id: number;
  tag_id: number;
  tag: string;
  digest: string;
  image_id: string;
  artifact_id: number;
  platform: string;
  size: number;
  created_at: number | null;
  pushed_at: number | null;
  latest: number;
  authorized: number;
  trusted: number;
  running: number | null;
  containers: number | null;
  fix_recommended: number | null;
}

/** Row counts by the columns that most filters use, kept by triggers; several rows of one key add up. */
export interface ImageCountsTable {
  registry_id: number;
  latest: number;
  authorized: number;
  scan_status: string;
  amount: number;
}

export interface LayerReportsTable {
  digest: string;
  fingerprint: string;
  report: string;
}

export interface PackagesTable {
  artifact_id: number;
  ecosystem: string;
  name: string;
  version: string;
  architecture: string | null;
  source_name: string | null;
  source_version: string | null;
  path: string;
  layer: string;
}

export interface VulnerabilitiesTable {
  number: Generated<number>;
  id: string;
  aliases: string;
  title: string;
  description: string;
  reference_urls: string;
  published: string | null;
  modified: string | null;
}

export interface FindingsTable {
  artifact_id: number;
  vulnerability_number: number;
  /** Index in `severities`. */
  severity: number;
  score: number | null;
  vector: string | null;
  fixable: number;
  exploited: number;
  affected: string;
}

export interface ScanTasksTable {
  id: Generated<number>;
  kinds: string;
  status: string;
  created_by: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  deadline: number | null;
}

export interface ScanTaskImagesTable {
  task_id: number;
  image_id: number;
  /** queued, running, succeeded, failed, canceled, timed-out */
  status: string;
  progress: number;
  remaining_seconds: number;
}

export interface JobsTable {
  id: Generated<number>;
  kind: string;
  registry_id: number;
  task_id: number | null;
  image_id: number | null;
  attempt: number;
  available_at: number;
  /** NULL while nobody works on it. */
  worker: string | null;
  lease_until: number | null;
}

export interface ApiKeysTable {
  secret_id: string;
  secret_sealed: string;
  name: string;
  role: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface SettingsTable {
  name: string;
  value: string;
}
