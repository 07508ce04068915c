import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../../model/digest.ts';
import type { FileCheck, InspectedEntry } from './file-check.ts';
import { fileChecks } from './file-checks/index.ts';
import { analyzeSettings, inspectEntry, wantsContent } from './inspect-entry.ts';
import { settingsFingerprint } from './settings-fingerprint.ts';
import { toRisk, toRisks } from './to-risk.ts';

const layer: Digest = `sha256:${'1'.repeat(64)}`;
const checks: readonly FileCheck[] = fileChecks;

function entry(path: string, mode: number, more: Partial<InspectedEntry> = {}): InspectedEntry {
  return { type: 'file', path, size: 1, mode, uid: 0, gid: 0, ...more };
}

/** `<check> <severity>` of what is wrong with it. */
const flaws = (inspected: InspectedEntry) =>
  inspectEntry(inspected).map((finding) => {
    const risk = toRisk(finding, inspected.path, layer);
    return `${risk.rule} ${risk.severity}`;
  });

const linesOf = (path: string, text: string) =>
  analyzeSettings(path, text).map((finding) => {
    const risk = toRisk(finding, path, layer);
    return `${risk.rule} ${risk.severity} ${risk.line}`;
  });

describe('files, by name, mode and owner', () => {
  test.each<[string, number, readonly string[]]>([
    ['usr/bin/passwd', 0o4755, ['CIS-DI-0008 low']],
    ['bin/su', 0o4755, ['CIS-DI-0008 low']],
    ['usr/lib/openssh/ssh-keysign', 0o4755, ['CIS-DI-0008 low']],
    ['usr/bin/app', 0o4755, ['CIS-DI-0008 medium']],
    ['opt/app', 0o2755, ['CIS-DI-0008 low']],
    ['home/me/sh', 0o4755, ['CIS-DI-0008 high']],
    ['opt/data', 0o2644, []],
    ['opt/data', 0o644, []],
    ['opt/data', 0o666, ['PLI-LI-0001 low']],
    ['opt/run', 0o777, ['PLI-LI-0001 medium']],
    ['usr/bin/ls', 0o757, ['PLI-LI-0001 high']],
    ['usr/share/doc/x', 0o646, ['PLI-LI-0001 low']],
    ['dev/null', 0o666, []],
    ['etc/passwd', 0o646, ['PLI-LI-0003 critical']],
    ['etc/shadow', 0o644, ['PLI-LI-0003 high']],
    ['etc/shadow', 0o640, []],
    ['etc/passwd', 0o644, []],
    ['etc/sudoers.d/me', 0o666, ['PLI-LI-0003 critical']],
    ['root/.ssh/authorized_keys', 0o600, ['PLI-LI-0004 high']],
    ['home/me/.ssh/authorized_keys', 0o600, ['PLI-LI-0004 medium']],
    ['etc/ssh/ssh_host_ed25519_key', 0o600, ['PLI-LI-0005 medium']],
    ['etc/ssh/ssh_host_ed25519_key.pub', 0o644, []],
    ['etc/hosts.equiv', 0o644, ['PLI-LI-0006 high']],
    ['etc/hosts', 0o644, []],
    ['app/Dockerfile', 0o644, ['DKL-LI-0003 low']],
    ['app/.env', 0o644, ['DKL-LI-0003 low']],
    ['app/node_modules/x/Dockerfile', 0o644, []],
    ['root/.bash_history', 0o600, ['DKL-LI-0003 medium']],
    ['tmp/x', 0o644, ['DKL-LI-0003 low']],
    ['var/cache/apt/archives/x.deb', 0o644, ['DKL-LI-0003 low']],
    ['var/lib/apt/lists/x_Packages.lz4', 0o644, ['DKL-LI-0003 low']],
    ['app/core.123', 0o600, ['DKL-LI-0003 medium']],
    ['app/core.js', 0o600, []],
    ['app/core', 0o600, []],
  ])('%s with mode %o', (path, mode, expected) => {
    expect(flaws(entry(path, mode))).toEqual(expected);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['usr/bin/ping', ['net_raw'], []],
    ['usr/bin/node', ['net_bind_service'], []],
    ['usr/bin/python3', ['setuid'], ['PLI-LI-0010 medium']],
    ['usr/bin/newuidmap', ['setuid'], ['PLI-LI-0010 low']],
    ['opt/agent', ['net_raw', 'sys_admin'], ['PLI-LI-0010 medium']],
  ])('%s with the capabilities %j', (path, capabilities, expected) => {
    expect(flaws(entry(path, 0o755, { capabilities }))).toEqual(expected);
  });

  test.each<[string, number, readonly string[]]>([
    ['tmp', 0o1777, []],
    ['tmp', 0o777, ['PLI-LI-0002 medium']],
    ['usr/local/bin', 0o777, ['PLI-LI-0002 high']],
    ['var/mail', 0o2775, []],
    ['app/.git', 0o755, ['DKL-LI-0003 medium']],
    ['app/x.git', 0o755, []],
  ])('the folder %s with mode %o', (path, mode, expected) => {
    expect(flaws(entry(path, mode, { type: 'directory', size: 0 }))).toEqual(expected);
  });

  test('an empty file is none', () => {
    for (const path of ['root/.ssh/authorized_keys', 'etc/hosts.equiv', 'tmp/x', 'app/.env'])
      expect(flaws(entry(path, 0o644, { size: 0 }))).toEqual([]);
  });

  test('an account file of somebody else', () => {
    expect(flaws(entry('etc/passwd', 0o644, { uid: 1000 }))).toEqual(['PLI-LI-0003 high']);
  });

  test('an ordinary file makes no list', () => {
    expect(inspectEntry(entry('usr/bin/ls', 0o755))).toBe(inspectEntry(entry('etc/hosts', 0o644)));
  });
});

describe('files, by their text', () => {
  test.each<[string, string, readonly string[]]>([
    ['etc/shadow', 'root::1:\nme:!:1:\nx:*:1:', ['DKL-LI-0001 high 1']],
    ['etc/passwd', 'root:x:0:0::/root:/bin/sh\nme::1:1:::', ['DKL-LI-0001 high 2']],
    ['etc/passwd', 'root:x:0:0:::\ntoor:x:0:0:::', ['DKL-LI-0002 high 2']],
    ['etc/passwd', 'root:x:0:0:::\na:x:7:1:::\nb:x:07:1:::\na:x:8:1:::', ['DKL-LI-0002 low 3', 'DKL-LI-0002 low 4']],
    ['etc/group', 'root:x:0:\nwheel:x:0:me', ['DKL-LI-0002 low 2']],
    ['etc/ld.so.preload', '# none\n', []],
    ['etc/ld.so.preload', '/tmp/x.so\n', ['PLI-LI-0007 high 1']],
    ['etc/ssh/sshd_config', 'PermitRootLogin yes\npermitrootlogin no', ['PLI-LI-0008 medium 1']],
    ['etc/ssh/sshd_config', 'PermitRootLogin no\nPermitRootLogin yes', []],
    ['etc/ssh/sshd_config', '#PermitRootLogin yes\nPermitRootLogin prohibit-password', []],
    [
      'etc/ssh/sshd_config.d/a.conf',
      'PermitEmptyPasswords=yes\nPasswordAuthentication "yes"\nPasswordAuthentication no\nMatch User x\nPermitRootLogin yes',
      ['PLI-LI-0008 high 1', 'PLI-LI-0008 low 2', 'PLI-LI-0008 medium 5'],
    ],
    ['etc/sudoers', 'root ALL=(ALL:ALL) NOPASSWD: ALL\n%sudo ALL=(ALL:ALL) ALL', []],
    ['etc/sudoers', '# me ALL=(ALL) NOPASSWD: ALL\n#includedir /x', []],
    ['etc/sudoers.d/me', 'me ALL=(ALL) NOPASSWD:ALL', ['PLI-LI-0009 medium 1']],
    ['etc/sudoers.d/me', 'me ALL=(ALL) NOPASSWD: /bin/ls', []],
    ['etc/sudoers.d/me', 'ALL ALL=(ALL) NOPASSWD: SETENV: ALL', ['PLI-LI-0009 high 1']],
    ['etc/sudoers', 'Defaults !authenticate', ['PLI-LI-0009 medium 1']],
  ])('%s: %j', (path, text, expected) => {
    expect(wantsContent(path)).toBe(true);
    expect(linesOf(path, text)).toEqual(expected);
  });

  test.each(['etc/hosts', 'app/etc/passwd', 'etc/ssh/sshd_config.d/a/b', 'etc', ''])('%j is not wanted', (path) => {
    expect(wantsContent(path)).toBe(false);
  });

  test('no hash of a password is shown', () => {
    const found = analyzeSettings('etc/passwd', 'root:$6$salt$abcdefgh:0:0:::\ntoor:$6$salt$abcdefgh:0:0:::');

    expect(found.length).toBe(1);
    expect(JSON.stringify(found)).not.toContain('abcdefgh');
  });

  test('a hostile text gives bounded findings', () => {
    const paths = checks.flatMap((check) => check.paths ?? []).map((path) => (path.endsWith('/') ? `${path}x` : path));
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('root::0:0:', 'a::1:', 'PermitRootLogin yes', 'Match x', 'ALL ALL=NOPASSWD: ALL'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.array(line, { maxLength: 300 }), (path, lines) => {
        for (const { check, shown } of analyzeSettings(path, lines.join('\n'))) {
          expect(check).toMatch(/^[A-Z]{3}-LI-\d{4}$/);
          expect(shown.length).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});

describe('rows of a layer', () => {
  const found = (path: string, mode: number) => inspectEntry(entry(path, mode)).map((finding) => ({ path, finding }));

  test('one file is one row that shows what ls shows', () => {
    expect(toRisks(found('opt/x', 0o4711), layer)).toEqual([
      {
        rule: 'CIS-DI-0008',
        behavior: 'permission',
        place: 'file',
        severity: 'medium',
        description:
          'A program runs with the rights of its owner or group (setuid, setgid): a program that distributions do not install so: /opt/x. ' +
          'Take the bit away with chmod a-s where the container does not need it, or run it with no-new-privileges',
        instruction: '-rws--x--x root:root /opt/x',
        path: 'opt/x',
        layer,
      },
    ]);
  });

  test('the setuid programs of a distribution are one row, another one stays by itself', () => {
    const names = ['su', 'mount', 'umount', 'passwd'].map((name) => `usr/bin/${name}`);

    const rows = toRisks(
      [...names, 'opt/x'].flatMap((path) => found(path, 0o4755)),
      layer,
    );

    expect(rows.map(({ severity, path }) => [severity, path])).toEqual([
      ['low', 'usr/bin/su'],
      ['medium', 'opt/x'],
    ]);
    expect(rows[0]?.description).toContain(': 4 files.');
    expect(rows[0]?.instruction.split('\n').length).toBe(4);
  });

  test('thousands of open files are one row that says how many and shows twenty', () => {
    const paths = Array.from({ length: 5_000 }, (_, index) => `data/${index}`);

    const rows = toRisks(
      paths.flatMap((path) => found(path, 0o666)),
      layer,
    );

    expect(rows.length).toBe(1);
    expect(rows[0]?.description).toContain('5000 files');
    expect(rows[0]?.instruction.split('\n').slice(-2)).toEqual(['-rw-rw-rw- root:root /data/19', 'and 4980 more']);
  });

  test('a finding of a check that is gone says so', () => {
    const finding = { kind: 'setting', check: 'PLI-LI-9999', detail: 'x', shown: 'y' } as const;

    expect(toRisk(finding, 'a', layer)).toMatchObject({ rule: 'PLI-LI-9999', severity: 'unknown' });
  });
});

test('ids are unique, all in the fingerprint, and every check has one way to look', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  for (const { id, inspect, analyze, paths } of checks) {
    expect(settingsFingerprint).toContain(id);
    expect([inspect !== undefined, analyze !== undefined && paths !== undefined].filter(Boolean).length).toBe(1);
  }
});
