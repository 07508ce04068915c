/** Bounds on all layers of one image together. Layers beyond them are not read, and the image is marked partial. */
export interface ImageLimits {
  /** Compressed, as the manifest says. */
  readonly maxBytes: number;
  /** Looked at when a layer begins: those under way may go over it, each up to its own limit. */
  readonly maxUncompressedBytes: number;
  /** As maxUncompressedBytes. */
  readonly maxEntries: number;
  readonly maxMs: number;
}

export const defaultImageLimits: ImageLimits = {
  maxBytes: 64 * 1024 ** 3,
  maxUncompressedBytes: 256 * 1024 ** 3,
  maxEntries: 16_000_000,
  maxMs: 3_600_000,
};
