import type { Cause } from '../model/cause.ts';
import type { ConnectionReport } from '../model/connection-report.ts';
import type { Digest } from '../model/digest.ts';
import type { Image } from '../model/image.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { MalwareFile, MalwareReport } from '../model/malware-file.ts';
import type { ChangeReason, FindingChange } from '../model/match-change.ts';
import type { ConnectionStatus, Registry, RegistrySettings, SkippedCounts } from '../model/registry.ts';
import type { Risk } from '../model/risk.ts';
import type { KindState, ScanKind, ScanStatus, Summary, TaskStatus } from '../model/scan.ts';
import type { Severity } from '../model/severity.ts';
import type { SyncChoice } from '../model/sync-choice.ts';
import type { AffectedPackage, Suppressed, Vulnerability } from '../model/vulnerability.ts';
import type { AuditStore } from './audit-log.ts';
import type { AuthorizationStore } from './authorizations.ts';
import type { BudgetStore } from './budgets.ts';
import type { Database } from './database.ts';
import type { EventStore } from './events.ts';
import type { ExportStore } from './export-store.ts';
import type { IgnoreRuleStore } from './ignore-rules.ts';
import type { ImageCondition, ImageQuery, ImageSelection } from './image-query.ts';
import type { ImageTotals } from './image-totals.ts';
import type { JobDelivery } from './job-delivery.ts';
import type { LayerReportUse } from './layer-report-use.ts';
import type { LeaseStore } from './leases.ts';
import type { MalwareStore } from './malware.ts';
import type { MatchChangeStore } from './match-changes.ts';
import type { MatchStore } from './matches.ts';
import type { Namespace, NamespaceQuery } from './namespaces.ts';
import type { OperationFigures } from './operation-figures.ts';
import type { RateLimitStore } from './rate-limits.ts';
import type { RiskStore } from './risks.ts';
import type { RuntimeStore } from './runtime-store.ts';
import type { ScanEstimateStore } from './scan-estimates.ts';
import type { ScanScheduleStore } from './scan-schedule.ts';
import type { SharedAdvisoryStore } from './shared-advisories.ts';
import type { TagStore } from './tag-facts.ts';
import type { TrustStore } from './trust.ts';
import type { RegistryChange, RegistryUpdate } from './update-registry.ts';
import type { VulnerabilityStore } from './vulnerabilities.ts';

/** Everything that outlives a request. One implementation in Kysely, on SQLite and PostgreSQL alike. */
export interface Store {
  readonly registries: RegistryStore;
  readonly images: ImageStore;
  readonly authorizations: AuthorizationStore;
  readonly inventories: InventoryStore;
  readonly matches: MatchStore;
  readonly matchChanges: MatchChangeStore;
  readonly tags: TagStore;
  readonly trust: TrustStore;
  readonly findings: FindingStore;
  readonly vulnerabilities: VulnerabilityStore;
  readonly ignoreRules: IgnoreRuleStore;
  readonly malware: MalwareStore;
  readonly risks: RiskStore;
  readonly layerReports: LayerReportStore;
  readonly malwareReports: MalwareReportStore;
  readonly layerReportUse: LayerReportUse;
  readonly scanSchedule: ScanScheduleStore;
  readonly tasks: TaskStore;
  readonly jobs: JobStore;
  /** PostgreSQL's. */
  readonly jobDelivery: JobDelivery;
  readonly leases: LeaseStore;
  readonly sharedAdvisories: SharedAdvisoryStore;
  readonly events: EventStore;
  readonly exports: ExportStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
  readonly settings: SettingStore;
  operationFigures(now: Date): Promise<OperationFigures>;
  readonly scanEstimates: ScanEstimateStore;
  readonly budgets: BudgetStore;
  readonly rateLimits: RateLimitStore;
  readonly runtime: RuntimeStore;
  /** The time that everybody on this database goes by: PostgreSQL's; on SQLite that of this machine. */
  now(): Date;
  /** How far this machine's clock is ahead of that, in milliseconds; undefined until PostgreSQL has told its own. */
  clockAheadMs(): number | undefined;
  connections: Database['connections'];
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  /** @throws SchemaTooNew when a later version has changed the tables beyond what this one understands */
  checkSchema(): Promise<void>;
  close(): Promise<void>;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** One page, and how many rows there are before paging. */
export interface Listed<T> {
  readonly rows: readonly T[];
  readonly total: number;
}

// ── registries

export interface NewRegistry extends RegistrySettings {
  readonly name: string;
  readonly netType: string;
  readonly region: string;
  readonly version: string;
  readonly instanceId: string;
  readonly syncMode: number;
  readonly needScan: boolean;
  readonly webhookUrl: string;
  readonly webhookToken: string;
}

export interface RegistryQuery extends Page {
  readonly conditions: readonly RegistryCondition[];
  readonly sort: { readonly key: 'createdAt' | 'name' | 'syncedAt' | 'id'; readonly direction: 'asc' | 'desc' };
}

export interface RegistryCondition {
  readonly field: 'id' | 'name' | 'type' | 'url' | 'netType' | 'syncStatus';
  readonly match: 'equals' | 'contains';
  readonly values: readonly string[];
}

export interface RegistryStore {
  /** `created: false` and the existing id when the name is taken (compared exactly); nothing is stored then. */
  add(registry: NewRegistry): Promise<{ readonly id: number; readonly created: boolean }>;
  get(id: number): Promise<Registry | undefined>;
  /** The name is compared exactly. */
  findByName(name: string): Promise<Registry | undefined>;
  update(id: number, change: RegistryChange): Promise<RegistryUpdate>;
  /** With the password in clear. */
  settings(id: number): Promise<RegistrySettings | undefined>;
  list(query: RegistryQuery): Promise<Listed<Registry>>;
  /** Removes it with its images and its waiting jobs; false when there is none. */
  remove(id: number): Promise<boolean>;
  /** Without a report, that of an earlier test is kept while it says the same. */
  recordConnection(
    id: number,
    state: { status: ConnectionStatus; cause?: Cause; checkedAt: Date; report?: ConnectionReport },
  ): Promise<void>;
  /** What syncs look at from now on; false for an unknown registry. */
  chooseContent(id: number, choice: SyncChoice): Promise<boolean>;
  recordSync(id: number, state: SyncOutcome): Promise<void>;
  /** Marks them queued and adds one sync job each (none where one is waiting already); unknown ids are returned. */
  requestSync(ids: readonly number[] | 'all'): Promise<{ readonly unknown: readonly number[] }>;
  syncTimes(): Promise<readonly SyncTimes[]>;
  /** Adds a sync job for a planned time, unless somebody has acted on it or a sync is under way: false then. */
  startPlannedSync(registryId: number, slot: Date): Promise<boolean>;
  /** Over all registries: running when any is queued or running, failed when any failed. */
  syncState(): Promise<{
    readonly registries: number;
    /** How many of them neither wait nor run. */
    readonly settled: number;
    readonly status: 'running' | 'succeeded' | 'failed';
    readonly failed: readonly { readonly name: string; readonly cause?: Cause; readonly message: string }[];
    readonly latestSuccessAt?: Date;
  }>;
}

/** When a registry was listed, and by which planned time. */
export interface SyncTimes {
  readonly registryId: number;
  readonly addedAt: Date;
  /** End of the last sync that went well. */
  readonly syncedAt?: Date;
  readonly lastSlot?: Date;
}

export type SyncOutcome =
  | { readonly status: 'running' }
  /** It goes on later with what the walk that began then has not seen yet. */
  | { readonly status: 'waiting'; readonly walkStartedAt: Date }
  | {
      readonly status: 'succeeded';
      readonly at: Date;
      readonly skipped: Partial<SkippedCounts>;
      readonly message: string;
    }
  | { readonly status: 'failed'; readonly cause: Cause; readonly message: string };

// ── images

export interface ImageStore {
  list(query: ImageQuery): Promise<Listed<Image>>;
  /** Ids of the same rows in the same order: they stay what they were while the rows are read in parts. */
  ids(query: ImageQuery): Promise<readonly number[]>;
  /** In the order of the ids; those that are gone are left out. */
  byIds(ids: readonly number[]): Promise<readonly Image[]>;
  get(id: number): Promise<Image | undefined>;
  /** The newest row listing this config digest. */
  findByImageId(imageId: string): Promise<Image | undefined>;
  namespaces(query: NamespaceQuery): Promise<Listed<Namespace>>;
  /** `since`: for the counts of images that were listed lately. */
  totals(since: Date): Promise<ImageTotals>;
  /** Ids in a stable order (newest first). */
  select(selection: ImageSelection): Promise<readonly number[]>;
  /** History of the image config, oldest first, with the layer each instruction made. */
  history(artifactId: number): Promise<readonly HistoryEntry[]>;

  // for sync (inventory/)
  /** Paths of the repositories listed so far. */
  repositories(registryId: number): Promise<readonly string[]>;
  /** Known tags of a repository with the ETag of their last visit. */
  knownTags(registryId: number, repository: string): Promise<ReadonlyMap<string, KnownTag>>;
  /**
   * Records tags of one repository as seen, in one transaction: their rows, replacing rows of the same tag that are no
   * longer among them, and the repository's latest flag.
   */
  saveTags(registryId: number, repository: string, tags: readonly SeenTag[]): Promise<void>;
  /** Paths of the repositories whose tags a walk has seen to the end since then. */
  walkedSince(registryId: number, since: Date): Promise<ReadonlySet<string>>;
  recordWalked(registryId: number, repository: string, at: Date): Promise<void>;
  /** Marks tags as still there without reading their manifests again. */
  touchTags(tagIds: readonly number[], syncedAt: Date): Promise<void>;
  /** After a complete walk only, which ended `now`: deletes tags (and their rows) not seen since `startedAt`, and empty repositories. */
  removeUnseen(registryId: number, startedAt: Date, now: Date): Promise<number>;
  /** Of one repository: deletes these tags and their rows unless they were seen since `since`, and the repository when it is empty. */
  removeTags(registryId: number, repository: string, tagIds: readonly number[], since: Date): Promise<number>;
  /** Folds the appended differences of the row counters together (PostgreSQL); harmless at any time. */
  compactCounts(): Promise<void>;
}

export interface HistoryEntry {
  readonly createdAt?: string;
  readonly createdBy: string;
  readonly empty: boolean;
  readonly layer?: Digest;
  readonly size?: number;
}

export interface KnownTag {
  readonly id: number;
  /** When a walk last saw it. */
  readonly syncedAt: Date;
  readonly digest: Digest;
  readonly etag?: string;
  readonly skipped: Partial<SkippedCounts>;
  readonly images: number;
}

/** One platform image as sync read it. */
export interface SeenImage {
  readonly digest: Digest;
  readonly platform: string;
  readonly size: number;
  readonly createdAt?: Date;
  readonly pushedAt?: Date;
  readonly artifact: NewArtifact;
}

/** Content: one config and its layers, wherever it is listed. */
export interface NewArtifact {
  readonly imageId: Digest;
  readonly os: string;
  readonly layers: readonly ArtifactLayer[];
  readonly history: readonly HistoryEntry[];
}

export interface ArtifactLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  /** From the config's rootfs; absent when the config lists fewer. */
  readonly diffId?: Digest;
}

export interface SeenTag {
  readonly name: string;
  /** Of the index or manifest the tag points at. */
  readonly digest: Digest;
  readonly etag?: string;
  readonly syncedAt: Date;
  readonly images: readonly SeenImage[];
  readonly skipped: Partial<SkippedCounts>;
}

// ── what scans find

export interface Artifact {
  readonly id: number;
  readonly imageId: Digest;
  readonly os: string;
  readonly layers: readonly ArtifactLayer[];
  /** End of its last finished scan for vulnerabilities. */
  readonly scannedAt?: Date;
  readonly malwareScannedAt?: Date;
  readonly riskScannedAt?: Date;
  /** What its result was matched with: a key of matching/match-key.ts, '' where there were no advisories. */
  readonly matchedWith?: string;
}

/** What a match with the advisories found. */
export interface MatchedInventory {
  readonly vulnerabilities: readonly Vulnerability[];
  /** Absent: nothing was. */
  readonly suppressed?: readonly Suppressed[];
  /** What the match was made with: a key of matching/match-key.ts; '' where there were no advisories. */
  readonly advisorySnapshot: string;
}

/** What one scan found. A kind that its summary calls not-scanned was not looked for: what is stored of it stays. */
export type ScanResult = {
  readonly artifactId: number;
  readonly summary: Summary;
  /** Malicious files; absent when nobody looked, or nobody could. */
  readonly malware?: readonly MalwareFile[];
  /** Risky settings and secrets; absent when nobody looked. */
  readonly risks?: readonly Risk[];
} & ((MatchedInventory & { readonly inventory: Inventory }) | { readonly inventory?: undefined });

/** A stored inventory matched with other advisories than when it was scanned. */
export interface MatchedAgain extends MatchedInventory {
  readonly artifactId: number;
  readonly summary: Summary;
  /** Of the scan whose inventory was matched. */
  readonly scannedAt: Date;
  /** Why a vulnerability appeared or went, for the log of changes; `advisories-changed` when absent. */
  readonly reasonOf?: (change: FindingChange) => ChangeReason;
}

export interface InventoryStore {
  artifact(id: number): Promise<Artifact | undefined>;
  /** Inventory, findings, malware, risks and the summary of every row listing the artifact, in one transaction. */
  saveScan(result: ScanResult): Promise<void>;
  /**
   * Findings and counts of the artifact and of every row that lists it; false when it has been scanned meanwhile. Rows
   * that show a scan under way or a failure of their own go on showing it.
   */
  saveMatch(result: MatchedAgain): Promise<boolean>;
  /** Listed artifacts with a stored inventory that was matched with another snapshot, by id after `after`. */
  matchedOtherwise(snapshot: string, after: number, limit: number): Promise<readonly number[]>;
  get(artifactId: number): Promise<Inventory | undefined>;
  /** What the last match left out of the findings, and why. */
  suppressed(artifactId: number): Promise<readonly Suppressed[]>;
}

export interface StoredVulnerability extends Omit<Vulnerability, 'affected'> {
  /** Stable positive integer of this vulnerability in this installation. */
  readonly number: number;
  readonly affected: readonly AffectedPackage[];
  readonly fixable: boolean;
}

/** One condition; `values` are alternatives, and never empty. `equals` is exact, `contains` ignores case. */
export type VulnerabilityCondition =
  | { readonly kind: 'severity'; readonly values: readonly Severity[] }
  /** By id; with `contains` by title, too. */
  | { readonly kind: 'name'; readonly match: 'equals' | 'contains'; readonly values: readonly string[] }
  /** Affects a package of one of these names. */
  | { readonly kind: 'package'; readonly match: 'equals' | 'contains'; readonly values: readonly string[] }
  /** Affects a package of one of these versions. */
  | { readonly kind: 'package-version'; readonly match: 'equals' | 'contains'; readonly values: readonly string[] }
  /** Affects a package of one of these ecosystems; `without`: affects none of them. */
  | { readonly kind: 'ecosystem'; readonly values: readonly string[]; readonly without: boolean }
  | { readonly kind: 'fixable' }
  | { readonly kind: 'exploited' }
  /** Something that exploits it is published. */
  | { readonly kind: 'exploit-public' }
  /** Left out of the counts by a rule. Without this condition such findings are left out of the list, too. */
  | { readonly kind: 'ignored' }
  /** Nothing fulfils an empty list. */
  | { readonly kind: 'any-of'; readonly conditions: readonly VulnerabilityCondition[] };

/** Conditions are joined by AND. */
export interface VulnerabilityQuery extends Page {
  readonly conditions: readonly VulnerabilityCondition[];
}

export interface FindingStore {
  /** Worst first, then by id. */
  vulnerabilities(artifactId: number, query: VulnerabilityQuery): Promise<Listed<StoredVulnerability>>;
  /** Numbers of the same rows in the same order: they stay what they were while the rows are read in parts. */
  numbers(artifactId: number, query: VulnerabilityQuery): Promise<readonly number[]>;
  /** In the order of the numbers; what the artifact no longer has is left out. */
  byNumbers(artifactId: number, numbers: readonly number[]): Promise<readonly StoredVulnerability[]>;
}

/** What was found in a layer, by the layer's digest and a fingerprint of everything that looked. */
export interface ReportStore<Report> {
  get(digest: Digest, fingerprint: string): Promise<Report | undefined>;
  put(report: Report, fingerprint: string): Promise<void>;
}
export type LayerReportStore = ReportStore<LayerReport>;
export type MalwareReportStore = ReportStore<MalwareReport>;

// ── tasks and jobs

export interface NewTask {
  readonly kinds: readonly ScanKind[];
  readonly selection: ImageSelection;
  readonly timeoutSeconds?: number;
  readonly createdBy: string;
  /** Nobody waits for it. */
  readonly scheduled?: boolean;
}

export interface TaskProgress {
  readonly id?: number;
  readonly status: TaskStatus | 'none';
  readonly total: number;
  readonly finished: number;
  readonly succeeded: number;
  readonly atRisk: number;
  /** Whole percent. */
  readonly progress: number;
  readonly remainingSeconds: number;
  readonly images: readonly ImageScanProgress[];
}

export interface ImageScanProgress {
  readonly image: Image;
  readonly status: ScanStatus;
  readonly vulnerability: KindState;
  readonly malware: KindState;
  readonly risk: KindState;
}

export interface TaskStore {
  /** Only authorised images; undefined when none is selected. One transaction: the task and one job per image. */
  create(task: NewTask): Promise<{ readonly id: number; readonly images: number } | undefined>;
  /** undefined for an unknown task. At most `imageLimit` images are listed. */
  progress(taskId: number, imageLimit: number): Promise<TaskProgress | undefined>;
  /** The same over the running scans and last states of selected images. */
  progressOf(selection: ImageSelection, imageLimit: number): Promise<TaskProgress>;
  /** Stops what has not finished; idempotent. false for an unknown task. */
  cancel(taskId: number): Promise<boolean>;
  /** Stops the unfinished scans of these images, in whatever task. */
  cancelImages(selection: ImageSelection): Promise<number>;
  list(page: Page): Promise<Listed<TaskListEntry>>;
  /** undefined for an unknown task. */
  get(taskId: number): Promise<TaskEntry | undefined>;
  /** The newest task that looks for this kind. */
  latest(kind: ScanKind): Promise<TaskEntry | undefined>;
  /** Different vulnerabilities of the task's images that are counted, that is not ignored. */
  countVulnerabilities(taskId: number): Promise<number>;

  // for the workers
  /** Marks the image as being scanned for those of the task's kinds that are `supported`; undefined when there is nothing to do any more. */
  start(taskId: number, imageId: number, supported: readonly ScanKind[]): Promise<StartedScan | undefined>;
  /** Whole percent of the kinds that are being looked for. */
  recordProgress(
    taskId: number,
    imageId: number,
    percents: Readonly<Partial<Record<ScanKind, number>>>,
    remainingSeconds: number,
  ): Promise<void>;
  /** The image takes the state of its artifact's last finished scan. */
  reuse(imageId: number): Promise<void>;
  /** Ends one image of a task, and the task with its last; what has ended before stays as it is. */
  finish(taskId: number, imageId: number, outcome: 'succeeded' | 'failed'): Promise<void>;
  /**
   * The same for a scan that gave no result: the row takes status and cause, findings of an earlier scan stay.
   * `scan-timeout` ends the image as timed out.
   */
  fail(taskId: number, imageId: number, failure: { readonly cause: Cause; readonly detail: string }): Promise<void>;
  /** Tasks past their deadline are ended and their images marked; returns their ids. */
  expire(now: Date): Promise<readonly number[]>;
}

export interface TaskEntry {
  readonly id: number;
  readonly kinds: readonly ScanKind[];
  readonly status: TaskStatus;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
}

export interface TaskListEntry {
  readonly id: number;
  readonly status: TaskStatus;
  readonly total: number;
  readonly finished: number;
  readonly createdAt: Date;
  readonly finishedAt?: Date;
  readonly createdBy: string;
}

/** What a worker needs to scan one image of a task. */
export interface StartedScan {
  readonly image: Image;
  readonly kinds: readonly ScanKind[];
  readonly taskCreatedAt: Date;
  readonly deadline?: Date;
}

export type JobKind = 'sync' | 'scan' | 'export';

export interface Job {
  readonly id: number;
  readonly kind: JobKind;
  /** Of syncs and scans. */
  readonly registryId?: number;
  readonly taskId?: number;
  readonly imageId?: number;
  readonly exportId?: number;
  readonly attempt: number;
}

/** A lease-based queue: a dead worker's job is claimed again after its lease. */
export interface JobStore {
  claim(worker: string, now: Date, leaseMs: number): Promise<Job | undefined>;
  /** false when the job is no longer this worker's (cancelled, removed, or taken over): stop working on it. */
  renew(jobId: number, worker: string, now: Date, leaseMs: number): Promise<boolean>;
  complete(jobId: number, worker: string): Promise<void>;
  /** Puts it back, to be claimed not before `at`. */
  retry(jobId: number, worker: string, at: Date): Promise<void>;
  /** Puts it back as if it had not been claimed, to be claimed not before `at`: its worker stops, or it has to wait. */
  giveBack(jobId: number, worker: string, at: Date): Promise<void>;
  /** Frees jobs whose lease has passed (or all leased ones, when the caller knows that nobody else works) and resets their images. */
  release(now: Date, all: boolean): Promise<number>;
  /** The clock was set back: what waits for longer than anything may, a job, a registry's budget or a look, waits no more. */
  bringForward(now: Date): Promise<void>;
  waiting(): Promise<number>;
}

// ── keys and settings

export type KeyRole = 'admin' | 'reader';

export interface ApiKey {
  readonly secretId: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
  /** Absent: it does not end. */
  readonly expiresAt?: Date;
  /** Valid only together with its token. */
  readonly temporary: boolean;
}

export interface NewKey {
  readonly name: string;
  readonly role: KeyRole;
  readonly secretId?: string;
  readonly secretKey?: string;
  readonly expiresAt?: Date;
  /** Makes a token that has to be sent with every call. */
  readonly temporary?: boolean;
}

/** What is shown this once: the store keeps the secret sealed, and of the token a hash. */
export interface CreatedKey extends ApiKey {
  readonly secretKey: string;
  readonly token?: string;
}

/** A key to verify a call with. */
export interface UsableKey extends ApiKey {
  readonly secretKey: string;
  /** Whether the token, '' for none, is the one this key needs. */
  accepts(token: string): boolean;
}

export interface KeyStore {
  /** Stores a given pair, or makes one; the secret is returned this once. Replaces the secret of an existing id. */
  create(key: NewKey): Promise<CreatedKey>;
  /** With the secret in clear; undefined when unknown, revoked or expired. */
  find(secretId: string): Promise<UsableKey | undefined>;
  list(): Promise<readonly ApiKey[]>;
  revoke(secretId: string): Promise<boolean>;
  recordUse(secretId: string, at: Date): Promise<void>;
}

export interface SettingStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

export type { ImageCondition, ImageQuery, ImageSelection };
