import type { FileCheck, TextFlaw } from '../file-check.ts';
import { linesOf } from '../lines-of.ts';

export const emptyPasswords: FileCheck = {
  id: 'DKL-LI-0001',
  title: 'A user has an empty password',
  severity: 'high',
  behavior: 'privilege',
  solution: 'Lock the account with passwd -l, which writes ! for its password',
  paths: ['etc/shadow', 'etc/passwd'],
  analyze: (text) =>
    linesOf(text).flatMap(({ line, text: account }): readonly TextFlaw[] => {
      const [name = '', password] = account.split(':', 3);
      if (password !== '' || name === '' || name.startsWith('#') || name.startsWith('+') || name.startsWith('-'))
        return [];
      return [{ detail: name === 'root' ? 'root' : 'an account', line, shown: account }];
    }),
};
