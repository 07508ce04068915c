import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import openWabt from 'wabt';

const wabt = await openWabt();

/** The code of src/analyzers/text-screen.wat as a module that holds it. */
export function renderScreenCode(root: string): string {
  const path = 'src/analyzers/text-screen.wat';
  const parsed = wabt.parseWat(path, readFileSync(join(root, path), 'utf8'));
  const code = Buffer.from(parsed.toBinary({}).buffer).toString('base64');
  const lines = (code.match(/.{1,110}/g) ?? []).map((line) => `  '${line}',`);
  return `// Written by \`npm run generate\` from text-screen.wat.

/** WebAssembly, in base64. */
export const textScreenCode = [
${lines.join('\n')}
].join('');
`;
}
