import type { Command } from 'commander';
import { changedScanOption, type ScanChoice } from './registry-scan-option.ts';
import { requestsPerSecond } from './requests-per-second.ts';

export interface ConnectionOptions {
  readonly username?: string;
  readonly password?: true;
  readonly passwordStdin?: true;
  readonly url?: string;
  readonly insecure?: boolean;
  readonly speedLimit?: number;
  readonly region?: string;
  readonly instance?: string;
  readonly scan?: ScanChoice;
}

const names = [
  'username',
  'password',
  'passwordStdin',
  'url',
  'insecure',
  'speedLimit',
  'region',
  'instance',
  'scan',
] as const satisfies readonly (keyof ConnectionOptions)[];

/** The options by which people change how a registry is reached. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('-u, --username <name>', "account that may pull and list repositories; '' for anonymous access")
    .option('--password', 'ask for the password of the account')
    .option('--password-stdin', 'read it from standard input')
    .option('--url <url>', 'address of the registry')
    .option('--insecure', 'accept any TLS certificate')
    .option('--no-insecure', 'verify its TLS certificate')
    .option('--speed-limit <requests>', 'requests a second at most; 0 = no limit', requestsPerSecond)
    .option('--region <region>', 'region of a cloud registry whose address does not tell it')
    .option(
      '--instance <id>',
      "instance of a cloud registry whose address does not tell it, such as tcr-…; '' for none",
    )
    .addOption(changedScanOption());
}

export const givesConnection = (options: ConnectionOptions): boolean =>
  names.some((name) => options[name] !== undefined);
