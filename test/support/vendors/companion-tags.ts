import type { WorldRepository, WorldTag } from '../vendor-world.ts';

const suffixes: Readonly<Record<string, string>> = { signature: 'sig', sbom: 'sbom', attestation: 'att' };
const PUSHED = new Date('2026-02-01T00:00:00Z');

/** Accessories as cosign leaves them in a registry that has no other place for them: tags with the digest they belong to. */
export function companionTags({ accessories }: WorldRepository): readonly WorldTag[] {
  return accessories.map(({ digest, subject, reason }) => ({
    name: `${subject.replace(':', '-')}.${suffixes[reason] ?? 'sig'}`,
    digest,
    pushedAt: PUSHED,
  }));
}

/** All tags of a repository: of images, and those that cosign leaves. */
export const allTags = (repository: WorldRepository): readonly WorldTag[] => [
  ...repository.tags,
  ...companionTags(repository),
];
