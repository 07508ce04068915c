import type { BuildStep } from '../built-image.ts';
import type { ConfigCheck, Sighting } from '../config-check.ts';
import { showStep } from '../show-step.ts';

const REMOTE = /(?:^|[\s"'[,])(?:https?|ftp|git|ssh):\/\/|(?:^|[\s"'[,])git@/i;
const PLAIN_HTTP = /(?:^|[\s"'[,])(?:http|ftp|git):\/\//i;
/** How the classic builder names what it added: its name is gone. */
const ANONYMOUS = /^(?:file|dir|multi):[0-9a-f]{32,64} in /;
const ARCHIVE = /\.(?:tar|t?[gx]z|tbz2?|tzst|tar\.(?:gz|xz|bz2|zst|lzma))["']?(?:[\s,]|$)/i;

export const addInstruction: ConfigCheck = {
  id: 'CIS-DI-0009',
  title: 'ADD is used where COPY would do',
  severity: 'low',
  behavior: 'build',
  solution: 'Use COPY for files; fetch what is remote with a checksum: ADD --checksum, or a RUN that compares it',
  check({ steps }) {
    const first = steps.find(({ entry }) => !entry.emptyLayer);
    return steps.flatMap((step): readonly Sighting[] => {
      if (step.keyword !== 'ADD') return [];
      const flaw = flawOf(step, step === first);
      return flaw ? [{ place: 'instruction', instruction: showStep(step), ...flaw }] : [];
    });
  },
};

function flawOf({ text }: BuildStep, isFirst: boolean): Pick<Sighting, 'detail' | 'severity'> | undefined {
  const line = text.slice(0, 10_000);
  if (PLAIN_HTTP.test(line))
    return { detail: 'it fetches over a connection that anybody may change', severity: 'high' };
  if (REMOTE.test(line))
    return { detail: 'it fetches from the network what no history tells to be checked', severity: 'medium' };
  // The root file system of a base image comes from an archive.
  if ((isFirst && ANONYMOUS.test(line)) || /^\S{1,1000} in \/\s*$/.test(line) || ARCHIVE.test(line)) return undefined;
  return {};
}
