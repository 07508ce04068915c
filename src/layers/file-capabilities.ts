/** By number: https://man7.org/linux/man-pages/man7/capabilities.7.html, include/uapi/linux/capability.h */
const names = (
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast ' +
  'net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice ' +
  'sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm ' +
  'block_suspend audit_read perfmon bpf checkpoint_restore'
).split(' ');
const REVISION_AT = 3;
const WORD = 4;

/**
 * What the extended attribute `security.capability` permits a program: little-endian words, the revision (1, 2 or 3) and flags,
 * then what is permitted and inherited, from revision 2 on twice for 64 capabilities. None when it cannot be read.
 */
export function fileCapabilities(attribute: Buffer): readonly string[] {
  const revision = attribute[REVISION_AT] ?? 0;
  const words = revision === 1 ? 1 : 2;
  if (revision < 1 || revision > 3 || attribute.byteLength < WORD * (1 + 2 * words)) return [];
  const permitted = Array.from({ length: words }, (_, at) => attribute.readUInt32LE(WORD * (1 + 2 * at)));
  return names.filter((_, bit) => (((permitted[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 1);
}
