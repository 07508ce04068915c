import { type Risk, riskBehaviors, riskPlaces } from '../model/risk.ts';
import type { ResponseOf } from './api-action.ts';
import { levelDigits } from './vulnerability-filters.ts';

export type ImageRisk = NonNullable<ResponseOf<'DescribeAssetImageRegistryRiskInfoList'>['List']>[number];

/** A risky setting or secret of one image as ImageRisk. */
export function toImageRisk(risk: Risk): ImageRisk {
  return {
    Behavior: riskBehaviors[risk.behavior].code,
    Type: riskPlaces[risk.place].code,
    Level: levelDigits[risk.severity],
    Desc: risk.description,
    InstructionContent: risk.instruction,
  };
}
