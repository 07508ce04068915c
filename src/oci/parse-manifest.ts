import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { isImageManifestMediaType, isIndexMediaType } from './media-types.ts';
import { describeBadDigest, isDigest } from './parse-digest.ts';
import { parseJson } from './parse-json.ts';
import { isPlatformWord, type Platform } from './platform.ts';

/** A pointer to content: https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface IndexChild extends Descriptor {
  readonly platform?: Platform;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType?: string;
}

export interface LayerDescriptor extends Descriptor {
  /** Where a foreign layer can be fetched from; never followed. */
  readonly urls?: readonly string[];
}

interface ManifestFields {
  /** From the body, else from the answer's Content-Type, else ''. */
  readonly mediaType: string;
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface OciIndex extends ManifestFields {
  readonly kind: 'index';
  readonly children: readonly IndexChild[];
}

export interface OciImageManifest extends ManifestFields {
  readonly kind: 'image';
  readonly config: Descriptor;
  /** Lowest first. */
  readonly layers: readonly LayerDescriptor[];
}

export type OciManifest = OciIndex | OciImageManifest;

/** The distribution spec asks registries to accept manifests up to 4 MiB; larger ones are not portable. */
export const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;
// Docker stops at 127 layers; OCI tools rarely pass a few hundred.
const MAX_LAYERS = 1_024;
const MAX_CHILDREN = 1_024;
// Larger than any layer, and small enough that the sum over all layers is still a whole number: 1025 × 2^40 < 2^53.
const MAX_BLOB_BYTES = 1024 ** 4;

const text = z.string().max(4_096);
const optionalText = text.nullish().transform((value) => value ?? undefined);
const word = optionalText.refine((value) => !value || isPlatformWord(value), 'not a word of a platform');
const annotations = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const digest = z.string().transform((value, context): Digest => {
  if (isDigest(value)) return value;
  context.addIssue(describeBadDigest(value));
  return z.NEVER;
});
const descriptorFields = { mediaType: text, digest, size: z.number().int().nonnegative().max(MAX_BLOB_BYTES) };
const descriptor = z.object(descriptorFields);

const platform = z
  .object({
    os: word,
    architecture: word,
    variant: word,
    'os.version': word,
  })
  .nullish()
  .transform((value): Platform | undefined => {
    if (!value?.os && !value?.architecture) return undefined;
    return {
      os: value.os ?? '',
      architecture: value.architecture ?? '',
      ...(value.variant ? { variant: value.variant } : {}),
      ...(value['os.version'] ? { osVersion: value['os.version'] } : {}),
    };
  });

const Index = z.object({
  mediaType: optionalText,
  manifests: z.array(z.object({ ...descriptorFields, platform, annotations, artifactType: optionalText })).nullable(),
  subject: descriptor.nullish(),
  artifactType: optionalText,
  annotations,
});

const Image = z.object({
  mediaType: optionalText,
  config: descriptor,
  layers: z.array(z.object({ ...descriptorFields, urls: z.array(text).nullish() })).nullable(),
  subject: descriptor.nullish(),
  artifactType: optionalText,
  annotations,
});

const Shape = z.object({
  schemaVersion: z.number().nullish(),
  mediaType: optionalText,
  manifests: z.unknown().optional(),
  config: z.unknown().optional(),
  layers: z.unknown().optional(),
  fsLayers: z.unknown().optional(),
});

/**
 * Reads an image index or image manifest, OCI or Docker schema 2. `raw.mediaType` is the answer's Content-Type; the
 * body decides when it is missing or generic.
 * @throws AppError `manifest-unsupported` (schema 1, ambiguous, malformed or of another kind), `limit-exceeded`
 */
export function parseManifest(raw: {
  readonly digest?: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
}): OciManifest {
  const what = raw.digest === undefined ? 'manifest' : `manifest ${raw.digest}`;
  if (raw.body.byteLength > MAX_MANIFEST_BYTES) {
    throw new AppError('limit-exceeded', `The ${what} is larger than ${MAX_MANIFEST_BYTES} bytes.`);
  }
  const shape = parseJson(raw.body, Shape, what);
  const kind = kindOf(shape, raw.mediaType, what);
  const mediaType = shape.mediaType ?? baseType(raw.mediaType);
  return kind === 'index' ? parseIndex(raw.body, mediaType, what) : parseImage(raw.body, mediaType, what);
}

function kindOf(shape: z.infer<typeof Shape>, header: string, what: string): OciManifest['kind'] {
  const unsupported = (why: string) => new AppError('manifest-unsupported', `The ${what} ${why}`);
  if (shape.schemaVersion === 1 || shape.fsLayers !== undefined) {
    throw unsupported('has the retired Docker schema 1; push the image again with a current client.');
  }
  const isIndex = shape.manifests !== undefined;
  const isImage = shape.config !== undefined || shape.layers !== undefined;
  // CVE-2021-41190: a document that reads as both could be shown as one and run as the other.
  if (isIndex && isImage) throw unsupported('reads both as an index and as an image, which is not allowed.');
  if (!isIndex && !isImage) throw unsupported('is neither an image index nor an image manifest.');
  for (const declared of [baseType(header), shape.mediaType ?? '']) {
    if (isIndex ? isImageManifestMediaType(declared) : isIndexMediaType(declared)) {
      throw unsupported(
        `is declared as ${declared}, but its content is ${isIndex ? 'an index' : 'an image manifest'}.`,
      );
    }
  }
  return isIndex ? 'index' : 'image';
}

/** `application/json; charset=utf-8` → `application/json`. */
function baseType(header: string): string {
  return (header.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function parseIndex(body: Uint8Array, mediaType: string, what: string): OciIndex {
  const index = parseJson(body, Index, what);
  const children = index.manifests ?? [];
  if (children.length > MAX_CHILDREN)
    throw new AppError('limit-exceeded', `The ${what} lists more than ${MAX_CHILDREN} manifests.`);
  return {
    kind: 'index',
    mediaType,
    children: children.map(({ platform, artifactType, ...child }) => ({
      ...child,
      ...(platform === undefined ? {} : { platform }),
      ...(artifactType ? { artifactType } : {}),
    })),
    ...optionalFields(index),
  };
}

function parseImage(body: Uint8Array, mediaType: string, what: string): OciImageManifest {
  const image = parseJson(body, Image, what);
  const layers = image.layers ?? [];
  if (layers.length > MAX_LAYERS)
    throw new AppError('limit-exceeded', `The ${what} has more than ${MAX_LAYERS} layers.`);
  return {
    kind: 'image',
    mediaType,
    config: image.config,
    layers: layers.map(({ urls, ...layer }) => ({ ...layer, ...(urls ? { urls } : {}) })),
    ...optionalFields(image),
  };
}

function optionalFields(fields: {
  readonly subject?: Descriptor | null | undefined;
  readonly artifactType?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}): Pick<ManifestFields, 'subject' | 'artifactType' | 'annotations'> {
  return {
    annotations: fields.annotations,
    ...(fields.subject ? { subject: fields.subject } : {}),
    ...(fields.artifactType ? { artifactType: fields.artifactType } : {}),
  };
}
