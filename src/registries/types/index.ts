// Written by `npm run generate`. Do not edit.
import type { RegistryType } from '../registry-client.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { ccr } from './ccr.ts';
import { docker } from './docker.ts';
import { dockerhub } from './dockerhub.ts';
import { ghcr } from './ghcr.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { harbor } from './harbor.ts';
import { jfrog } from './jfrog.ts';
import { nexus } from './nexus.ts';
import { otherTcr } from './other-tcr.ts';
import { quay } from './quay.ts';
import { tcr } from './tcr.ts';

export const registryTypes = [
  aws,
  azure,
  ccr,
  docker,
  dockerhub,
  ghcr,
  gitlab,
  google,
  harbor,
  jfrog,
  nexus,
  otherTcr,
  quay,
  tcr,
] as const satisfies readonly RegistryType[];
