import type { OperatingSystem } from '../model/inventory.ts';

/**
 * Last day of security updates that everybody gets (of Debian with its LTS team, of Ubuntu without Pro, of SUSE without LTSS),
 * by os-release ID and release. As published on 2026-11-25; releases that are not listed are taken to be supported.
 */
const RELEASE_ENDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // https://wiki.debian.org/DebianReleases, https://wiki.debian.org/LTS
  debian: {
    '6': '2016-02-29',
    '7': '2018-05-31',
    '8': '2020-06-30',
    '9': '2022-06-30',
    '10': '2024-06-30',
    '11': '2026-08-31',
    '12': '2028-06-30',
    '13': '2030-06-30',
  },
  // https://wiki.ubuntu.com/Releases
  ubuntu: {
    '10.04': '2015-04-30',
    '12.04': '2017-04-28',
    '14.04': '2019-04-25',
    '16.04': '2021-04-30',
    '16.10': '2017-07-20',
    '17.04': '2018-01-13',
    '17.10': '2018-07-19',
    '18.04': '2023-05-31',
    '18.10': '2019-07-18',
    '19.04': '2020-01-23',
    '19.10': '2020-07-17',
    '20.04': '2025-05-31',
    '20.10': '2021-07-22',
    '21.04': '2022-01-20',
    '21.10': '2022-07-14',
    '22.04': '2027-06-01',
    '22.10': '2023-07-20',
    '23.04': '2024-01-25',
    '23.10': '2024-07-11',
    '24.04': '2029-05-31',
    '24.10': '2025-07-10',
    '25.04': '2026-01-16',
    '25.10': '2026-07-31',
    '26.04': '2031-05-31',
  },
  // https://alpinelinux.org/releases/
  alpine: {
    '3.0': '2016-05-01',
    '3.1': '2016-11-01',
    '3.2': '2017-05-01',
    '3.3': '2017-11-01',
    '3.4': '2018-05-01',
    '3.5': '2018-11-01',
    '3.6': '2019-05-01',
    '3.7': '2019-11-01',
    '3.8': '2020-05-01',
    '3.9': '2020-11-01',
    '3.10': '2021-05-01',
    '3.11': '2021-11-01',
    '3.12': '2022-05-01',
    '3.13': '2022-11-01',
    '3.14': '2023-05-01',
    '3.15': '2023-11-01',
    '3.16': '2024-05-23',
    '3.17': '2024-11-22',
    '3.18': '2025-05-09',
    '3.19': '2025-11-01',
    '3.20': '2026-04-01',
    '3.21': '2026-11-01',
    '3.22': '2027-05-01',
  },
  // https://wiki.almalinux.org/release-notes/
  almalinux: { '8': '2029-03-01', '9': '2032-05-31', '10': '2035-05-31' },
  // https://wiki.rockylinux.org/rocky/version/
  rocky: { '8': '2029-05-31', '9': '2032-05-31', '10': '2035-05-31' },
  // https://access.redhat.com/support/policy/updates/errata
  rhel: { '5': '2017-03-31', '6': '2020-11-30', '7': '2024-06-30', '8': '2029-05-31', '9': '2032-05-31' },
  // https://endoflife.date/centos: of 8 the one that was no Stream
  centos: { '5': '2017-03-31', '6': '2020-11-30', '7': '2024-06-30', '8': '2021-12-31', '9': '2027-05-31' },
  // https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf
  ol: { '5': '2017-06-30', '6': '2021-03-31', '7': '2024-12-31', '8': '2029-07-31', '9': '2032-06-30' },
  // https://aws.amazon.com/amazon-linux-2/faqs/, https://docs.aws.amazon.com/linux/al2023/ug/release-cadence.html
  amzn: { '2018.03': '2023-12-31', '2': '2026-06-30', '2023': '2029-06-30' },
  // https://fedorapeople.org/groups/schedule/
  fedora: {
    '32': '2021-05-25',
    '33': '2021-11-30',
    '34': '2022-06-07',
    '35': '2022-12-13',
    '36': '2023-05-16',
    '37': '2023-12-05',
    '38': '2024-05-21',
    '39': '2024-11-26',
    '40': '2025-05-13',
    '41': '2025-12-15',
    '42': '2026-05-13',
  },
  // https://en.opensuse.org/Lifetime
  'opensuse-leap': {
    '42.3': '2019-07-01',
    '15.0': '2019-12-03',
    '15.1': '2021-02-02',
    '15.2': '2022-01-04',
    '15.3': '2022-12-31',
    '15.4': '2023-12-07',
    '15.5': '2024-12-31',
    '15.6': '2026-04-30',
  },
  // https://www.suse.com/lifecycle
  sles: {
    '11.4': '2019-03-31',
    '12.3': '2019-06-30',
    '12.4': '2020-06-30',
    '12.5': '2024-10-31',
    '15': '2019-12-31',
    '15.1': '2021-01-31',
    '15.2': '2021-12-31',
    '15.3': '2022-12-31',
    '15.4': '2023-12-31',
    '15.5': '2024-12-31',
    '15.6': '2025-12-31',
  },
  // https://github.com/vmware/photon/wiki
  photon: { '1.0': '2022-02-28', '2.0': '2022-12-31', '3.0': '2024-06-30' },
  // https://learn.microsoft.com/azure/azure-linux/support-cycle
  mariner: { '1.0': '2023-07-31', '2.0': '2025-07-31' },
};

const DAY_MS = 86_400_000;
const RELEASE = /^[0-9][0-9._a-z]{0,30}$/;

/** The day on which a system's updates ended, `2024-06-30`; undefined while they go on, or when nothing is known. */
export function endedOn(os: OperatingSystem, now: Date): string | undefined {
  const ends = Object.hasOwn(RELEASE_ENDS, os.family) ? RELEASE_ENDS[os.family] : undefined;
  if (!ends || !RELEASE.test(os.release)) return undefined;
  const release = os.release.split('.', BY_MAJOR.includes(os.family) ? 1 : 2).join('.');
  const isStream = os.family === 'centos' && os.name.includes('Stream');
  const last = (isStream ? STREAM_ENDS : ends)[release];
  return last !== undefined && now.getTime() >= Date.parse(last) + DAY_MS ? last : undefined;
}

const STREAM_ENDS: Readonly<Record<string, string>> = { '8': '2024-05-31', '9': '2027-05-31' };

/** Systems whose minor releases are one with the major one. */
const BY_MAJOR: readonly string[] = ['debian', 'almalinux', 'rocky', 'rhel', 'centos', 'ol', 'fedora'];

/** The last day on which the updates of any listed release ended before now: results differ by it alone when one ends. */
export function lastReleaseEnd(now: Date): string {
  const before = new Date(now.getTime() - DAY_MS).toISOString().slice(0, '2026-11-25'.length);
  return allEnds.findLast((day) => day <= before) ?? '';
}

const allEnds = [...Object.values(RELEASE_ENDS), STREAM_ENDS].flatMap((ends) => Object.values(ends)).sort();

/** When the updates that ended on that day have ended; undefined for ''. */
export const dayAfter = (day: string): Date | undefined =>
  day === '' ? undefined : new Date(Date.parse(day) + DAY_MS);
