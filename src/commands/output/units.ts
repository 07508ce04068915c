const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `512 B`, `27.3 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `3 min ago`, `2 d ago`; `-` for no time. */
export function formatAge(time: Date | undefined, now: Date): string {
  if (!time || Number.isNaN(time.getTime())) return '-';
  const age = now.getTime() - time.getTime();
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  return `${Math.floor(age / DAY)} d ago`;
}

/** Whole percent, rounded up; `-` where nobody knows. */
export const formatShare = (share: number | undefined): string =>
  share === undefined ? '-' : `${Math.ceil(share * 100)} %`;
