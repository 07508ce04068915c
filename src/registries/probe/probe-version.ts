import { AppError } from '../../model/app-error.ts';
import type { StageResult } from '../../model/connection-report.ts';
import { baseUrl } from '../distribution/base-url.ts';
import { createTransport, type WireResponse } from '../distribution/create-transport.ts';
import { followRedirects } from '../distribution/follow-redirects.ts';
import { defaultDistributionLimits } from '../distribution/limits.ts';
import { parseChallenges } from '../distribution/parse-challenges.ts';
import { redactUrl } from '../distribution/redact-url.ts';
import type { System } from '../distribution/system.ts';
import { isHtml } from '../distribution/to-response-error.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import { runStage } from './run-stage.ts';

export interface VersionProbe {
  readonly stage: StageResult;
  /** What the registry wants before it answers: `bearer`, `basic`; '' = nothing. Absent when it did not say. */
  readonly asks?: string;
  /** Its clock against ours, milliseconds; positive where the registry is ahead. Absent without a Date. */
  readonly skewMs?: number;
}

/** Stage `/v2/`: asked once without an account, as every client begins; 401 with a challenge is a good answer. */
export async function probeVersion(
  settings: { readonly url: string; readonly insecure: boolean },
  policy: NetworkPolicy,
  system: Pick<System, 'resolve' | 'now'>,
  signal: AbortSignal,
): Promise<VersionProbe> {
  const limits = defaultDistributionLimits;
  const transport = createTransport({ insecure: settings.insecure, policy, limits }, system);
  const url = new URL('v2/', baseUrl(settings.url));
  try {
    const { result, value } = await runStage('/v2/', async () => {
      const begun = system.now();
      const response = await followRedirects(transport, { method: 'GET', url, headers: {} }, limits.redirects, signal);
      response.body.destroy();
      const skewMs = skewOf(response, (begun + system.now()) / 2);
      const asks = askedBy(response, url);
      const skew = skewMs === undefined ? {} : { skewMs };
      return { value: { asks, ...skew }, detail: asks === '' ? 'asks for no sign-in' : `asks for ${asks}` };
    });
    return { stage: result, ...value };
  } finally {
    await transport.close();
  }
}

function askedBy(response: WireResponse, url: URL): string {
  const schemes = parseChallenges(response.header('www-authenticate') ?? '').map(({ scheme }) => scheme);
  if (response.status === 401 && schemes.length > 0) return schemes.includes('bearer') ? 'bearer' : (schemes[0] ?? '');
  if (response.status === 200 && !isHtml(response)) return '';
  const other = isHtml(response) || response.status === 404 || response.status === 401;
  throw new AppError(
    other ? 'not-a-registry' : 'registry-error',
    `GET ${redactUrl(url)} answered ${response.status}${isHtml(response) ? ' with an HTML page' : ''}, which is not the answer of a registry.`,
  );
}

// RFC 9110 gives Date in whole seconds: https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
function skewOf(response: WireResponse, ours: number): number | undefined {
  const theirs = Date.parse(response.header('date') ?? '');
  return Number.isNaN(theirs) ? undefined : Math.round(theirs + 500 - ours);
}
