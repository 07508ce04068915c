import type { Risk } from '../../model/risk.ts';
import type { OciImageConfig } from '../../oci/parse-config.ts';
import { readBuiltImage } from './built-image.ts';
import type { ConfigCheck, Sighting } from './config-check.ts';
import { configChecks } from './config-checks/index.ts';
import { describeRisk } from './describe-risk.ts';

/** Of one check; a config may have 10,000 steps. */
const MAX_ROWS = 100;

/** Risky settings that the config and the history of an image show. */
export function assessConfig(config: OciImageConfig): readonly Risk[] {
  const image = readBuiltImage(config);
  return configChecks.flatMap((check: ConfigCheck) => {
    const sightings = check.check(image);
    const left = sightings.length - MAX_ROWS;
    const risks = sightings.slice(0, MAX_ROWS).map((sighting) => toRisk(check, sighting));
    const [last] = sightings.slice(MAX_ROWS);
    return last ? [...risks, toRisk(check, { ...last, detail: `${left} more places` })] : risks;
  });
}

function toRisk(check: ConfigCheck, { place, instruction, detail, severity }: Sighting): Risk {
  return {
    rule: check.id,
    behavior: check.behavior,
    place,
    severity: severity ?? check.severity,
    description: describeRisk(check, detail),
    instruction,
  };
}
