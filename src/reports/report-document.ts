import { z } from 'zod';
import { causes } from '../model/cause.ts';
import { riskBehaviors, riskPlaces } from '../model/risk.ts';
import { scanKinds } from '../model/scan.ts';
import { severities } from '../model/severity.ts';
import { fixStatuses, suppressionReasons } from '../model/vulnerability.ts';

/**
 * What `plimsoll scan -o json` writes; docs/reference/scan-report.schema.json is generated from it. Fields may be added; when
 * one changes its meaning or goes, `schemaVersion` changes.
 */
export const SCHEMA_VERSION = 1;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/);
const time = z.iso.datetime();
const count = z.int().nonnegative();

const Package = z.object({
  purl: z
    .string()
    .optional()
    .describe('package URL, https://github.com/package-url/purl-spec; absent where there is none'),
  ecosystem: z.string().describe('`deb`, `apk`, `rpm`, `npm`, `pypi`, `maven` …'),
  name: z.string(),
  version: z.string().describe('as installed, with epoch and revision where there are any'),
  architecture: z.string().optional(),
  source: z
    .object({ name: z.string(), version: z.string() })
    .optional()
    .describe('source package (deb, rpm) or origin (apk), under which advisories are filed'),
  modularity: z.string().optional().describe('rpm: MODULARITYLABEL'),
  evidence: z.literal('lock').optional().describe('`lock`: a lock file names it; absent: it is installed'),
  path: z.string().describe('of the file that declares it, from the root of the image; inside an archive after `!/`'),
  layer: digest.describe('the layer that brought it'),
  ownedBy: z
    .object({ ecosystem: z.string(), name: z.string() })
    .optional()
    .describe('the package of the operating system that installed it'),
});

const Affected = z.object({
  package: Package,
  advisoryId: z.string(),
  fixedVersion: z.string().optional().describe('lowest version that mends it; absent: no fix is known'),
  status: z.enum(fixStatuses).optional().describe('what its maintainers say about a fix'),
});

const Vulnerability = z.object({
  id: z.string().describe('CVE id, or the id of the advisory where no CVE exists'),
  aliases: z.array(z.string()),
  severity: z.enum(severities).describe("the distribution's own, else from CVSS; `unknown`: neither says"),
  cvss: z.object({ score: z.number().min(0).max(10), vector: z.string() }).optional(),
  exploited: z.boolean().describe("in CISA's catalogue of known exploited vulnerabilities"),
  exploitPublic: z.boolean().optional().describe('a way to exploit it has been published'),
  epss: z
    .object({ probability: z.number().min(0).max(1), percentile: z.number().min(0).max(1) })
    .optional()
    .describe('https://www.first.org/epss; absent: not known'),
  title: z.string(),
  description: z.string(),
  references: z.array(z.string()),
  published: z.string().optional(),
  modified: z.string().optional(),
  affected: z.array(Affected).min(1).describe('the packages of this image that it affects'),
});

const coverage = z.enum(['known', 'partial', 'unknown']);
const gaps = z.array(z.object({ cause: z.enum(causes), subject: z.string() }));

const MalwareFile = z.object({
  name: z.string().describe('what the engine calls it'),
  severity: z.enum(severities),
  category: z.string(),
  engine: z.string(),
  path: z.string().describe('from the root of the image; inside an archive after `!/`'),
  layer: digest.optional(),
  removedBy: digest.optional().describe('the later layer that removed or replaced the file, which can still be pulled'),
  fileType: z.string().describe("`ELF`; '' when nobody knows"),
  size: count.describe('bytes'),
  md5: z.string(),
  sha256: z.string(),
  tags: z.array(z.string()),
  description: z.string(),
  solution: z.string(),
});

const Risk = z.object({
  rule: z.string().describe('id of the check, or of the rule that recognised the secret'),
  severity: z.enum(severities),
  behavior: z.enum(Object.keys(riskBehaviors) as (keyof typeof riskBehaviors)[]).describe('what is risky about it'),
  place: z.enum(Object.keys(riskPlaces) as (keyof typeof riskPlaces)[]),
  description: z.string(),
  instruction: z.string().describe('the instruction of the Dockerfile, or what the file shows; secrets are masked'),
  path: z.string().optional().describe('from the root of the image; absent for what the config says'),
  line: z.int().positive().optional(),
  layer: digest.optional(),
  removedBy: digest.optional().describe('the later layer that removed or replaced the file, which can still be pulled'),
  fingerprint: z.string().optional().describe('of a secret: the same one has the same wherever it lies'),
});

const failures = z.array(z.object({ engine: z.string(), cause: z.enum(causes), message: z.string() }));

export const ReportDocument = z
  .object({
    schemaVersion: z.literal(SCHEMA_VERSION),
    tool: z.object({ name: z.literal('plimsoll'), version: z.string() }),
    createdAt: time,
    reference: z.string().describe('the image, as it was asked for'),
    platform: z.string().describe('`linux/amd64`'),
    digest: digest.optional().describe('of the manifest; an archive may have none'),
    imageId: digest.describe('digest of the config'),
    coverage: z
      .enum(['known', 'partial', 'unknown'])
      .describe('`partial`: the vulnerabilities are a lower bound; `unknown`: an empty list does not mean safe'),
    gaps: z
      .array(z.object({ cause: z.enum(causes), subject: z.string() }))
      .describe('why the coverage is not `known`; docs/reference/causes.md explains the causes'),
    counts: z
      .object({ critical: count, high: count, medium: count, low: count, unknown: count })
      .nullable()
      .describe('vulnerabilities by severity, without those left out; null: nothing is known, which is not zero'),
    vulnerabilities: z.array(Vulnerability).describe('worst first'),
    suppressed: z
      .array(
        z.object({
          reason: z.enum(suppressionReasons),
          detail: z.string().describe('by which package, statement or rule'),
          vulnerability: Vulnerability,
        }),
      )
      .describe('what advisories say and something outweighs; not counted'),
    inventory: z.object({
      os: z
        .object({
          family: z.string(),
          release: z.string(),
          name: z.string(),
          repositories: z.array(z.string()).optional(),
        })
        .optional()
        .describe('absent: no operating system was found'),
      packages: z.array(Package),
      problems: z
        .array(
          z.object({
            path: z.string(),
            analyzer: z.string(),
            cause: z.enum(causes),
            message: z.string(),
            layer: digest,
          }),
        )
        .describe('files that could not be read to their end'),
    }),
    layers: z.array(z.object({ digest, size: count.describe('compressed bytes') })).describe('from base to top'),
    snapshot: z
      .object({
        id: z.string(),
        compiledAt: time,
        checkedAt: time.describe('when the feeds were last asked'),
        advisories: count,
        exploited: count,
      })
      .optional()
      .describe('the advisories it was judged by; absent: there were none'),
    kinds: z
      .array(z.enum(scanKinds))
      .describe('what was looked for; the `coverage` of vulnerabilities is `unknown` where they were not'),
    malware: z
      .object({
        coverage: coverage.describe('`partial`: a lower bound; `unknown`: an empty list does not mean safe'),
        count: count.nullable().describe('malicious files, without those left out; null: unknown, which is not zero'),
        files: z.array(MalwareFile).describe('worst first'),
        suppressed: z
          .array(z.object({ detail: z.string().describe('by which rule'), file: MalwareFile }))
          .describe('what rules leave out; not counted'),
        engines: z.array(
          z.object({
            name: z.string(),
            version: z.string(),
            signatures: z.string().describe("version of its signatures; '' when it has none"),
            signaturesAt: time.optional(),
          }),
        ),
        failures: failures.describe('what engines could not do: why the coverage is not `known`'),
        warnings: failures.describe('what engines work without, such as a rule file that does not compile'),
      })
      .optional()
      .describe('absent: malware was not looked for'),
    risk: z
      .object({
        coverage: coverage.describe('`partial`: a lower bound; `unknown`: empty lists do not mean safe'),
        counts: z
          .object({ secrets: count, settings: count })
          .nullable()
          .describe('without those left out; null: unknown, which is not zero'),
        secrets: z.array(Risk).describe('worst first'),
        settings: z.array(Risk).describe('worst first'),
        suppressed: z
          .array(z.object({ detail: z.string().describe('by which rule'), risk: Risk }))
          .describe('what rules leave out; not counted'),
        gaps: gaps.describe('why the coverage is not `known`'),
      })
      .optional()
      .describe('absent: secrets and risky settings were not looked for'),
  })
  .meta({ title: 'Scan report of Plimsoll', description: 'What `plimsoll scan -o json` writes.' });

export type ReportDocument = z.infer<typeof ReportDocument>;
