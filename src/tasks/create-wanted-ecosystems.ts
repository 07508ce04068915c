import { osvEcosystems } from '../advisories/osv-ecosystems.ts';
import type { CoverageGap } from '../model/vulnerability.ts';
import type { SettingStore } from '../store/store.ts';

/** Ecosystems whose advisories some image turned out to need, kept in the store so that every server asks for them. */
export interface WantedEcosystems {
  /** Base names as OSV.dev has them. */
  list(): Promise<readonly string[]>;
  /** Remembers what a match lacked; true when something is new. What nobody publishes is not remembered. */
  learn(gaps: readonly CoverageGap[]): Promise<boolean>;
}

const SETTING = 'wanted-ecosystems';

/** With it, nobody has to name the systems that run: the first image of one makes the next update ask for its feed. */
export function createWantedEcosystems(settings: SettingStore): WantedEcosystems {
  const list = async () => parse(await settings.get(SETTING));
  return {
    list,
    learn: async (gaps) => {
      const needed = new Set(gaps.flatMap(neededBy));
      if (needed.size === 0) return false;
      const known = await list();
      const added = [...needed].filter((name) => !known.includes(name));
      if (added.length === 0) return false;
      await settings.set(SETTING, [...known, ...added].sort().join(','));
      return true;
    },
  };
}

/** `AlmaLinux:9` is filed in the folder `AlmaLinux`. */
function neededBy({ cause, subject }: CoverageGap): readonly string[] {
  if (cause !== 'distribution-not-covered' && cause !== 'ecosystem-not-covered') return [];
  const [name = ''] = subject.split(':');
  return osvEcosystems.includes(name) ? [name] : [];
}

const parse = (text: string | undefined) => (text ?? '').split(',').filter((name) => osvEcosystems.includes(name));
