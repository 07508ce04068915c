import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actions } from '../../src/api/actions/index.ts';
import type { ApiAction } from '../../src/api/api-action.ts';
import { reportRunningContainers } from '../../src/api/report-running-containers.ts';
import { readSdkTypes } from '../sdk-types.ts';
import { renderAction } from './render-action.ts';
import { renderCauses } from './render-causes.ts';
import { renderCommands } from './render-commands.ts';
import { renderErrors } from './render-errors.ts';
import { renderOpenApi } from './render-openapi.ts';
import { renderOverview } from './render-overview.ts';
import { renderOwnAction } from './render-own-action.ts';
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
      text: renderAction(action, docstringOf(root, `actions/${fileOf(action.name)}`), sdk),
    })),
    {
      path: `docs/reference/actions/${reportRunningContainers.name}.md`,
      text: renderOwnAction(reportRunningContainers, docstringOf(root, fileOf(reportRunningContainers.name))),
    },
  ];
}

/** What the file of an action says above its definition; '' when it needs no words. */
function docstringOf(root: string, file: string): string {
  const text = readFileSync(join(root, 'src/api', file), 'utf8');
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const/.exec(text) ?? [];
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .filter(Boolean)
    .join(' ');
}

const fileOf = (name: string): string =>
  `${name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase()}.ts`;
