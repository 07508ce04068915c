import type { AppError } from '../model/app-error.ts';
import type { LayerReports, WalkedReports } from './create-layer-reports.ts';
import type { LayerSource } from './image-source.ts';

/** Reports of a layer that nobody could read: they hold nothing but the reason, which makes the image partial. */
export function unreadLayer(
  { digest }: LayerSource,
  wanted: WalkedReports,
  { code: cause, message: reason }: AppError,
): LayerReports {
  const message = `${reason}; what is in the layer is unknown`;
  const content = {
    digest,
    unverified: true,
    files: {},
    removed: [],
    directories: [],
    emptied: [],
    secrets: [],
    settings: [],
    problems: [{ path: '.', analyzer: 'layer', cause, message }],
    compressedBytes: 0,
    uncompressedBytes: 0,
    entries: 0,
  } as const;
  const malware = { digest, files: [], engines: [], failures: [{ engine: 'layer', cause, message }] };
  return { ...(wanted.content ? { content } : {}), ...(wanted.malware ? { malware } : {}) };
}
