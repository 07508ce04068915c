// Written by `npm run generate`. Do not edit.
import type { AdvisorySource } from '../advisory-source.ts';
import { epss } from './epss.ts';
import { kev } from './kev.ts';
import { osv } from './osv.ts';

export const sources = [epss, kev, osv] as const satisfies readonly AdvisorySource[];
