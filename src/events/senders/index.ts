// Written by `npm run generate`. Do not edit.
import type { EventSender } from '../event-sender.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { distribution } from './distribution.ts';
import { dockerhub } from './dockerhub.ts';
import { ghcr } from './ghcr.ts';
import { google } from './google.ts';
import { harbor } from './harbor.ts';
import { harborCloudEvents } from './harbor-cloud-events.ts';
import { jfrog } from './jfrog.ts';
import { nexus } from './nexus.ts';
import { quay } from './quay.ts';
import { tcr } from './tcr.ts';

export const eventSenders = [
  aws,
  azure,
  distribution,
  dockerhub,
  ghcr,
  google,
  harbor,
  harborCloudEvents,
  jfrog,
  nexus,
  quay,
  tcr,
] as const satisfies readonly EventSender[];
