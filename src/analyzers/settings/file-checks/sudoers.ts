import type { FileCheck, TextFlaw } from '../file-check.ts';
import { linesOf } from '../lines-of.ts';

const EVERYTHING = /NOPASSWD:\s{0,20}(?:[A-Z_]{2,20}:\s{0,20}){0,5}ALL\s*(?:,|$)/;
const EVERYBODY = /^ALL\s/;
const NO_PASSWORD = /^Defaults\b.{0,200}!authenticate\b/;
const ROOT = /^(?:root|#0)\s/;

export const sudoers: FileCheck = {
  id: 'PLI-LI-0009',
  title: 'sudo makes a user root without a password',
  severity: 'medium',
  behavior: 'privilege',
  solution: 'Name the commands that are needed, or leave sudo out',
  paths: ['etc/sudoers', 'etc/sudoers.d/'],
  analyze: (text) =>
    linesOf(text).flatMap(({ line, text: shown }): readonly TextFlaw[] => {
      // Only a number makes a line with # one that counts.
      if (/^#(?!\d)/.test(shown)) return [];
      const rule = shown.slice(0, 2_000);
      if (NO_PASSWORD.test(rule)) return [{ detail: 'for everybody who may use sudo', line, shown }];
      if (!EVERYTHING.test(rule) || ROOT.test(rule)) return [];
      const everybody = EVERYBODY.test(rule);
      return [
        everybody
          ? { detail: 'for everybody', severity: 'high', line, shown }
          : { detail: 'for a user or group', line, shown },
      ];
    }),
};
