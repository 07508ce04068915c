import { Command } from 'commander';
import { defineAdvisoriesChanges } from './advisories-changes.ts';
import { defineAdvisoriesImport } from './advisories-import.ts';
import { defineAdvisoriesStatus } from './advisories-status.ts';
import { defineAdvisoriesUpdate } from './advisories-update.ts';
import { defineAuditList } from './audit-list.ts';
import { defineCall } from './call.ts';
import type { CommandContext } from './command-context.ts';
import { defineConfig } from './config.ts';
import { defineDoctor } from './doctor.ts';
import { defineImageAuthorize } from './image-authorize.ts';
import { defineImageList } from './image-list.ts';
import { defineImageShow } from './image-show.ts';
import { defineImageTrust } from './image-trust.ts';
import { defineImageUntrust } from './image-untrust.ts';
import { defineImageWhy } from './image-why.ts';
import { defineImageWhyNot } from './image-why-not.ts';
import { defineImageWhyTrusted } from './image-why-trusted.ts';
import { defineKeyCreate } from './key-create.ts';
import { defineKeyList } from './key-list.ts';
import { defineKeyRevoke } from './key-revoke.ts';
import { wrap } from './output/wrap.ts';
import { packageVersion } from './package-version.ts';
import { defineRegistryAdd } from './registry-add.ts';
import { defineRegistryBudget } from './registry-budget.ts';
import { defineRegistryEvents } from './registry-events.ts';
import { defineRegistryList } from './registry-list.ts';
import { defineRegistryRemove } from './registry-remove.ts';
import { defineRegistrySync } from './registry-sync.ts';
import { defineRegistryTest } from './registry-test.ts';
import { defineRegistryUpdate } from './registry-update.ts';
import { defineRegistryWebhook } from './registry-webhook.ts';
import { defineScan } from './scan.ts';
import { defineServe } from './serve.ts';
import { defineStoreBackup } from './store-backup.ts';
import { defineStoreCopy } from './store-copy.ts';
import { defineTaskList } from './task-list.ts';
import { defineTaskStart } from './task-start.ts';
import { defineTaskStatus } from './task-status.ts';
import { defineTaskStop } from './task-stop.ts';
import { defineWorker } from './worker.ts';

type Define = (parent: Command, context: CommandContext) => void;

/** Commands in the order of the help; a group's name is followed by what it is about. */
const groups: readonly { readonly name: string; readonly description: string; readonly commands: readonly Define[] }[] =
  [
    {
      name: 'registry',
      description: 'registries and their sync',
      commands: [
        defineRegistryAdd,
        defineRegistryList,
        defineRegistryUpdate,
        defineRegistryTest,
        defineRegistrySync,
        defineRegistryBudget,
        defineRegistryWebhook,
        defineRegistryEvents,
        defineRegistryRemove,
      ],
    },
    {
      name: 'image',
      description: 'images and what is known about them',
      commands: [
        defineImageList,
        defineImageShow,
        defineImageWhy,
        defineImageWhyNot,
        defineImageWhyTrusted,
        defineImageAuthorize,
        defineImageTrust,
        defineImageUntrust,
      ],
    },
    {
      name: 'task',
      description: 'scans under way',
      commands: [defineTaskStart, defineTaskStatus, defineTaskList, defineTaskStop],
    },
    {
      name: 'advisories',
      description: 'what is known about vulnerabilities',
      commands: [defineAdvisoriesUpdate, defineAdvisoriesImport, defineAdvisoriesStatus, defineAdvisoriesChanges],
    },
    { name: 'key', description: 'API keys', commands: [defineKeyCreate, defineKeyList, defineKeyRevoke] },
    { name: 'store', description: 'where everything is kept', commands: [defineStoreCopy, defineStoreBackup] },
    { name: 'audit', description: 'who changed what', commands: [defineAuditList] },
  ];

/** All commands, with their help; the reference is written from them. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('plimsoll')
    .description('Knows whether the container images in all your registries are safe to run.')
    .version(packageVersion())
    .option('--endpoint <url>', 'server to talk to (PLIMSOLL_ENDPOINT)')
    .option('--data-dir <folder>', 'data folder (PLIMSOLL_DATA_DIR)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, ...(terminal.width ? { helpWidth: terminal.width } : {}) })
    .configureOutput({
      writeOut: (text) => terminal.out(wrapHelp(text, terminal.width)),
      writeErr: (text) => terminal.note(wrapHelp(text, terminal.width)),
    })
    .addHelpText(
      'after',
      `
Examples:
  plimsoll serve
  plimsoll registry add staging https://registry.example.com -u scanner
  plimsoll registry sync staging --wait
  plimsoll image list --latest
  plimsoll scan registry.example.com/team/app:1.2 --fail-on critical,kev`,
    );
  defineServe(program, context);
  defineWorker(program, context);
  defineScan(program, context);
  for (const { name, description, commands } of groups) {
    const group = program.command(name).description(description);
    for (const define of commands) define(group, context);
  }
  defineCall(program, context);
  defineConfig(program, context);
  defineDoctor(program, context);
  pointToHelp(program, program.name());
  return program;
}

/** After a wrong usage, where to read about this very command. */
function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`  fix: ${name} --help`);
  for (const child of command.commands) pointToHelp(child, `${name} ${child.name()}`);
}

const EXAMPLE = /^ +plimsoll /;

/** What commander leaves to the terminal: the texts below a help. Examples stay whole, to be copied. */
function wrapHelp(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const wrapped = (line: string) =>
    EXAMPLE.test(line) ? line : wrap(line, width, line.slice(0, line.length - line.trimStart().length));
  return text.split('\n').map(wrapped).join('\n');
}
