import type { Risk, RiskPlace } from '../../model/risk.ts';
import type { Secret } from '../../model/secret.ts';
import type { HistoryEntry, OciImageConfig } from '../../oci/parse-config.ts';
import type { SecretFinder } from './create-secret-finder.ts';

/** A text of the config, and how a list of risks shows it. */
interface ConfigText {
  readonly place: RiskPlace;
  /** After "in", for people. */
  readonly where: string;
  readonly text: string;
  readonly show: (finder: SecretFinder) => string;
}

const MAX_RISKS = 1_000;
const MAX_NAME = 80;
const UNPRINTABLE = /[^\x20-\x7e]/g;

/**
 * Secrets in the config of an image and in its history. One that stands in several places is reported where it is in force; of
 * more than a thousand a last row says that there are more.
 */
export function assessConfigSecrets(config: OciImageConfig, finder: SecretFinder): readonly Risk[] {
  const risks = new Map<string, Risk>();
  for (const text of configTexts(config)) {
    for (const secret of finder.findIn(text.text)) {
      if (risks.size === MAX_RISKS && !risks.has(secret.fingerprint)) return [...risks.values(), leftOut];
      if (!risks.has(secret.fingerprint)) risks.set(secret.fingerprint, toRisk(text, secret, finder));
    }
  }
  return [...risks.values()];
}

const leftOut: Risk = {
  rule: 'secrets-left-out',
  behavior: 'secret',
  place: 'instruction',
  severity: 'high',
  description: `The config of the image has more than ${MAX_RISKS} secrets; the others are not listed`,
  instruction: '',
};

/** Those in force first: the history repeats them. */
function configTexts({ config, history }: OciImageConfig): readonly ConfigText[] {
  return [
    ...config.env.map((line) => instruction('environment', `the variable ${nameOf(line)}`, 'ENV', line)),
    ...Object.entries(config.labels).map(([name, value]) =>
      instruction('label', `the label ${printable(name)}`, 'LABEL', `${name}=${value}`),
    ),
    instruction('command', 'the entrypoint', 'ENTRYPOINT', config.entrypoint.join(' ')),
    instruction('command', 'the command', 'CMD', config.cmd.join(' ')),
    instruction('command', 'the health check', 'HEALTHCHECK', (config.healthcheck ?? []).join(' ')),
    instruction('instruction', 'the shell', 'SHELL', config.shell.join(' ')),
    ...config.onBuild.map((line) => instruction('instruction', 'an instruction for later builds', 'ONBUILD', line)),
    ...history.flatMap(historyTexts),
  ].filter(({ text }) => text !== '');
}

const instruction = (place: RiskPlace, where: string, keyword: string, text: string): ConfigText => ({
  place,
  where,
  text,
  show: (finder) => `${keyword} ${finder.mask(text)}`,
});

function historyTexts(entry: HistoryEntry, index: number): readonly ConfigText[] {
  const where = `step ${index + 1} of the history`;
  return [entry.createdBy, entry.comment].map((text) => ({
    place: 'instruction',
    where,
    text,
    show: (finder) => (entry.created ? `${entry.created.toISOString()}\n${finder.mask(text)}` : finder.mask(text)),
  }));
}

function toRisk({ place, where, show }: ConfigText, secret: Secret, finder: SecretFinder): Risk {
  return {
    rule: secret.rule,
    behavior: 'secret',
    place,
    severity: secret.severity,
    description: `${secret.title} in ${where}`,
    instruction: show(finder),
    fingerprint: secret.fingerprint,
  };
}

const nameOf = (line: string) => printable(line.split('=')[0] ?? '');
const printable = (text: string) => text.slice(0, MAX_NAME).replaceAll(UNPRINTABLE, '?');
