import type { RiskPlace } from '../../model/risk.ts';
import type { Severity } from '../../model/severity.ts';
import type { BuiltImage } from './built-image.ts';
import type { Check } from './check.ts';

/** A place where a config breaks a check. */
export interface Sighting {
  readonly place: RiskPlace;
  /** The step of the build, after a line with its time, or what the config says, as an instruction of a Dockerfile. */
  readonly instruction: string;
  /** What the title does not say. */
  readonly detail?: string;
  readonly severity?: Severity;
}

/** A check of what a container starts with and of how the image was built. */
export interface ConfigCheck extends Check {
  /** Pure. */
  check(image: BuiltImage): readonly Sighting[];
}
