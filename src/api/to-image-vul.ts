import type { Digest } from '../model/digest.ts';
import { systemEcosystems } from '../model/system-ecosystems.ts';
import type { AffectedPackage } from '../model/vulnerability.ts';
import type { StoredVulnerability } from '../store/store.ts';
import type { ResponseOf } from './api-action.ts';
import { toPocId } from './poc-id.ts';
import type { Language } from './protocol/api-error.ts';
import { dateTime } from './times.ts';
import { upgradeAdvice } from './upgrade-advice.ts';
import { levelDigits } from './vulnerability-filters.ts';
import { vulnerabilityTags } from './vulnerability-tags.ts';

export type ImageVul = NonNullable<ResponseOf<'DescribeAssetImageRegistryVulList'>['List']>[number];

/** A vulnerability of one image as ImageVul; `commands`: the instruction that made each layer. */
export function toImageVul(
  found: StoredVulnerability,
  commands: ReadonlyMap<Digest, string>,
  language: Language,
): ImageVul {
  const [first] = found.affected;
  const system = found.affected.some(({ package: { ecosystem } }) => systemEcosystems.includes(ecosystem));
  const fixes = [...new Set(found.affected.flatMap(({ fixedVersion }) => fixedVersion ?? []))];
  return {
    CVEID: found.id,
    POCID: toPocId(found.number),
    Name: found.title || found.id,
    Components: found.affected.map(toComponent),
    Category: '',
    CategoryType: system ? 'SYSTEM' : 'WEB',
    Level: levelDigits[found.severity],
    Des: found.description,
    OfficialSolution: upgradeAdvice(
      found.affected.flatMap(({ package: { name }, fixedVersion }) => (fixedVersion ? [{ name, fixedVersion }] : [])),
      language,
    ),
    // The contract: a JSON array in a string.
    Reference: JSON.stringify(found.references),
    DefenseSolution: '',
    SubmitTime: dateTime(found.published ? new Date(found.published) : undefined),
    CvssScore: found.cvss ? String(found.cvss.score) : '',
    CvssVector: found.cvss?.vector ?? '',
    IsSuggest: String(found.fixable && (found.severity === 'critical' || found.severity === 'high' || found.exploited)),
    FixedVersions: fixes.join(','),
    Tag: vulnerabilityTags({ ...found, system, application: !system }),
    Component: first?.package.name ?? '',
    Version: first?.package.version ?? '',
    // 3 for what is exploited in the wild, 2 where a way to do so is published; nothing milder is known of the others.
    AttackLevel: found.exploited ? 3 : found.exploitPublic ? 2 : 0,
    LayerInfos: layerInfos(found.affected, commands),
  };
}

function toComponent({ package: affected, fixedVersion }: AffectedPackage) {
  return {
    Component: affected.name,
    Name: affected.name,
    Version: affected.version,
    FixedVersion: fixedVersion ?? '',
    Path: affected.path,
    Type: systemEcosystems.includes(affected.ecosystem) ? 'SYSTEM' : 'WEB',
  };
}

function layerInfos(affected: readonly AffectedPackage[], commands: ReadonlyMap<Digest, string>) {
  const layers = new Set(affected.map(({ package: { layer } }) => layer));
  return [...layers].map((layer) => ({ LayerId: layer, LayerCmd: commands.get(layer) ?? '' }));
}
