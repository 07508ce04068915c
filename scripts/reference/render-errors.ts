import type { ApiError } from '../../src/api/protocol/api-error.ts';
import { errors } from '../../src/api/protocol/errors.ts';
import { scanErrorCodes } from '../../src/api/scan-error-codes.ts';
import { causeTexts } from '../../src/model/cause-texts.ts';

/** docs/reference/errors.md: what the API answers when it refuses, and why scans and syncs fail. */
export function renderErrors(): string {
  const answers = Object.values(errors as Readonly<Record<string, (...values: never[]) => ApiError>>)
    .map((make) => make(...(placeholders(make.length) as never[])))
    .map(({ code, text }) => `| ${code} | ${cell(text['en-US'])} |`);
  const causes = Object.entries(causeTexts).map(
    ([cause, { reason, solution }]) =>
      `| ${scanErrorCodes[cause as keyof typeof scanErrorCodes]} | ${cell(reason.en)} | ${cell(solution.en)} |`,
  );
  return `<!-- Written by \`npm run generate\` from src/api/protocol/errors.ts and src/model/cause-texts.ts. Do not edit. -->
# Errors

Every answer is HTTP 200; one that fails has \`Response.Error\` with a code for programs and a message for people, in English or, with
\`X-TC-Language: zh-CN\`, in Chinese. In the messages below \`…\` stands for what the call had there.

| Code | Message |
|---|---|
${[...new Set(answers)].sort().join('\n')}

## Why a scan, a sync or a connection fails
Codes of ScanVulError, ScanVirusError, ScanRiskError, SyncMessage and ConnDetectMessage, with Reason and Solution as the API tells them.

| Code | Reason | Solution |
|---|---|---|
${causes.sort().join('\n')}
`;
}

/** Stands for any value: a text, a number, a list. */
const placeholder = Object.assign(['…'], { slice: () => '…', replaceAll: () => '…', toString: () => '…' });
const placeholders = (count: number): readonly unknown[] => Array.from({ length: count }, () => placeholder);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
