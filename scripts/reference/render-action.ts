import type { ApiAction } from '../../src/api/api-action.ts';
import type { SdkTypes } from '../sdk-types.ts';
import { fieldTexts } from './field-texts.ts';
import { renderRiskCodes } from './render-risk-codes.ts';
import { sampleParameters } from './sample-parameters.ts';
import { type WireField, type WireType, wireFields } from './wire-type.ts';

/** docs/reference/actions/<Action>.md. `comment`: the docstring of the action, which says the rules that no schema can. */
export function renderAction(action: ApiAction, comment: string, sdk: SdkTypes): string {
  const fields = wireFields(action.input);
  return `<!-- Written by \`npm run generate\` from src/api/actions/. Do not edit. -->
# ${action.name}

${introduction(action.description, comment)}

${action.writes ? 'Needs an admin key; the call is recorded in the audit log.' : 'An admin or a reader key may call it.'} At most 20 calls per second and key, unless \`PLIMSOLL_RATE_LIMIT\` says otherwise.

\`\`\`sh
${exampleOf(action.name, fields)}
\`\`\`

## Parameters
${renderParameters(fields)}
${renderFilters(action)}${renderSortKeys(action)}
## Answer
${renderAnswer(action.name, sdk)}
${action.name === 'DescribeAssetImageRegistryRiskInfoList' ? renderRiskCodes() : ''}Besides, every action may answer the [errors of the protocol](../errors.md).
`;
}

/** The docstring often begins with the description; it is not said twice. */
function introduction(description: string, comment: string): string {
  if (comment === '') return `${description}.`;
  return comment.startsWith(description) ? comment : `${description}. ${comment}`;
}

/** The call of the example, as a person would type it. */
export function exampleOf(name: string, fields: readonly WireField[]): string {
  const parameters = sampleParameters(fields);
  const json = Object.keys(parameters).length > 0 ? ` '${JSON.stringify(parameters)}'` : '';
  return `plimsoll call ${name}${json}`;
}

function renderParameters(fields: readonly WireField[]): string {
  if (fields.length === 0) return 'None.\n';
  const rows = fields.flatMap((field) => parameterRows(field, ''));
  return `| Parameter | Required | Type | Meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function parameterRows(field: WireField, path: string): readonly string[] {
  const name = `${path}${field.name}`;
  const text = field.description ?? fieldTexts[name] ?? fieldTexts[field.name] ?? '';
  const item = field.type.kind === 'Array' ? field.type.item : field.type;
  const members = item.kind === 'Object' ? item.fields : [];
  const row = `| ${name} | ${field.required ? 'yes' : 'no'} | ${typeName(field.type)} | ${cell(text)} |`;
  const prefix = field.type.kind === 'Array' ? `${name}.N.` : `${name}.`;
  return [row, ...members.flatMap((member) => parameterRows(member, prefix))];
}

const typeName = (type: WireType): string => (type.kind === 'Array' ? `Array of ${typeName(type.item)}` : type.kind);

function renderFilters({ filters }: ApiAction): string {
  if (!filters) return '';
  const rows = Object.entries(filters).map(
    ([name, { description, values }]) => `| ${name} | ${cell(description)} | ${values ? values.join(', ') : ''} |`,
  );
  return `
### Filters
Conditions are joined by AND, their Values by OR; \`all\` among the Values does not restrict. An unknown name is an error.

| Name | Meaning | Values |
|---|---|---|
${rows.join('\n')}
`;
}

function renderSortKeys({ sortKeys }: ApiAction): string {
  if (!sortKeys) return '';
  const names = Object.keys(sortKeys).map((name) => `\`${name}\``);
  return `\n### Values of By\n${names.join(', ')}. Rows that are equal keep a stable order, so that pages add up.\n`;
}

function renderAnswer(name: string, sdk: SdkTypes): string {
  const open = [`${name}Response`];
  const tables: string[] = [];
  for (const [at, type] of open.entries()) {
    const fields = (sdk.get(type) ?? []).filter((field) => at === 0 || field.name !== 'RequestId');
    for (const field of fields) if (sdk.has(field.type) && !open.includes(field.type)) open.push(field.type);
    const rows = fields.map(
      (field) =>
        `| ${field.name} | ${field.isArray ? 'Array of ' : ''}${wireName(field.type)} | ${cell(fieldTexts[field.name] ?? '')} |`,
    );
    const title = at === 0 ? '' : `### ${type}\n`;
    tables.push(`${title}| Field | Type | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`);
  }
  return tables.join('\n');
}

const wireNames: Readonly<Record<string, string>> = { string: 'String', number: 'Number', boolean: 'Boolean' };
const wireName = (type: string): string => wireNames[type] ?? type;
const cell = (text: string): string => text.replaceAll('|', '\\|');
