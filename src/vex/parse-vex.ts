import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import type { VexDocument, VexProduct, VexStatement, VexStatus } from './vex-statement.ts';

const MAX_BYTES = 32 * 1024 ** 2;
const MAX_STATEMENTS = 100_000;
const MAX_PROBLEMS = 50;

const Word = z.string().max(4000);
const many = <Item extends z.ZodType>(item: Item) => z.array(item).max(10_000);
const Status = z.enum(['not_affected', 'fixed', 'affected', 'under_investigation']);

// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md; version 0.0.1 writes plain texts where later ones have objects.
const Component = z.union([
  Word.transform((id) => ({ '@id': id, identifiers: undefined })),
  z.object({ '@id': Word.optional(), identifiers: z.record(Word, Word).optional() }),
]);
const Product = z.union([
  Word.transform((id) => ({ '@id': id, identifiers: undefined, subcomponents: undefined })),
  z.object({
    '@id': Word.optional(),
    identifiers: z.record(Word, Word).optional(),
    subcomponents: many(Component).optional(),
  }),
]);
const OpenVexStatement = z.object({
  vulnerability: z.union([
    Word.transform((name) => ({ name, aliases: undefined })),
    z.object({ name: Word, aliases: many(Word).optional() }),
  ]),
  products: many(Product).optional(),
  status: Status,
  justification: Word.optional(),
  impact_statement: Word.optional(),
});
const OpenVex = z.object({ '@context': Word.regex(/openvex/), statements: z.array(z.unknown()).max(MAX_STATEMENTS) });

// https://cyclonedx.org/docs/1.6/json/#vulnerabilities
const CycloneDxVulnerability = z.object({
  id: Word,
  references: many(z.object({ id: Word })).optional(),
  analysis: z.object({ state: Word, justification: Word.optional(), detail: Word.optional() }).optional(),
  affects: many(z.object({ ref: Word })).optional(),
});
const CycloneDx = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z
    .array(z.object({ 'bom-ref': Word.optional(), purl: Word.optional() }))
    .max(MAX_STATEMENTS)
    .optional(),
  vulnerabilities: z.array(z.unknown()).max(MAX_STATEMENTS),
});

/** Reads an OpenVEX or CycloneDX document (JSON). @throws AppError when it is neither, or too large. */
export function parseVex(bytes: Uint8Array): VexDocument {
  if (bytes.length > MAX_BYTES) throw new AppError('limit-exceeded', `a VEX document has at most ${MAX_BYTES} bytes`);
  const json = parseJson(bytes);
  const openVex = OpenVex.safeParse(json);
  if (openVex.success) return collect(openVex.data.statements, toOpenVexStatement, 'statements');
  const cycloneDx = CycloneDx.safeParse(json);
  if (!cycloneDx.success) {
    throw new AppError(
      'blob-corrupt',
      'it is neither OpenVEX ("@context", "statements") nor CycloneDX ("bomFormat", "vulnerabilities")',
    );
  }
  const { components = [], vulnerabilities } = cycloneDx.data;
  const purls = new Map(components.flatMap(({ 'bom-ref': ref, purl }) => (ref && purl ? [[ref, purl] as const] : [])));
  return collect(vulnerabilities, (item) => toCycloneDxStatement(item, purls), 'vulnerabilities');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new AppError('blob-corrupt', 'it is not JSON', { cause: error });
  }
}

function collect(
  items: readonly unknown[],
  read: (item: unknown) => VexStatement | undefined,
  list: string,
): VexDocument {
  const statements: VexStatement[] = [];
  const problems: string[] = [];
  for (const [at, item] of items.entries()) {
    try {
      const statement = read(item);
      if (statement) statements.push(statement);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const [issue] = error.issues;
      const where = [list, at, ...(issue?.path ?? [])].join('.');
      if (problems.length < MAX_PROBLEMS) problems.push(`${where}: ${issue?.message}`);
    }
  }
  return { statements, problems };
}

function toOpenVexStatement(item: unknown): VexStatement {
  const {
    vulnerability,
    products = [],
    status,
    justification,
    impact_statement: impact,
  } = OpenVexStatement.parse(item);
  return {
    names: [vulnerability.name, ...(vulnerability.aliases ?? [])].map((name) => name.toUpperCase()),
    status,
    products: products.flatMap(toProducts),
    reason: reasonOf(status, justification, impact),
  };
}

type Component = z.infer<typeof Component>;

/** Each of its ids by itself names it. */
function toProducts(product: z.infer<typeof Product>): readonly VexProduct[] {
  const subcomponents = (product.subcomponents ?? []).flatMap(idsOf);
  return idsOf(product).map((id) => ({ id, subcomponents }));
}

function idsOf({ '@id': id, identifiers }: Component): readonly string[] {
  const found = [id, identifiers?.purl].flatMap((each) => each ?? []);
  return [...new Set(found)];
}

/** https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis_state */
const STATES: Readonly<Record<string, VexStatus>> = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
};
const BOM_LINK = /^urn:cdx:[^#]{1,200}#(.*)$/s;

function toCycloneDxStatement(item: unknown, purls: ReadonlyMap<string, string>): VexStatement | undefined {
  const { id, references = [], analysis, affects = [] } = CycloneDxVulnerability.parse(item);
  const status = analysis && Object.hasOwn(STATES, analysis.state) ? STATES[analysis.state] : undefined;
  if (!analysis || !status) return undefined; // a list of vulnerabilities that nobody judged
  return {
    names: [id, ...references.map((each) => each.id)].map((name) => name.toUpperCase()),
    status,
    products: affects.map(({ ref }) => {
      const local = BOM_LINK.exec(ref)?.[1] ?? ref;
      return { id: purls.get(local) ?? local, subcomponents: [] };
    }),
    reason: reasonOf(status, analysis.justification, analysis.detail),
  };
}

const reasonOf = (status: VexStatus, ...more: readonly (string | undefined)[]) =>
  [status, ...more.filter((each) => each)].join(': ').slice(0, 500);
