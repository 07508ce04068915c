import { scanErrorCodes } from '../../src/api/scan-error-codes.ts';
import { causes } from '../../src/model/cause.ts';
import { causeTexts } from '../../src/model/cause-texts.ts';
import { cell } from './table-cell.ts';

/** docs/reference/causes.md: why something could not be known or done, as the API tells it. */
export function renderCauses(): string {
  const sorted = [...causes].sort((a, b) => (scanErrorCodes[a] < scanErrorCodes[b] ? -1 : 1));
  const row = (language: 'en' | 'zh') =>
    sorted
      .map((cause) => {
        const { reason, solution } = causeTexts[cause];
        return `| \`${scanErrorCodes[cause]}\` | ${cell(reason[language])} | ${cell(solution[language])} |`;
      })
      .join('\n');
  return `<!-- Written by \`npm run generate\` from src/model/cause-texts.ts and src/api/scan-error-codes.ts. Do not edit. -->
# Why something is not known

Where a count cannot be known, or only a lower bound of it, the API says why instead of answering a plain zero. The code stands in

- \`ScanVulError\`, \`ScanVirusError\` and \`ScanRiskError\` of an image: of its last scan of that kind; empty when nothing is missing,
- \`ConnDetectMessage\` of a registry's \`ConnDetectDetail\`: of its last connection check; \`success\` when it is connected,
- \`SyncMessage\` of a registry whose \`SyncStatus\` is \`failed\`: the code, a colon, and what exactly happened.

\`Reason\` and \`Solution\` of an image (\`FailReason\`, \`Solution\`, \`SyncFailReason\`, \`SyncSolution\` of a registry) hold the text, in English or,
with \`X-TC-Language: zh-CN\`, in Chinese. The Solution of an image ends with the detail in brackets: the file, the package, the limit.

An image whose \`CveStatus\`, \`VirusStatus\` or \`RiskStatus\` is \`SCAN_ERR\` has unknown counts of that kind (null where the contract allows it).
One that is \`SCANNED\` with a code has counts that are a lower bound. The command line prints the first as \`-\`, the second with a \`+\`, and
below the list why and what to do; an image of which one kind failed is still scanned, and only one of which every kind failed is \`failed\`:

\`\`\`sh
plimsoll image list
plimsoll image list --status failed    # those of which nothing is known
\`\`\`

| code | Reason | Solution |
|---|---|---|
${row('en')}

## 中文

| code | Reason | Solution |
|---|---|---|
${row('zh')}
`;
}
