import { z } from 'zod';

const Config = z.object({ imageSpec: z.object({ os: z.string().max(50), architecture: z.string().max(50) }) });
const LONGEST = 4 * 1024 * 1024;

/**
 * `linux/arm64`, from what containerd and CRI-O tell of an image when asked to be verbose: JSON for people, promised by no
 * specification. undefined where it is something else.
 */
export function readPlatform(info: string | undefined): string | undefined {
  if (info === undefined || info.length > LONGEST) return undefined;
  try {
    const { imageSpec } = Config.parse(JSON.parse(info));
    return imageSpec.os && imageSpec.architecture ? `${imageSpec.os}/${imageSpec.architecture}` : undefined;
  } catch {
    return undefined;
  }
}
