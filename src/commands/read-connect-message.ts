import { scanErrorCodes } from '../api/scan-error-codes.ts';
import { causes } from '../model/cause.ts';
import {
  type BlindSpot,
  blindSpots,
  type ConnectionReport,
  probeStages,
  type StageResult,
} from '../model/connection-report.ts';

const GAP = ' · ';
const CHECKED_AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MILLISECONDS = /^(\d{1,9}) ms$/;

/** The stages and blind spots in a server's ConnectMsg; undefined where it holds none. */
export function readConnectMessage(text: string): ConnectionReport | undefined {
  const lines = text.split('\n');
  const time = lines.find((line) => CHECKED_AT.test(line));
  if (time === undefined) return undefined;
  const fields = lines.map((line) => line.split(GAP));
  const stages = fields.flatMap(toStage);
  return { checkedAt: new Date(time), stages, blindSpots: fields.flatMap(toBlindSpot) };
}

function toStage([name, status, ...rest]: readonly string[]): readonly StageResult[] {
  const stage = probeStages.find((each) => each === name);
  if (!stage) return [];
  if (status === 'skipped') return [{ stage, status, detail: rest[0] ?? '' }];
  const milliseconds = Number(MILLISECONDS.exec(rest[0] ?? '')?.[1] ?? 0);
  if (status === 'ok') return [{ stage, status, milliseconds, detail: rest[1] ?? '' }];
  const cause = causes.find((each) => scanErrorCodes[each] === rest[1]) ?? 'registry-error';
  return [{ stage, status: 'failed', milliseconds, cause, detail: rest[3] ?? '' }];
}

function toBlindSpot([first, kind, , detail]: readonly string[]): readonly BlindSpot[] {
  const known = blindSpots.find((each) => each === kind);
  return first === 'blind spot' && known ? [{ kind: known, detail: detail ?? '' }] : [];
}
