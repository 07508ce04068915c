import { AppError } from '../model/app-error.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { GetLayerReport } from './create-layer-reports.ts';
import type { ImageLimits } from './image-limits.ts';
import type { LayerSource } from './image-source.ts';

/**
 * Reports of the layers of one image, from its first call on. A limit, of the image or of memory, costs the layer and not
 * the image: its report holds nothing but the problem, which makes the image partial. Other failures pass.
 */
export function withinImageLimits(get: GetLayerReport, limits: ImageLimits): GetLayerReport {
  const timeUp = AbortSignal.timeout(limits.maxMs);
  const total = { compressedBytes: 0, uncompressedBytes: 0, entries: 0 };

  return async (layer, onBytes, signal) => {
    try {
      total.compressedBytes += layer.size;
      check(total, limits);
      const report = await get(layer, onBytes, AbortSignal.any([signal, timeUp]));
      total.uncompressedBytes += report.uncompressedBytes;
      total.entries += report.entries;
      return report;
    } catch (error) {
      if (signal.aborted) throw error;
      const limit = timeUp.aborted ? timeIsUp(limits) : error;
      if (limit instanceof AppError && costsOnlyTheLayer(limit)) return unread(layer, limit);
      throw error;
    }
  };
}

type Total = Pick<LayerReport, 'compressedBytes' | 'uncompressedBytes' | 'entries'>;

function check(total: Total, limits: ImageLimits): void {
  const refuse = (what: string, setting: string) => {
    throw new AppError('limit-exceeded', `the layers of the image have more than ${what} (${setting})`);
  };
  if (total.compressedBytes > limits.maxBytes) refuse(`${limits.maxBytes} bytes`, 'PLIMSOLL_MAX_IMAGE_BYTES');
  if (total.uncompressedBytes > limits.maxUncompressedBytes)
    refuse(`${limits.maxUncompressedBytes} bytes when unpacked`, 'PLIMSOLL_MAX_IMAGE_UNPACKED_BYTES');
  if (total.entries > limits.maxEntries) refuse(`${limits.maxEntries} entries`, 'PLIMSOLL_MAX_IMAGE_ENTRIES');
}

const timeIsUp = ({ maxMs }: ImageLimits) =>
  new AppError('scan-timeout', `the image took more than ${maxMs / 1_000} seconds (PLIMSOLL_SCAN_TIMEOUT_SECONDS)`);

const costsOnlyTheLayer = ({ code }: AppError) => code === 'limit-exceeded' || code === 'scan-timeout';

function unread({ digest }: LayerSource, { code, message }: AppError): LayerReport {
  const problem = { path: '.', analyzer: 'layer', cause: code, message: `${message}; what is in the layer is unknown` };
  return {
    digest,
    unverified: true,
    files: {},
    removed: [],
    directories: [],
    emptied: [],
    problems: [problem],
    compressedBytes: 0,
    uncompressedBytes: 0,
    entries: 0,
  };
}
