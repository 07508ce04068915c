import { dockerhub } from './dockerhub.ts';
import { ghcr } from './ghcr.ts';
import { gitlab } from './gitlab.ts';
import { harbor } from './harbor.ts';
import { quay } from './quay.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor that the conformance suite knows. */
export const vendors: readonly Vendor[] = [dockerhub, ghcr, gitlab, harbor, quay];
