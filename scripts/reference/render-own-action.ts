import { z } from 'zod';
import type { AnyAction, ApiAction } from '../../src/api/api-action.ts';
import type { JsonSchema } from './json-schema.ts';
import { sampleReport } from './sample-report.ts';

/** The page of an action that no SDK knows: its schema is made of more than the parameters of the others, and answers `Taken`. */
export function renderOwnAction(action: AnyAction & Pick<ApiAction, 'description'>, comment: string): string {
  const schema = z.toJSONSchema(action.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return `<!-- Written by \`npm run generate\` from src/api/. Do not edit. -->
# ${action.name}

${action.description}. ${comment}

Needs an admin key. \`plimsoll runtime report\` sends it: [what runs](../../guides/what-runs.md#report-it). At most 20 calls per second and key, unless
\`PLIMSOLL_RATE_LIMIT\` says otherwise.

\`\`\`sh
plimsoll call ${action.name} '${JSON.stringify(sampleReport)}'
\`\`\`

## Parameters
| Parameter | Required | Type | Meaning |
|---|---|---|---|
${rowsOf(schema, '').join('\n')}

## Answer
| Field | Type | Meaning |
|---|---|---|
| Taken | Boolean | false: something newer is known of the source, or it has expired |
| RequestId | String | Of this call, to be named when something is asked about it |

Besides, every action may answer the [errors of the protocol](../errors.md).
`;
}

function rowsOf({ properties = {}, required = [] }: JsonSchema, path: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const row = `| ${path}${name} | ${required.includes(name) ? 'yes' : 'no'} | ${typeOf(schema)} | ${schema.description ?? ''} |`;
    return [row, ...(schema.items ? rowsOf(schema.items, `${path}${name}.N.`) : rowsOf(schema, `${path}${name}.`))];
  });
}

function typeOf({ type = '', items }: JsonSchema): string {
  if (items) return `Array of ${typeOf(items)}`;
  return `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}
