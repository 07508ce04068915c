import type { ScanKind } from '../model/scan.ts';
import type { ScanProgress } from '../scan/scan-report.ts';
import { countOf } from './output/count-of.ts';
import { formatBytes } from './output/units.ts';

const WINDOW_MS = 10_000;
const SAMPLE_MS = 250;
const LAYERS_SHOWN = 4;
const MINUTE = 60;
const kindWords: Readonly<Record<ScanKind, string>> = {
  vulnerability: 'vulnerabilities',
  malware: 'malware',
  risk: 'risks',
};

/**
 * Measures the speed of a scan: the returned function takes every progress and answers the seconds that remain by the speed
 * of the last ten seconds; undefined while there is nothing to measure by.
 */
export function createScanSpeed(now: () => Date): (progress: ScanProgress) => number | undefined {
  const samples: { readonly at: number; readonly bytes: number }[] = [];
  return ({ bytesDone, bytesTotal }) => {
    const at = now().getTime();
    if (at - (samples.at(-1)?.at ?? 0) >= SAMPLE_MS) samples.push({ at, bytes: bytesDone });
    while (samples.length > 2 && at - (samples[1]?.at ?? at) >= WINDOW_MS) samples.shift();
    const [first] = samples;
    const bytes = bytesDone - (first?.bytes ?? bytesDone);
    const milliseconds = at - (first?.at ?? at);
    if (bytes <= 0 || milliseconds <= 0) return undefined;
    return Math.ceil(((bytesTotal - bytesDone) * milliseconds) / bytes / 1000);
  };
}

/** `3 of 9 layers, 12.0 MiB of 30.1 MiB, 8 s left; malware 40%; layer 4 60%`: kinds only where they differ. */
export function describeProgress(progress: ScanProgress, remainingSeconds: number | undefined): string {
  const { layersDone, layersTotal, bytesDone, bytesTotal } = progress;
  const total = [
    `${layersDone} of ${countOf(layersTotal, 'layer')}`,
    `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    ...(remainingSeconds === undefined ? [] : [`${describeSeconds(remainingSeconds)} left`]),
  ].join(', ');
  return [total, describeKinds(progress), describeLayers(progress)].filter((part) => part !== '').join('; ');
}

function describeKinds({ kinds, bytesDone, bytesTotal }: ScanProgress): string {
  const each = Object.entries(kinds) as readonly (readonly [ScanKind, number])[];
  if (each.every(([, bytes]) => bytes === bytesDone)) return '';
  return each.map(([kind, bytes]) => `${kindWords[kind]} ${percent(bytes, bytesTotal)}`).join(', ');
}

/** Those that are being read, counted from the base. */
function describeLayers({ layers }: ScanProgress): string {
  const reading = layers.flatMap(({ bytesDone, size }, index) =>
    bytesDone > 0 && bytesDone < size ? [`layer ${index + 1} ${percent(bytesDone, size)}`] : [],
  );
  return reading.slice(0, LAYERS_SHOWN).join(', ');
}

/** Rounded down: 100 % is for what is done. */
const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.floor((part / whole) * 100)}%`;

/** `45 s`, `3 min 5 s`. */
function describeSeconds(seconds: number): string {
  return seconds < MINUTE ? `${seconds} s` : `${Math.floor(seconds / MINUTE)} min ${seconds % MINUTE} s`;
}
