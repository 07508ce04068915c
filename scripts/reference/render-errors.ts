import type { ApiError } from '../../src/api/protocol/api-error.ts';
import { errors } from '../../src/api/protocol/errors.ts';
import { cell } from './table-cell.ts';

/** docs/reference/errors.md: what the API answers when it refuses. */
export function renderErrors(): string {
  const answers = Object.values(errors as Readonly<Record<string, (...values: never[]) => ApiError>>)
    .map((make) => make(...(placeholders(make.length) as never[])))
    .map(({ code, text }) => `| ${code} | ${cell(text['en-US'])} |`);
  return `<!-- Written by \`npm run generate\` from src/api/protocol/errors.ts. Do not edit. -->
# Errors

Every answer is HTTP 200; one that fails has \`Response.Error\` with a code for programs and a message for people, in English or, with
\`X-TC-Language: zh-CN\`, in Chinese. In the messages below \`…\` stands for what the call had there.

| Code | Message |
|---|---|
${[...new Set(answers)].sort().join('\n')}

A scan, a sync or a connection that fails is no error of a call: [causes](causes.md) says where it is told, and why it failed.
`;
}

/** Stands for any value: a text, a number, a list. */
const placeholder = Object.assign(['…'], { slice: () => '…', replaceAll: () => '…', toString: () => '…' });
const placeholders = (count: number): readonly unknown[] => Array.from({ length: count }, () => placeholder);
