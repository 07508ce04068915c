import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { RunningImage } from '../model/running-image.ts';
import { toDigest } from '../oci/to-digest.ts';

/** What runs, as people write it down or a runtime's own command prints it. */
export interface RuntimeReport {
  readonly source?: string;
  readonly images: readonly RunningImage[];
}

const MOST = 100_000;
const Text = z.string().max(2_048);
const Ours = z.object({
  source: Text.optional(),
  containers: z
    .array(
      z.object({
        image: Text.default(''),
        digest: Text.optional(),
        platform: z.string().max(100).optional(),
        count: z.int().min(1).default(1),
      }),
    )
    .max(MOST),
});
/** `crictl ps -o json`: https://github.com/kubernetes/cri-api, ListContainersResponse. */
const Cri = z.object({
  containers: z
    .array(z.object({ imageRef: Text, image: z.object({ image: Text }).optional(), state: z.string() }))
    .max(MOST),
});
/** A line of `docker ps --no-trunc --format json`, or a member of `podman ps --format json`. */
const Listed = z.object({ Image: Text, ImageID: Text.optional(), State: z.string().optional() });

/** @throws AppError that says what was expected */
export function parseReport(text: string): RuntimeReport {
  const document = parseDocument(text);
  const listed = z.array(Listed).max(MOST).safeParse(document);
  if (listed.success) {
    const running = listed.data.filter(({ State }) => State === undefined || State === 'running');
    return { images: running.map(({ Image, ImageID }) => toImage(Image, ImageID ?? Image, 1)) };
  }
  const cri = Cri.safeParse(document);
  if (cri.success && cri.data.containers.length > 0) {
    const running = cri.data.containers.filter(({ state }) => state === 'CONTAINER_RUNNING');
    return { images: running.map(({ imageRef, image }) => toImage(image?.image ?? imageRef, imageRef, 1)) };
  }
  const ours = Ours.safeParse(document);
  if (!ours.success) throw refuse(`${ours.error.issues[0]?.path.join('.') || 'all of it'} is missing or wrong`);
  const { source, containers } = ours.data;
  const images = containers.map(({ image, digest, platform, count }, at) => {
    if (digest !== undefined && toDigest(digest) === undefined)
      throw refuse(`containers.${at}.digest is no sha256 digest`);
    return { ...toImage(image, digest ?? image, count), ...(platform === undefined ? {} : { platform }) };
  });
  return { images, ...(source === undefined ? {} : { source }) };
}

function toImage(reference: string, digestText: string, containers: number): RunningImage {
  const digests = [toDigest(digestText)].filter((digest): digest is Digest => digest !== undefined);
  return { reference: reference.slice(0, 1_024), digests, containers };
}

/** One JSON value, or one a line. */
function parseDocument(text: string): unknown {
  // A command that fails before the pipe leaves nothing, too: what is unknown would become none.
  if (text.trim() === '') throw refuse('it is empty. Where nothing runs, report {"containers": []}');
  try {
    return JSON.parse(text);
  } catch {
    try {
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line): unknown => JSON.parse(line));
    } catch (cause) {
      throw refuse('it is no JSON', cause);
    }
  }
}

const refuse = (why: string, cause?: unknown) =>
  new AppError(
    'file-unreadable',
    `The report cannot be read: ${why}. Expected {"source": "edge-1", "containers": [{"image": "registry.example.com/app:1", "digest": "sha256:…", "count": 2}]}, or what \`crictl ps -o json\`, \`docker ps --no-trunc --format json\` or \`podman ps --format json\` prints.`,
    { cause },
  );
