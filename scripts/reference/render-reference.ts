import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actions } from '../../src/api/actions/index.ts';
import type { ApiAction } from '../../src/api/api-action.ts';
import { readSdkTypes } from '../sdk-types.ts';
import { renderAction } from './render-action.ts';
import { renderCauses } from './render-causes.ts';
import { renderCommands } from './render-commands.ts';
import { renderErrors } from './render-errors.ts';
import { renderOpenApi } from './render-openapi.ts';
import { renderOverview } from './render-overview.ts';
import { renderScanReport, renderScanReportSchema } from './render-scan-report.ts';

/** Every file below docs/reference: one page an action, as the original documentation has it. */
export async function renderReference(
  root: string,
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const all: readonly ApiAction[] = actions;
  const sdk = readSdkTypes();
  return [
    { path: 'docs/reference/README.md', text: renderOverview(all) },
    { path: 'docs/reference/causes.md', text: renderCauses() },
    { path: 'docs/reference/commands.md', text: await renderCommands() },
    { path: 'docs/reference/errors.md', text: renderErrors() },
    { path: 'docs/reference/openapi.json', text: renderOpenApi(all, sdk) },
    { path: 'docs/reference/scan-report.md', text: renderScanReport() },
    { path: 'docs/reference/scan-report.schema.json', text: renderScanReportSchema() },
    ...all.map((action) => ({
      path: `docs/reference/actions/${action.name}.md`,
      text: renderAction(action, docstringOf(root, action.name), sdk),
    })),
  ];
}

/** What the file of an action says above its definition; '' when it needs no words. */
function docstringOf(root: string, name: string): string {
  const file = name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
  const text = readFileSync(join(root, 'src/api/actions', `${file}.ts`), 'utf8');
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const/.exec(text) ?? [];
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .filter(Boolean)
    .join(' ');
}
