import { type AdvisoryStatus, readAdvisoryStatus } from '../../advisories/status.ts';
import { knowsExploited } from '../describe-snapshot.ts';
import { countOf } from '../output/count-of.ts';
import { formatAge } from '../output/units.ts';
import type { Diagnosis, Examination, Examined } from './examination.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EPSS_FEED = 'epss/scores';
const UPDATE = 'plimsoll advisories update, or plimsoll advisories import <folder> where there is no network.';

/** Whether there are advisories, how old they are, and what the feeds beside them say. */
export const advisories: Examination = {
  part: 'advisories',
  examine: async (examined) => {
    const status = await readAdvisoryStatus(examined.config.dataDir, examined.now);
    return [ageOf(status, examined), ...missingFeeds(status), exploitedOf(status), epssOf(status, examined)];
  },
};

function ageOf({ snapshot, ageMs = 0 }: AdvisoryStatus, { config, now }: Examined): Diagnosis {
  const part = 'advisories';
  if (!snapshot) {
    return { part, condition: 'broken', detail: 'there are none, so vulnerabilities are unknown', fix: UPDATE };
  }
  const detail = `${countOf(snapshot.advisories, 'advisory', 'advisories')}, checked ${formatAge(new Date(snapshot.checkedAt), now)}`;
  if (ageMs <= config.advisoriesMaxAgeDays * DAY_MS) return { part, condition: 'ok', detail };
  return {
    part,
    condition: 'warning',
    detail: `${detail}: older than ${countOf(config.advisoriesMaxAgeDays, 'day')}, so counts are incomplete`,
    fix: UPDATE,
  };
}

const missingFeeds = ({ feeds }: AdvisoryStatus): readonly Diagnosis[] =>
  feeds.flatMap(({ name, missing }) =>
    missing === undefined
      ? []
      : [
          {
            part: `feed ${name}`,
            condition: 'warning' as const,
            detail: `the last update did not get it: ${missing}`,
            fix: UPDATE,
          },
        ],
  );

function exploitedOf({ snapshot }: AdvisoryStatus): Diagnosis {
  const part = 'kev';
  if (!snapshot) return { part, condition: 'skipped', detail: 'there are no advisories' };
  if (knowsExploited(snapshot)) {
    return { part, condition: 'ok', detail: `${snapshot.exploited} known to be exploited` };
  }
  const fix = 'plimsoll advisories update, or plimsoll advisories import <folder> --kev <file>';
  return { part, condition: 'warning', detail: "CISA's catalogue is missing: what is exploited is unknown", fix };
}

function epssOf({ feeds }: AdvisoryStatus, { config, now }: Examined): Diagnosis {
  const part = 'epss';
  const feed = feeds.find(({ name }) => name === EPSS_FEED);
  if (feed?.checkedAt) {
    return { part, condition: 'ok', detail: `scores, checked ${formatAge(new Date(feed.checkedAt), now)}` };
  }
  if (config.epssUrl === '') {
    return {
      part,
      condition: 'skipped',
      detail: 'not set up (PLIMSOLL_EPSS_URL): there are no chances of exploitation',
    };
  }
  return { part, condition: 'warning', detail: 'there are no scores yet', fix: UPDATE };
}
