import type { FileCheck, Flaw } from '../file-check.ts';

const SETUID = 0o4000;
const SETGID = 0o2000;
const PROGRAM = /^(?:usr\/)?s?bin\/([^/]+)$/;
/** Where users put files: a setuid program there is a way back in for whoever has been root once. */
const SUSPICIOUS = /^(?:tmp|var\/tmp|dev|run|home|root|var\/www|srv)\//;

/** What Debian, Ubuntu, Fedora, SUSE, Alpine and BusyBox install so. */
const programs = new Set(
  (
    'su sudo sudoedit mount umount passwd chsh chfn gpasswd newgrp expiry chage unix_chkpwd pam_timestamp_check pam_extrausers_chkpwd ' +
    'wall write bsd-write ping ping6 fusermount fusermount3 pkexec crontab at ssh-agent newuidmap newgidmap sg bbsuid dotlockfile ' +
    'mail-lock mail-unlock mail-touchlock locate mlocate plocate postdrop postqueue sendmail exim4 traceroute6.iputils usernetctl ' +
    'userhelper mount.nfs mount.cifs mount.fuse ntfs-3g arping screen doas Xorg'
  ).split(' '),
);
const files = new Set([
  'usr/lib/openssh/ssh-keysign',
  'usr/libexec/openssh/ssh-keysign',
  'usr/lib/ssh/ssh-keysign',
  'usr/lib/dbus-1.0/dbus-daemon-launch-helper',
  'usr/libexec/dbus-1/dbus-daemon-launch-helper',
  'lib64/dbus-1/dbus-daemon-launch-helper',
  'usr/lib/policykit-1/polkit-agent-helper-1',
  'usr/lib/polkit-1/polkit-agent-helper-1',
  'usr/libexec/polkit-agent-helper-1',
  'usr/libexec/utempter/utempter',
  'usr/lib/x86_64-linux-gnu/utempter/utempter',
  'usr/lib/aarch64-linux-gnu/utempter/utempter',
  'usr/lib/eject/dmcrypt-get-device',
  'usr/libexec/camel-lock-helper-1.2',
]);

const ofDistribution: Flaw = { detail: 'a program of the distribution' };
const unknown: Flaw = { detail: 'a program that distributions do not install so', severity: 'medium' };
const suspicious: Flaw = { detail: 'a program where users put files', severity: 'high' };
const group: Flaw = { detail: 'setgid, of a program that distributions do not install so', severity: 'low' };

export const setuidPrograms: FileCheck = {
  id: 'CIS-DI-0008',
  title: 'A program runs with the rights of its owner or group (setuid, setgid)',
  severity: 'low',
  behavior: 'permission',
  solution: 'Take the bit away with chmod a-s where the container does not need it, or run it with no-new-privileges',
  // A base image has a dozen of them: one row.
  maxRows: 3,
  inspect({ type, path, mode }) {
    if ((mode & (SETUID | SETGID)) === 0 || type !== 'file') return undefined;
    // Without the right to execute for the group, setgid marks a file with mandatory locks.
    const setgid = (mode & SETGID) !== 0 && (mode & 0o010) !== 0;
    if ((mode & SETUID) === 0 && !setgid) return undefined;
    if (SUSPICIOUS.test(path)) return suspicious;
    const [, name = ''] = PROGRAM.exec(path) ?? [];
    if (programs.has(name) || files.has(path)) return ofDistribution;
    return mode & SETUID ? unknown : group;
  },
};
