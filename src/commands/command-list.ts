import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

export type Define = (parent: Command, context: CommandContext) => void;

export interface ListedCommand {
  readonly name: string;
  /** Loaded when it is asked for: each needs other parts of Plimsoll, and most little of it. */
  readonly load: () => Promise<Define>;
}

export interface ListedGroup {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly ListedCommand[];
}

/** In the order of the help. */
export const commandList: readonly (ListedCommand | ListedGroup)[] = [
  { name: 'serve', load: async () => (await import('./serve.ts')).defineServe },
  { name: 'worker', load: async () => (await import('./worker.ts')).defineWorker },
  { name: 'scan', load: async () => (await import('./scan.ts')).defineScan },
  {
    name: 'registry',
    description: 'registries and their sync',
    commands: [
      { name: 'add', load: async () => (await import('./registry-add.ts')).defineRegistryAdd },
      { name: 'list', load: async () => (await import('./registry-list.ts')).defineRegistryList },
      { name: 'update', load: async () => (await import('./registry-update.ts')).defineRegistryUpdate },
      { name: 'test', load: async () => (await import('./registry-test.ts')).defineRegistryTest },
      { name: 'sync', load: async () => (await import('./registry-sync.ts')).defineRegistrySync },
      { name: 'budget', load: async () => (await import('./registry-budget.ts')).defineRegistryBudget },
      { name: 'webhook', load: async () => (await import('./registry-webhook.ts')).defineRegistryWebhook },
      { name: 'events', load: async () => (await import('./registry-events.ts')).defineRegistryEvents },
      { name: 'remove', load: async () => (await import('./registry-remove.ts')).defineRegistryRemove },
    ],
  },
  {
    name: 'image',
    description: 'images and what is known about them',
    commands: [
      { name: 'list', load: async () => (await import('./image-list.ts')).defineImageList },
      { name: 'show', load: async () => (await import('./image-show.ts')).defineImageShow },
      { name: 'why', load: async () => (await import('./image-why.ts')).defineImageWhy },
      { name: 'why-not', load: async () => (await import('./image-why-not.ts')).defineImageWhyNot },
      { name: 'why-trusted', load: async () => (await import('./image-why-trusted.ts')).defineImageWhyTrusted },
      { name: 'authorize', load: async () => (await import('./image-authorize.ts')).defineImageAuthorize },
      { name: 'trust', load: async () => (await import('./image-trust.ts')).defineImageTrust },
      { name: 'untrust', load: async () => (await import('./image-untrust.ts')).defineImageUntrust },
    ],
  },
  {
    name: 'task',
    description: 'scans under way',
    commands: [
      { name: 'start', load: async () => (await import('./task-start.ts')).defineTaskStart },
      { name: 'status', load: async () => (await import('./task-status.ts')).defineTaskStatus },
      { name: 'list', load: async () => (await import('./task-list.ts')).defineTaskList },
      { name: 'stop', load: async () => (await import('./task-stop.ts')).defineTaskStop },
    ],
  },
  {
    name: 'advisories',
    description: 'what is known about vulnerabilities',
    commands: [
      { name: 'update', load: async () => (await import('./advisories-update.ts')).defineAdvisoriesUpdate },
      { name: 'import', load: async () => (await import('./advisories-import.ts')).defineAdvisoriesImport },
      { name: 'status', load: async () => (await import('./advisories-status.ts')).defineAdvisoriesStatus },
      { name: 'changes', load: async () => (await import('./advisories-changes.ts')).defineAdvisoriesChanges },
    ],
  },
  {
    name: 'runtime',
    description: 'which images run',
    commands: [
      { name: 'report', load: async () => (await import('./runtime-report.ts')).defineRuntimeReport },
      { name: 'list', load: async () => (await import('./runtime-list.ts')).defineRuntimeList },
      { name: 'forget', load: async () => (await import('./runtime-forget.ts')).defineRuntimeForget },
    ],
  },
  {
    name: 'key',
    description: 'API keys',
    commands: [
      { name: 'create', load: async () => (await import('./key-create.ts')).defineKeyCreate },
      { name: 'list', load: async () => (await import('./key-list.ts')).defineKeyList },
      { name: 'revoke', load: async () => (await import('./key-revoke.ts')).defineKeyRevoke },
    ],
  },
  {
    name: 'store',
    description: 'backups, and moving between SQLite and PostgreSQL',
    commands: [
      { name: 'copy', load: async () => (await import('./store-copy.ts')).defineStoreCopy },
      { name: 'backup', load: async () => (await import('./store-backup.ts')).defineStoreBackup },
    ],
  },
  {
    name: 'audit',
    description: 'who changed what',
    commands: [{ name: 'list', load: async () => (await import('./audit-list.ts')).defineAuditList }],
  },
  { name: 'call', load: async () => (await import('./call.ts')).defineCall },
  { name: 'config', load: async () => (await import('./config.ts')).defineConfig },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).defineDoctor },
];
