import { toRisks } from '../analyzers/settings/to-risk.ts';
import type { Digest } from '../model/digest.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { Risk } from '../model/risk.ts';
import type { FileSecret } from '../model/secret.ts';
import { severities } from '../model/severity.ts';
import type { CoverageGap } from '../model/vulnerability.ts';
import { createRemovals } from './create-removals.ts';
import type { RiskResult } from './scan-report.ts';

/**
 * Risky settings and secrets of an image: those of its config, and those of its layers from base to top. A setting that a
 * later layer mends is none; a secret that a later layer deletes is still there for whoever pulls the image.
 */
export function assessRisks(inConfig: readonly Risk[], layers: readonly LayerReport[]): RiskResult {
  const removedBy = createRemovals(layers);
  const inFiles = layers.flatMap((layer, index) => [
    ...layer.secrets.map((secret) => secretRisk(secret, layer.digest, removedBy(index, secret.path))),
    ...toRisks(
      layer.settings.filter(({ path }) => removedBy(index, path) === undefined),
      layer.digest,
    ),
  ]);
  return { risks: [...inConfig, ...inFiles].toSorted(worstFirst), gaps: layers.flatMap(gapsOf) };
}

function secretRisk(
  { path, rule, title, severity, line, excerpt, fingerprint }: FileSecret,
  layer: Digest,
  removedBy?: Digest,
): Risk {
  const where = line === undefined ? `/${path}` : `/${path}, line ${line}`;
  return {
    rule,
    behavior: 'secret',
    place: 'file',
    severity,
    description: `${title} in ${where}${removedBy ? ', which a later layer removes but everybody can still pull' : ''}`,
    instruction: excerpt,
    path,
    ...(line === undefined ? {} : { line }),
    layer,
    ...(removedBy ? { removedBy } : {}),
    fingerprint,
  };
}

const worstFirst = (a: Risk, b: Risk) => severities.indexOf(b.severity) - severities.indexOf(a.severity);

/** What of a layer nobody looked at. */
function gapsOf({ problems }: LayerReport): readonly CoverageGap[] {
  return problems
    .filter(({ analyzer }) => ['layer', 'content', 'secrets', 'settings'].includes(analyzer))
    .map(({ cause, path, message }) => ({ cause, subject: `${path}: ${message}` }));
}
