import type { FileCheck, Flaw } from '../file-check.ts';

/** Each of them is a way to root, or to the host. */
const rootLike: ReadonlySet<string> = new Set(
  (
    'chown dac_override dac_read_search fowner setgid setuid setpcap sys_module sys_rawio sys_ptrace sys_admin mknod setfcap ' +
    'mac_override mac_admin bpf net_admin'
  ).split(' '),
);
/** What distributions install so. */
const programs = new Set([
  'usr/bin/newuidmap',
  'usr/bin/newgidmap',
  'usr/bin/systemd-detect-virt',
  'usr/sbin/suexec',
  'usr/bin/gst-ptp-helper',
]);

const ofDistribution: Flaw = { detail: 'a program of the distribution', severity: 'low' };
const other: Flaw = { detail: 'a program that distributions do not install so' };

export const capablePrograms: FileCheck = {
  id: 'PLI-LI-0010',
  title: 'A program has capabilities that lead to the rights of root',
  severity: 'medium',
  behavior: 'permission',
  solution:
    'Take them away with setcap -r, or grant the container only those it needs and run it with no-new-privileges',
  maxRows: 20,
  inspect({ type, path, capabilities }) {
    if (!capabilities || type !== 'file' || !capabilities.some((name) => rootLike.has(name))) return undefined;
    return programs.has(path) ? ofDistribution : other;
  },
};
