import type { FileCheck, TextFlaw } from '../file-check.ts';
import { linesOf } from '../lines-of.ts';

/** They hold no more accounts than that, and it bounds what is kept. */
const MAX_ACCOUNTS = 65_536;

export const sharedIds: FileCheck = {
  id: 'DKL-LI-0002',
  title: 'Two accounts are one to the kernel',
  severity: 'low',
  behavior: 'privilege',
  solution: 'Give every user and group a number and a name of its own',
  paths: ['etc/passwd', 'etc/group'],
  analyze(text, path) {
    const group = path === 'etc/group';
    const names = new Set<string>();
    const ids = new Set<string>();
    return linesOf(text)
      .slice(0, MAX_ACCOUNTS)
      .flatMap(({ line, text: account }): readonly TextFlaw[] => {
        const [name = '', password = '', id = ''] = account.split(':', 4);
        if (!/^\d{1,10}$/.test(id) || name.startsWith('#')) return [];
        const shown = `${name}:${password === '' || password === 'x' ? password : '***'}:${id}:…`;
        const number = String(Number(id));
        const twice = names.has(name) ? 'name' : ids.has(number) ? 'number' : undefined;
        names.add(name);
        ids.add(number);
        if (number === '0' && name !== 'root' && !group)
          return [{ detail: 'another name for root', severity: 'high', line, shown }];
        if (!twice) return [];
        return [{ detail: `the ${twice} of a ${group ? 'group' : 'user'} is there twice`, line, shown }];
      });
  },
};
