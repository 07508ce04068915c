import { ExportError } from '../exports/export-error.ts';
import type { Image } from '../model/image.ts';
import type { ScanKind } from '../model/scan.ts';
import type { Store } from '../store/store.ts';
import { scanErrorCodes } from './scan-error-codes.ts';
import { scanStatusNames } from './scan-statuses.ts';

/** The image that findings are exported of; throws when it has left its registry meanwhile. */
export async function exportedImage(images: Store['images'], id: number): Promise<Image> {
  const image = await images.get(id);
  if (!image) throw new ExportError('image-not-found', `Id ${id}`);
  return image;
}

/** An image of which a kind of finding is unknown has no empty list of them: it has none that could be exported. */
export function findingsUnknown(image: Image, kind: ScanKind): ExportError {
  const { status, cause } = image.summary[kind];
  const why = cause === undefined ? scanStatusNames[status] : `${scanStatusNames[status]}, ${scanErrorCodes[cause]}`;
  return new ExportError('findings-unknown', `${image.address}:${image.tag}, ${kind}: ${why}`);
}
