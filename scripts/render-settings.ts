import { describeSettings } from '../src/config/load-config.ts';

/** docs/guides/settings.md: the table of all settings. */
export function renderSettings(): string {
  const rows = describeSettings({}).map(
    ({ name, fallback, meaning }) => `| \`${name}\` | ${code(fallback)} | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return `<!-- Written by \`npm run generate\` from src/config/settings.ts. Do not edit. -->
# Settings

Every setting is an environment variable. \`plimsoll config\` prints them all with their value and where it comes from; a wrong or
misspelt one stops the start with a message that names it. \`--data-dir\`, \`--endpoint\` and \`serve --listen\` stand for the
variables of the same meaning.

| Setting | Default | Meaning |
|---|---|---|
${rows.join('\n')}

Commands also read \`PLIMSOLL_REGISTRY_PASSWORD\` (\`registry add\`, \`scan\`) and \`NO_COLOR\`.
`;
}

/** Literal values in code, descriptions as they are. */
function code(fallback: string): string {
  if (fallback === '') return 'not set';
  return fallback.includes(' ') || fallback.includes('$') ? fallback : `\`${fallback}\``;
}
