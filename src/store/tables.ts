import type { Generated } from 'kysely';

// One schema on both engines: booleans are 0 or 1, times are milliseconds since 1970, JSON is text, an unknown is NULL.

export interface Tables {
  registries: RegistriesTable;
  repositories: RepositoriesTable;
  tags: TagsTable;
  artifacts: ArtifactsTable;
  images: ImagesTable;
  image_counts: ImageCountsTable;
  repository_counts: RepositoryCountsTable;
  image_facets: ImageFacetsTable;
  image_states: ImageStatesTable;
  os_counts: OsCountsTable;
  namespace_counts: NamespaceCountsTable;
  name_counts: NameCountsTable;
  created_counts: CreatedCountsTable;
  listed_counts: ListedCountsTable;
  layer_reports: LayerReportsTable;
  packages: PackagesTable;
  package_names: PackageNamesTable;
  match_changes: MatchChangesTable;
  vulnerabilities: VulnerabilitiesTable;
  findings: FindingsTable;
  vulnerability_packages: VulnerabilityPackagesTable;
  ignore_rules: IgnoreRulesTable;
  ignored_findings: IgnoredFindingsTable;
  malware_files: MalwareFilesTable;
  risks: RisksTable;
  authorization_tasks: AuthorizationTasksTable;
  authorization_log: AuthorizationLogTable;
  scan_schedule: ScanScheduleTable;
  scan_tasks: ScanTasksTable;
  scan_task_images: ScanTaskImagesTable;
  jobs: JobsTable;
  leases: LeasesTable;
  advisory_files: AdvisoryFilesTable;
  advisory_pieces: AdvisoryPiecesTable;
  exports: ExportsTable;
  export_chunks: ExportChunksTable;
  api_keys: ApiKeysTable;
  audit_log: AuditLogTable;
  settings: SettingsTable;
  registry_limits: RegistryLimitsTable;
  registry_budgets: RegistryBudgetsTable;
  registry_traffic: RegistryTrafficTable;
  rate_limits: RateLimitsTable;
  registry_events: RegistryEventsTable;
  event_marks: EventMarksTable;
  runtime_sources: RuntimeSourcesTable;
  runtime_images: RuntimeImagesTable;
  runtime_digests: RuntimeDigestsTable;
  trust_marks: TrustMarksTable;
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
  /** Begin of a walk that waits for its registry; NULL when the next one begins anew. */
  walk_started_at: number | null;
  /** JSON of a ConnectionReport; NULL where no test told its stages. */
  connection_report: Generated<string | null>;
  /** JSON of a SyncChoice. */
  sync_choice: Generated<string>;
  /** The planned time of a sync that was last acted on. */
  sync_slot: number | null;
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
  /** When a walk last saw all its tags. */
  walked_at: number | null;
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
  /** Begin of the last walk that missed it; seen again later: it is back. */
  gone_at: Generated<number | null>;
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
  /** JSON of the last finished scan's summary columns, before ignore rules; NULL before the first. */
  summary: string | null;
  /** When it was last scanned for vulnerabilities, and for the other kinds. */
  scanned_at: number | null;
  malware_scanned_at: number | null;
  risk_scanned_at: number | null;
  advisory_snapshot: string | null;
  /** Operating system and problems of the inventory; the packages have their own table. */
  inventory: string | null;
  /** JSON of what the last match left out of the findings, and why. */
  suppressed: string | null;
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
  /** Vulnerabilities that rules leave out of the counts. */
  ignored: number | null;
  detail: string;
  malware_detail: string | null;
  risk_detail: string | null;
}

export interface ImagesTable extends SummaryColumns {
  id: Generated<number>;
  registry_id: number;
  repository_id: number;
  tag_id: number;
  tag: string;
  digest: string;
  /** What the tag pointed at, index or manifest, when this row was last seen behind it. */
  tag_digest: Generated<string>;
  image_id: string;
  artifact_id: number;
  platform: string;
  size: number;
  created_at: number | null;
  pushed_at: number | null;
  /** When sync first saw it. */
  listed_at: number;
  latest: number;
  authorized: number;
  trusted: number;
  running: number | null;
  containers: number | null;
  fix_recommended: number | null;
  /** What came of the signatures; NULL: no policy speaks of the image. */
  trust_reason: Generated<string | null>;
  trust_detail: Generated<string | null>;
  /** Fingerprint of the policy that was asked. */
  trust_policy: Generated<string | null>;
  trust_checked_at: Generated<number | null>;
}

/** What people said of an image; it outlives the row. */
export interface TrustMarksTable {
  registry_id: number;
  repository: string;
  digest: string;
  trusted: number;
  author: string;
  note: string;
  marked_at: number;
}

// Row counts per key, kept by triggers (image-counters.ts); on PostgreSQL several rows of one key add up.

export interface ImageCountsTable {
  registry_id: number;
  latest: number;
  authorized: number;
  scan_status: string;
  amount: number;
}

export interface RepositoryCountsTable {
  repository_id: number;
  registry_id: number;
  latest: number;
  amount: number;
}

export interface OsCountsTable {
  os_name: string;
  latest: number;
  amount: number;
}

export interface NamespaceCountsTable {
  namespace: string;
  latest: number;
  /** Whether anything was found. */
  at_risk: number;
  amount: number;
}

/** Names of repositories, whatever their registry and namespace. */
export interface NameCountsTable {
  name: string;
  latest: number;
  amount: number;
}

/** Days since 1970 in UTC; -1: before, -2: unknown. */
export interface CreatedCountsTable {
  created_day: number;
  latest: number;
  amount: number;
}

export interface ListedCountsTable {
  listed_day: number;
  at_risk: number;
  amount: number;
}

export interface ImageFacetsTable extends ImageStatesTable {
  registry_id: number;
  os_name: string;
}

/** Flags are -1 where they are unknown, counts 1 where they are above zero. */
export interface ImageStatesTable {
  latest: number;
  authorized: number;
  trusted: number;
  running: number;
  needs_fix: number;
  fix_recommended: number;
  scan_status: string;
  vulnerability_status: string;
  malware_status: string;
  risk_status: string;
  vulnerabilities: number;
  critical: number;
  high: number;
  medium: number;
  low: number;
  malware_files: number;
  risks: number;
  amount: number;
}

export interface LayerReportsTable {
  digest: string;
  fingerprint: string;
  report: string;
  /** When it was last stored, read, or seen to belong to a listed image; NULL: unknown. */
  used_at: number | null;
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
  modularity: string | null;
  evidence: string | null;
  owner_ecosystem: string | null;
  owner_name: string | null;
}

/** Every name that some inventory ever held: where to look, not what is there. */
export interface PackageNamesTable {
  ecosystem: string;
  name: string;
  /** '' where the package names no source. */
  source_name: string;
}

/** What a later match of an image found otherwise than the one before. */
export interface MatchChangesTable {
  id: Generated<number>;
  at: number;
  artifact_id: number;
  /** Keys of matching/match-key.ts. */
  from_match: string;
  to_match: string;
  vulnerability_id: string;
  /** One of `changeKinds`, and one of `changeReasons`. */
  change: string;
  reason: string;
  /** Index in `severities`. */
  severity: number;
  /** For people: names and versions. */
  packages: string;
  /** For people: from what to what, or by which advisories. */
  detail: string;
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
  /** Rating that the last scan found that had one; a finding has that of its own scan. */
  cvss_score: number | null;
  cvss_vector: string | null;
  /** When scans first and last found it in any image. */
  first_found_at: number | null;
  last_found_at: number | null;
  exploit_public: number;
  epss_probability: number | null;
  epss_percentile: number | null;
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
  /** Affects a package of the operating system. */
  system: number;
  /** Affects a package of an application. */
  application: number;
}

/** Every version of a package that some scan found affected: where to look, not what is there. */
export interface VulnerabilityPackagesTable {
  vulnerability_number: number;
  ecosystem: string;
  name: string;
  version: string;
}

export interface IgnoreRulesTable {
  id: Generated<number>;
  vulnerability_number: number;
  /** Config digest, or '' for every image. */
  image_id: string;
  created_by: string;
  created_at: number;
}

/** The findings that some rule ignores: a narrow table, because a rule may concern a hundred thousand of them. */
export interface IgnoredFindingsTable {
  artifact_id: number;
  vulnerability_number: number;
}

export interface MalwareFilesTable {
  artifact_id: number;
  path: string;
  /** Index in `severities`. */
  severity: number;
  category: string;
  name: string;
  tags: string;
  description: string;
  solution: string;
  file_type: string;
  md5: string;
  sha256: string;
  size: number;
  engine: string;
  layer: string | null;
  removed_by: string | null;
  first_found_at: number;
  last_found_at: number;
}

export interface RisksTable {
  artifact_id: number;
  /** Order in which the scan found them. */
  sequence: number;
  /** Codes of `riskBehaviors` and `riskPlaces`. */
  behavior: number;
  place: number;
  /** '' for what older versions stored. */
  rule: string;
  /** Index in `severities`. */
  severity: number;
  description: string;
  instruction: string;
  path: string | null;
  line: number | null;
  layer: string | null;
  removed_by: string | null;
  fingerprint: string | null;
}

/** All authorisations of one type on one day. */
export interface AuthorizationTasksTable {
  id: Generated<number>;
  type: string;
  /** YYYY-MM-DD */
  date: string;
  last_at: number;
  succeeded: number;
  refused: number;
}

export interface AuthorizationLogTable {
  id: Generated<number>;
  task_id: number;
  image_id: number;
  config_digest: string;
  name: string;
  at: number;
  authorized: number;
}

/** One row at most. */
export interface ScanScheduleTable {
  id: number;
  schedule: string;
  updated_at: number;
  last_slot: number | null;
  last_run_at: number | null;
  last_result: string | null;
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
  /** Of syncs and scans. */
  registry_id: number | null;
  task_id: number | null;
  image_id: number | null;
  export_id: number | null;
  attempt: number;
  available_at: number;
  /** NULL while nobody works on it. */
  worker: string | null;
  lease_until: number | null;
  /** The greater first. */
  priority: Generated<number>;
  /** When it was given to whoever delivers jobs; NULL while it waits to be. */
  handed_at: number | null;
}

export interface LeasesTable {
  name: string;
  holder: string;
  lease_until: number;
}

export interface AdvisoryFilesTable {
  id: string;
  format: number;
  snapshot: string;
  sha256: string;
  pieces: number;
  compiled_at: number;
  checked_at: number;
}

export interface AdvisoryPiecesTable {
  file_id: string;
  number: number;
  bytes: Uint8Array;
}

export interface ExportsTable {
  id: Generated<number>;
  kind: string;
  selection: string;
  columns: string;
  format: string;
  language: string;
  /** running, succeeded, failed */
  status: string;
  progress: number;
  /** Of the job that writes it, or wrote it: only its chunks count. */
  attempt: number;
  failure_cause: string | null;
  failure_detail: string;
  created_by: string;
  created_at: number;
  finished_at: number | null;
  expires_at: number;
  row_count: number | null;
  bytes: number;
}

export interface ExportChunksTable {
  export_id: number;
  attempt: number;
  sequence: number;
  bytes: Uint8Array;
}

export interface ApiKeysTable {
  secret_id: string;
  secret_sealed: string;
  name: string;
  role: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
  /** NULL: it does not end. */
  expires_at: number | null;
  /** Of a temporary key: sha256 of its token, hex. */
  token_hash: string | null;
}

export interface AuditLogTable {
  id: Generated<number>;
  at: number;
  secret_id: string;
  key_name: string;
  action: string;
  parameters: string;
  code: string;
  request_id: string;
}

export interface SettingsTable {
  name: string;
  value: string;
}

/** What people allow us to ask of a registry; NULL where the settings of the installation hold. */
export interface RegistryLimitsTable {
  registry_id: number;
  requests: number | null;
  requests_window_ms: number | null;
  bytes: number | null;
  bytes_window_ms: number | null;
  concurrency: number | null;
}

/** What is left of a budget; what processes have drawn of it in advance is gone from it. */
export interface RegistryBudgetsTable {
  registry_id: number;
  /** One of `budgetKinds`. */
  kind: string;
  /** Of one window; NULL: unknown. */
  allowance: number | null;
  window_ms: number | null;
  /** Below zero where bytes came that nobody could foresee. */
  remaining: number;
  opens_at: number;
  /** 1: nobody knows when the window opens; one request finds out at `opens_at`. */
  probe: number;
}

/** What was fetched so far, older traffic counting less: for the speed to expect. */
export interface RegistryTrafficTable {
  registry_id: number;
  requests: number;
  bytes: number;
  /** Time in which a process had blobs open. */
  busy_ms: number;
}

/** Calls of one API key on one action, over all servers. */
export interface RateLimitsTable {
  name: string;
  points: number;
  resets_at: number;
}

/** Where containers run, and until when its word counts. */
export interface RuntimeSourcesTable {
  name: string;
  taken_at: number;
  expires_at: number;
  /** 1: the rows of images show it; 0: what it said is too old to be true. */
  counted: number;
  /** Why it could not be asked last; '' when it could. */
  failure: string;
}

export interface RuntimeImagesTable {
  source: string;
  key: string;
  reference: string;
  /** host[:port]/path and tag of the reference; '' where digests say which image it is. */
  address: string;
  tag: string;
  /** '' = unknown. */
  platform: string;
  containers: number;
}

export interface RuntimeDigestsTable {
  source: string;
  key: string;
  digest: string;
}

/** How the events of a registry fare; no row before there is anything to tell. */
export interface RegistryEventsTable {
  registry_id: number;
  /** Sealed, because senders sign with it; NULL: no events are taken. */
  token_sealed: string | null;
  accepted: Generated<number>;
  refused: Generated<number>;
  first_event_at: number | null;
  last_event_at: number | null;
  /** Of a deletion: some senders never tell of one. */
  last_deleted_at: number | null;
  last_refused_at: number | null;
  /** Begin of the last whole walk that reached its end. */
  complete_as_of: number | null;
  /** From an event to the look at what it was about, the last time. */
  lag_ms: number | null;
  /** What whole walks found that no event had told. */
  lost: Generated<number>;
}

/** What is to be looked at again, and for a while what was. */
export interface EventMarksTable {
  registry_id: number;
  repository: string;
  /** A tag; '' for the list of tags alone, '*' for every tag of it. */
  tag: string;
  /** Whether the last event was a push: then the tag should be there. */
  pushed: number;
  /** Counts the events: a mark that has changed during a look is looked at again. */
  revision: number;
  /** Looks that failed; above none where nothing waits any more: it was given up. */
  attempts: number;
  noticed_at: number;
  /** NULL when it waits no longer. */
  due_at: number | null;
}
