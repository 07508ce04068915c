import type { Transaction } from 'kysely';
import type { ChangeKind, ChangeReason, FindingChange, FindingFacts } from '../model/match-change.ts';
import { severities } from '../model/severity.ts';
import type { Tables } from './tables.ts';

/** Below both engines' limits on parameters per statement. */
const ROWS_PER_STATEMENT = 500;
const NAMES_SHOWN = 5;
const NO_FIX = 'no fix';

/** Writes down what a match found otherwise than the one before; differences that nobody would act on are left out. */
export async function recordChanges(
  trx: Transaction<Tables>,
  match: { readonly artifactId: number; readonly from: string; readonly to: string; readonly at: Date },
  changes: readonly FindingChange[],
  reasonOf: (change: FindingChange) => ChangeReason,
): Promise<void> {
  const rows = changes.flatMap((change) => {
    const described = describe(change, reasonOf);
    const facts = change.after ?? change.before;
    if (!described || !facts) return [];
    return [
      {
        at: match.at.getTime(),
        artifact_id: match.artifactId,
        from_match: match.from,
        to_match: match.to,
        vulnerability_id: change.vulnerabilityId,
        ...described,
        severity: severities.indexOf(facts.severity),
        packages: some(facts.affected.map(({ package: { name, version } }) => `${name} ${version}`)),
      },
    ];
  });
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
    await trx
      .insertInto('match_changes')
      .values(rows.slice(at, at + ROWS_PER_STATEMENT))
      .execute();
  }
}

interface Described {
  readonly change: ChangeKind;
  readonly reason: ChangeReason;
  readonly detail: string;
}

function describe(change: FindingChange, reasonOf: (change: FindingChange) => ChangeReason): Described | undefined {
  const { before, after } = change;
  if (!before && after) return { change: 'appeared', reason: reasonOf(change), detail: advisoriesOf(after) };
  if (before && !after) return { change: 'gone', reason: reasonOf(change), detail: advisoriesOf(before) };
  if (!before || !after) return undefined;
  const [detail, reason] = difference(before, after) ?? [];
  return detail !== undefined && reason ? { change: 'changed', reason, detail } : undefined;
}

/** Scores, paths and layers may differ, too: that moves no image up or down anybody's list. */
function difference(before: FindingFacts, after: FindingFacts): readonly [string, ChangeReason] | undefined {
  if (before.severity !== after.severity) return [`${before.severity} → ${after.severity}`, 'severity-changed'];
  if (before.exploited !== after.exploited) {
    return [after.exploited ? 'now known to be exploited' : 'no longer listed as exploited', 'exploitation-changed'];
  }
  const [old, now] = [fixesOf(before), fixesOf(after)];
  return old === now ? undefined : [`${old} → ${now}`, 'fix-changed'];
}

const fixesOf = ({ affected }: FindingFacts) => some(affected.map(({ fixedVersion }) => fixedVersion ?? NO_FIX).sort());

const advisoriesOf = ({ affected }: FindingFacts) => some(affected.map(({ advisoryId }) => advisoryId));

/** The first of them, each once, and how many more there are. */
function some(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  const more = distinct.length - NAMES_SHOWN;
  return `${distinct.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
