import type { LayerReportUse } from '../store/layer-report-use.ts';
import type { SettingStore } from '../store/store.ts';

const SETTING = 'layer-report-walk';
const ARTIFACTS_PER_STEP = 500;
const REPORTS_PER_STEP = 200;
const DAY_MS = 86_400_000;
/** Time that one call may take, so that the other work of housekeeping does not wait. */
const CALL_MS = 500;

/** How far the walk over all listed artifacts has come, and when the last complete one began. Milliseconds since 1970. */
interface Walk {
  readonly after: number;
  readonly startedAt: number;
  readonly completeSince: number;
}

/**
 * One step of forgetting layer reports that nobody needs: a slow walk marks what listed images need, about four times in the kept time;
 * what has not been of use for `keepDays` goes. Nothing goes before a walk is complete and recent. Returns how many went.
 */
export async function pruneLayerReports(
  { use, settings }: { readonly use: LayerReportUse; readonly settings: SettingStore },
  keepDays: number,
  now: () => Date,
): Promise<number> {
  const keptMs = keepDays * DAY_MS;
  const at = now().getTime();
  const end = performance.now() + CALL_MS;
  const before = parseWalk(await settings.get(SETTING));
  const walk = await walkOn(before, use, keptMs, at, end);
  if (walk !== before) await settings.set(SETTING, JSON.stringify(walk));
  // What is listed was marked, or had been used a quarter of the kept time before the walk at most.
  if (at - walk.completeSince > keptMs / 2) return 0;
  let forgotten = 0;
  for (;;) {
    const some = await use.forget(new Date(at - keptMs), REPORTS_PER_STEP);
    forgotten += some;
    if (some < REPORTS_PER_STEP || performance.now() > end) return forgotten;
  }
}

async function walkOn(before: Walk, use: LayerReportUse, keptMs: number, at: number, end: number): Promise<Walk> {
  const idle = before.startedAt === before.completeSince;
  if (idle && at - before.completeSince < keptMs / 4) return before;
  const startedAt = idle ? at : before.startedAt;
  let after = idle ? 0 : before.after;
  do {
    const last = await use.markListed(after, ARTIFACTS_PER_STEP, new Date(startedAt - keptMs / 4));
    if (last === undefined) return { after: 0, startedAt, completeSince: startedAt };
    after = last;
  } while (performance.now() < end);
  return { ...before, after, startedAt };
}

const never: Walk = { after: 0, startedAt: 0, completeSince: 0 };

function parseWalk(text: string | undefined): Walk {
  if (text === undefined) return never;
  const { after, startedAt, completeSince } = JSON.parse(text) as Partial<Walk>;
  return { after: after ?? 0, startedAt: startedAt ?? 0, completeSince: completeSince ?? 0 };
}
