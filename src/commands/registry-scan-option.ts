import { Option } from 'commander';

const choices = ['newest', 'all', 'off'] as const;
export type ScanChoice = (typeof choices)[number];

/** What is scanned after each sync; a bare `--scan` means the newest. */
export function registryScanOption(): Option {
  return new Option(
    '--scan [which]',
    'after each sync authorise and scan the newest image of each repository, or all that are new',
  )
    .choices(choices.filter((choice) => choice !== 'off'))
    .preset('newest');
}

/** The same for a registry that is there, where it may end. */
export function changedScanOption(): Option {
  return new Option(
    '--scan <which>',
    'what to authorise and scan after each sync: the newest image of each repository, all that are new, or none (off)',
  ).choices(choices);
}

/** The parameters of the API; `off` leaves for later which it was. */
export function scanParameters(choice: ScanChoice | undefined): {
  readonly NeedScan?: boolean;
  readonly SyncMode?: number;
} {
  if (choice === undefined) return {};
  return choice === 'off' ? { NeedScan: false } : { NeedScan: true, SyncMode: choice === 'all' ? 1 : 0 };
}
