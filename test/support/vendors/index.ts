import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { ccr } from './ccr.ts';
import { dockerhub } from './dockerhub.ts';
import { ghcr } from './ghcr.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { harbor } from './harbor.ts';
import { jfrog } from './jfrog.ts';
import { nexus } from './nexus.ts';
import { quay } from './quay.ts';
import { tcr } from './tcr.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor that the conformance suite knows. */
export const vendors: readonly Vendor[] = [
  aws,
  azure,
  ccr,
  dockerhub,
  ghcr,
  gitlab,
  google,
  harbor,
  jfrog,
  nexus,
  quay,
  tcr,
];
