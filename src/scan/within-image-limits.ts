import { AppError } from '../model/app-error.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { GetLayerReports } from './create-layer-reports.ts';
import type { ImageLimits } from './image-limits.ts';
import { unreadLayer } from './unread-layer.ts';

/**
 * Reports of the layers of one image, from its first call on. A limit, of the image or of memory, costs the layer and not
 * the image: its reports hold nothing but the problem, which makes the image partial. Other failures pass.
 */
export function withinImageLimits(get: GetLayerReports, limits: ImageLimits): GetLayerReports {
  const timeUp = AbortSignal.timeout(limits.maxMs);
  const total = { compressedBytes: 0, uncompressedBytes: 0, entries: 0 };

  return async (layer, wanted, onBytes, signal) => {
    try {
      total.compressedBytes += layer.size;
      check(total, limits);
      const reports = await get(layer, wanted, onBytes, AbortSignal.any([signal, timeUp]));
      total.uncompressedBytes += reports.content?.uncompressedBytes ?? 0;
      total.entries += reports.content?.entries ?? 0;
      return reports;
    } catch (error) {
      if (signal.aborted) throw error;
      const limit = timeUp.aborted ? timeIsUp(limits) : error;
      if (!(limit instanceof AppError) || !costsOnlyTheLayer(limit)) throw error;
      return unreadLayer(layer, { content: wanted.content, malware: wanted.malware !== undefined }, limit);
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
