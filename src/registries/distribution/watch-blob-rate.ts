import type { Readable, Writable } from 'node:stream';
import { DistributionError } from './distribution-error.ts';
import type { DistributionLimits } from './limits.ts';
import { redactUrl } from './redact-url.ts';

const CHECKS_PER_WINDOW = 4;

/**
 * Ends `target` with `registry-slow` when less than the least rate arrives from `source` over a whole window. Time in which
 * `target` takes nothing is its reader's, not the registry's.
 */
export function watchBlobRate(
  source: Readable,
  target: Writable,
  url: URL,
  { blobRate, blobRateWindow }: Pick<DistributionLimits, 'blobRate' | 'blobRateWindow'>,
): void {
  if (blobRate === 0) return;
  const least = (blobRate * blobRateWindow) / 1_000;
  const every = blobRateWindow / CHECKS_PER_WINDOW;
  let arrived: number[] = [];
  let bytes = 0;
  let readerWasSlow = false;
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (target.writableNeedDrain) readerWasSlow = true;
  });
  const timer = setInterval(() => {
    arrived = readerWasSlow || target.writableNeedDrain ? [] : [...arrived, bytes].slice(-CHECKS_PER_WINDOW);
    bytes = 0;
    readerWasSlow = false;
    const sum = arrived.reduce((total, some) => total + some, 0);
    if (arrived.length === CHECKS_PER_WINDOW && sum < least)
      target.destroy(slowError(url, sum, blobRate, blobRateWindow));
  }, every);
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    target.off('close', stop);
  };
  for (const event of ['end', 'close', 'error']) source.once(event, stop);
  target.once('close', stop);
}

function slowError(url: URL, bytes: number, rate: number, windowMs: number): DistributionError {
  const shown = redactUrl(url);
  const message = `GET ${shown} sent ${bytes} bytes in ${windowMs / 1_000} seconds, less than ${rate} bytes a second.`;
  return new DistributionError('registry-slow', message, { method: 'GET', url: shown, retryable: true });
}
