import { z } from 'zod';
import { ReportDocument } from '../../src/reports/report-document.ts';
import type { JsonSchema } from './json-schema.ts';
import { cell } from './table-cell.ts';

/**
 * docs/reference/scan-report.schema.json. Readers must bear new fields, so it forbids none; the tests hold reports against
 * a stricter one.
 */
export function renderScanReportSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(ReportDocument, { io: 'input' }), null, 2)}\n`;
}

/** Long lists of words stand elsewhere. */
const WORDS_SHOWN = 8;
/** Every place where one of these stands has the fields of its first. */
const SHARED: Readonly<Record<string, string>> = {
  'suppressed[].vulnerability': 'vulnerabilities[]',
  'inventory.packages[]': 'vulnerabilities[].affected[].package',
};

/** docs/reference/scan-report.md: every field of `scan -o json`. */
export function renderScanReport(): string {
  const schema: JsonSchema = z.toJSONSchema(ReportDocument, { io: 'output' }) as JsonSchema; // plain JSON of the shape above
  return `<!-- Written by \`npm run generate\` from src/reports/report-document.ts. Do not edit. -->
# The JSON report of a scan

\`plimsoll scan -o json\` writes one document after [scan-report.schema.json](scan-report.schema.json) (JSON Schema 2020-12). Fields always
stand in this order. New ones may be added; when one goes or changes its meaning, \`schemaVersion\` changes. \`-o ndjson\` writes the elements of
\`vulnerabilities\`, \`malware.files\`, \`risk.secrets\` and \`risk.settings\`, one per line, with their \`type\` before them: \`vulnerability\`,
\`malware\`, \`secret\`, \`setting\`.

An unknown is never zero: \`counts\` (and \`malware.count\`, \`risk.counts\`) is null and \`coverage\` says \`unknown\` where nobody can judge, and a field that is not known is not there.
Causes are explained in [causes](causes.md).

| field | type | always there | meaning |
|---|---|---|---|
${rows(schema, '').join('\n')}
`;
}

function rows(schema: JsonSchema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const isRequired = schema.required?.includes(name) === true;
    const { place, inner } = unwrapped(field, at);
    const same = SHARED[place];
    const meaning = [field.description, wordsOf(inner), same && `as \`${same}\``].filter(Boolean).join('; ');
    const row = `| \`${at}\` | ${typeOf(field)} | ${isRequired ? 'yes' : 'no'} | ${cell(meaning)} |`;
    return [row, ...(same ? [] : rows(inner, place))];
  });
}

/** Down to what has fields or words: through lists, and past null. */
function unwrapped(field: JsonSchema, at: string): { readonly place: string; readonly inner: JsonSchema } {
  if (field.items) return unwrapped(field.items, `${at}[]`);
  const [first] = field.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return first ? unwrapped(first, at) : { place: at, inner: field };
}

function typeOf(field: JsonSchema): string {
  if (field.anyOf) return field.anyOf.map(typeOf).join(' or ');
  if (field.items) return `list of ${typeOf(field.items)}`;
  return field.const === undefined ? (field.type ?? 'string') : `\`${JSON.stringify(field.const)}\``;
}

const wordsOf = ({ enum: words = [] }: JsonSchema): string =>
  words.length > 0 && words.length <= WORDS_SHOWN ? `one of ${words.map((word) => `\`${word}\``).join(', ')}` : '';
