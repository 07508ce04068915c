import type { ApiAction } from '../../src/api/api-action.ts';

/** Groups in the order of the page; an action is in the first that fits. */
const groups: readonly (readonly [title: string, names: RegExp])[] = [
  ['Exports', /Export/],
  ['Authorisation', /Authori[sz]e/],
  ['Vulnerabilities', /IgnoreVul|VulDetail|VulIgnore|SystemVul|WebVul|VulRegistryImageList/],
  ['Scans', /Scan/],
  ['Registries and sync', /RegistryRegistry|CheckRepeat|Sync|AssetStatus|Namespace/],
  ['Images and what is in them', /./],
];

/** docs/reference/README.md: every action, and how to call one. */
export function renderOverview(actions: readonly ApiAction[]): string {
  const groupOf = ({ name }: ApiAction) => groups.find(([, names]) => names.test(name))?.[0];
  const sections = groups.map(([title]) => {
    const rows = actions
      .filter((action) => groupOf(action) === title)
      .map(({ name, description }) => `- [${name}](actions/${name}.md): ${description}`);
    return `## ${title}\n${rows.join('\n')}\n`;
  });
  return `<!-- Written by \`npm run generate\` from src/api/actions/. Do not edit. -->
# API reference

The ${actions.length} actions of the image-registry family of TCSS 2020-11-01, as this server answers them. \`POST /\` with JSON or multipart, or \`GET /\`,
signed with TC3-HMAC-SHA256; or \`GET /\` and form \`POST /\` signed with HmacSHA1 or HmacSHA256. Any official SDK does it:
[use your existing code](../guides/use-your-code.md). From a shell, \`plimsoll call\` does.

What the original documentation leaves open is decided here, and said on the page of the action. An unknown count is null where the
contract allows it, otherwise 0 beside a status and an error that say so. See also: [errors](errors.md) · [why something is
not known](causes.md) · [OpenAPI document](openapi.json) · [commands](commands.md) · [JSON report of
a scan](scan-report.md) · [settings](../guides/settings.md).

${sections.join('\n')}
## Our own
Not Tencent's, so no SDK knows it; the command does:
- [ReportRunningContainers](actions/ReportRunningContainers.md): What runs in one place
`;
}
