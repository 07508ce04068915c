import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { OciImageConfig } from '../oci/parse-config.ts';
import type { Platform } from '../oci/platform.ts';
import type { ArchiveFile } from './archive-files.ts';

/** What all layouts on disk have in common once an image is chosen. */
export interface ChosenImage {
  /** Of the manifest, where there is one. */
  readonly digest?: Digest;
  readonly config: Uint8Array;
  /** Lowest first; the digest is absent where the layout does not name it. */
  readonly layers: readonly { readonly file: ArchiveFile; readonly digest?: Digest }[];
}

/** A small file, whole; `what` names it in messages. Throws AppError `limit-exceeded`. */
export async function readWhole(file: ArchiveFile, maxBytes: number, what: string): Promise<Buffer> {
  if (file.size > maxBytes) throw new AppError('limit-exceeded', `${what} is larger than ${maxBytes} bytes`);
  return buffer(file.open());
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function platformOf({ os, architecture, variant }: OciImageConfig): Platform {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
