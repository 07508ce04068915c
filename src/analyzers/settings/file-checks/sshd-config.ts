import type { Severity } from '../../../model/severity.ts';
import type { FileCheck, TextFlaw } from '../file-check.ts';
import { linesOf } from '../lines-of.ts';

const OPTION = /^([A-Za-z]{1,40})(?:\s{1,50}|\s{0,50}=\s{0,50})"?([A-Za-z0-9-]{1,40})"?(?:\s|$)/;
const risky: Readonly<Record<string, readonly [value: string, detail: string, severity: Severity]>> = {
  permitrootlogin: ['yes', 'root may log in', 'medium'],
  passwordauthentication: ['yes', 'passwords are enough', 'low'],
  permitemptypasswords: ['yes', 'empty passwords are enough', 'high'],
  hostbasedauthentication: ['yes', 'other hosts vouch for their users', 'medium'],
  strictmodes: ['no', 'keys that others may change are taken', 'medium'],
  protocol: ['1', 'the broken version 1 of the protocol is spoken', 'high'],
};

export const sshdConfig: FileCheck = {
  id: 'PLI-LI-0008',
  title: 'The SSH server lets in whom it should not',
  severity: 'medium',
  behavior: 'exposure',
  solution: 'Remove the server from the image, or set PermitRootLogin no and PasswordAuthentication no',
  paths: ['etc/ssh/sshd_config', 'etc/ssh/sshd_config.d/'],
  analyze(text) {
    // The server takes the first value of an option; below Match it may take others for some.
    const seen = new Set<string>();
    let section = '';
    return linesOf(text, '#').flatMap(({ line, text: shown }): readonly TextFlaw[] => {
      const [, name = '', value = ''] = OPTION.exec(shown) ?? [];
      const option = name.toLowerCase();
      if (option === 'match') section = String(line);
      if (option === '' || seen.has(`${section} ${option}`)) return [];
      seen.add(`${section} ${option}`);
      const rule = Object.hasOwn(risky, option) ? risky[option] : undefined;
      if (rule?.[0] !== value.toLowerCase()) return [];
      return [{ detail: rule[1], severity: rule[2], line, shown }];
    });
  },
};
