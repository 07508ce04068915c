import { scanErrorCodes } from '../api/scan-error-codes.ts';
import { type Cause, causes } from '../model/cause.ts';
import type { RegistryRow } from './api-answers.ts';
import { registryAdviceOf } from './command-advice.ts';

/** What is wrong with a registry of the server. */
export interface RegistryFailure {
  readonly message: string;
  readonly fix: string;
}

/** `connected`, `failed`, `unknown`: the last check that the server made; `waiting` for its budget. */
export function connectionOf(row: RegistryRow): 'connected' | 'waiting' | 'failed' | 'unknown' {
  const status = row.ConnDetectDetail[0]?.ConnDetectStatus ?? '';
  if (row.ConnDetectDetail[0]?.ConnDetectMessage === scanErrorCodes['budget-spent']) return 'waiting';
  if (status === '') return 'unknown';
  return status === 'status_connected' ? 'connected' : 'failed';
}

/** Why its sync or its connection failed, the sync first, which knows more, or what it waits for; undefined otherwise. */
export function failureOf(row: RegistryRow): RegistryFailure | undefined {
  if (row.SyncStatus === 'failed') {
    const { code, detail } = splitCode(row.SyncMessage);
    return {
      message: [row.SyncFailReason, detail].filter(Boolean).join(': '),
      fix: adviceFor(code, row.SyncSolution),
    };
  }
  const check = row.ConnDetectDetail[0];
  if (check && connectionOf(row) === 'waiting') return { message: `${check.FailReason}.`, fix: check.Solution };
  if (!check || connectionOf(row) !== 'failed') return undefined;
  return {
    message: `${check.FailReason || check.ConnDetectMessage}.`,
    fix: `${adviceFor(check.ConnDetectMessage, check.Solution)} \`plimsoll registry test ${row.Url}\` tries it from this machine.`,
  };
}

/** `ConnFailed: what exactly` into its parts. */
function splitCode(text: string): { readonly code: string; readonly detail: string } {
  const colon = text.indexOf(': ');
  const code = colon < 0 ? '' : text.slice(0, colon);
  return causeOfCode(code) ? { code, detail: text.slice(colon + 2) } : { code: '', detail: text };
}

/** Our advice for the API's code of a cause; the server's where the code is not known. */
function adviceFor(code: string, solution: string): string {
  const cause = causeOfCode(code);
  return cause ? registryAdviceOf(cause) : solution;
}

const causeOfCode = (code: string): Cause | undefined => causes.find((cause) => scanErrorCodes[cause] === code);
