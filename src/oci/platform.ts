/** What an image runs on: https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

export const defaultPlatform: Platform = { os: 'linux', architecture: 'amd64' };

const WORD = /^[A-Za-z0-9._+-]{1,64}$/;
const PLATFORM = /^([a-z0-9_-]{1,32})\/([a-z0-9_-]{1,32})(?:\/([a-z0-9._-]{1,32}))?$/;
const architectureAliases: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  i386: '386',
};
// A CPU of the key runs what was built for the variants after it, best first.
const runsOn: Readonly<Record<string, readonly string[]>> = {
  'arm/v8': ['v8', 'v7', 'v6', 'v5'],
  'arm/v7': ['v7', 'v6', 'v5'],
  'arm/v6': ['v6', 'v5'],
  'arm/v5': ['v5'],
};

/** Whether a text may be a part of a platform: parts end up in rows, lists and messages. */
export function isPlatformWord(text: string): boolean {
  return WORD.test(text);
}

/** `linux/arm64/v8`; '' when the platform is not known at all. */
export function formatPlatform(platform: Platform): string {
  if (platform.os === '' && platform.architecture === '') return '';
  const variant = platform.variant === undefined || platform.variant === '' ? '' : `/${platform.variant}`;
  return `${platform.os || 'unknown'}/${platform.architecture || 'unknown'}${variant}`;
}

/** Reads `linux/arm64/v8` and the common aliases of architectures; undefined when the text is no platform. */
export function parsePlatform(text: string): Platform | undefined {
  const [, os, architecture, variant] = PLATFORM.exec(text.toLowerCase()) ?? [];
  if (os === undefined || architecture === undefined) return undefined;
  return {
    os,
    architecture: architectureAliases[architecture] ?? architecture,
    ...(variant === undefined ? {} : { variant }),
  };
}

/** The child to use for a platform: the exact variant, else the best one that CPU can run; undefined when none fits. */
export function choosePlatform<T extends { readonly platform?: Platform | undefined }>(
  children: readonly T[],
  wanted: Platform = defaultPlatform,
): T | undefined {
  const candidates = children.filter(
    ({ platform }) => platform !== undefined && platform.os === wanted.os && sameArchitecture(platform, wanted),
  );
  for (const variant of acceptableVariants(wanted)) {
    const match = candidates.find(({ platform }) => platform !== undefined && variantOf(platform) === variant);
    if (match !== undefined) return match;
  }
  return undefined;
}

function sameArchitecture(a: Platform, b: Platform): boolean {
  return canonicalArchitecture(a) === canonicalArchitecture(b);
}

function canonicalArchitecture(platform: Platform): string {
  return architectureAliases[platform.architecture] ?? platform.architecture;
}

function acceptableVariants(wanted: Platform): readonly string[] {
  const variant = variantOf(wanted);
  return runsOn[`${canonicalArchitecture(wanted)}/${variant}`] ?? (variant === '' ? [''] : [variant, '']);
}

/** The variant with the defaults written out, so that `linux/arm64` and `linux/arm64/v8` are one. */
function variantOf(platform: Platform): string {
  const variant = platform.variant ?? '';
  const architecture = canonicalArchitecture(platform);
  if (architecture === 'arm64') return variant === '' || variant === '8' ? 'v8' : variant;
  if (architecture === 'arm') return variant === '' ? 'v7' : variant.startsWith('v') ? variant : `v${variant}`;
  return architecture === 'amd64' && variant === 'v1' ? '' : variant;
}
