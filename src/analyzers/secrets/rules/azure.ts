import { assigned } from '../assigned.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://learn.microsoft.com/purview/sit-defn-azure-storage-account-key */
export const azure: SecretFamily = [
  {
    id: 'azure-storage-account-key',
    title: 'Azure storage account key',
    severity: 'critical',
    keywords: ['AccountKey', 'account_key', 'storage_key', 'accesskey', 'access_key'],
    pattern:
      /(?:account_?key|storage_key|access_?key)\\{0,2}["'\]]{0,2}[ \t]{0,8}(?:=|:)[ \t]{0,8}\\{0,2}["']?(?<secret>[A-Za-z0-9+/]{86}==)/i,
    entropy: 4,
    sample: (random) =>
      `DefaultEndpointsProtocol=https;AccountName=team;AccountKey=${random.base64(86)}==;EndpointSuffix=core.windows.net`,
    nearMisses: [`AccountKey=${'x'.repeat(86)}==`, 'AccountKey=short=='],
  },
  {
    id: 'azure-shared-access-key',
    title: 'Azure Service Bus, Event Hub or IoT shared access key',
    severity: 'critical',
    keywords: ['SharedAccessKey'],
    pattern: /SharedAccessKey=(?<secret>[A-Za-z0-9+/]{42,43}=)(?![A-Za-z0-9+/=])/,
    entropy: 3.5,
    sample: (random) =>
      `Endpoint=sb://team.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=${random.base64(43)}=`,
    nearMisses: ['SharedAccessKey=<key>', `SharedAccessKey=${'x'.repeat(43)}=`],
  },
  {
    id: 'azure-sas-signature',
    title: 'Azure shared access signature',
    severity: 'high',
    keywords: ['sig='],
    pattern: /(?<=[?&;])sig=(?<secret>[A-Za-z0-9%+/]{43,64}(?:%3[dD]|=))/,
    entropy: 3.5,
    sample: (random) => `?sv=2024-11-04&ss=b&srt=co&sp=rl&se=2030-01-01&sig=${random.base62(43)}%3D`,
    nearMisses: ['&sig=short%3D', `&sig=${'x'.repeat(43)}%3D`],
  },
  {
    id: 'azure-client-secret',
    title: 'Microsoft Entra ID client secret',
    severity: 'critical',
    keywords: ['7Q~', '8Q~'],
    pattern: /(?<![A-Za-z0-9_~.-])(?<secret>[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~-])/,
    before: 3,
    entropy: 3.5,
    sample: (random) => `${random.base62(3)}8Q~${random.base62(34)}`,
    nearMisses: ['abc8Q~short', `xxx8Q~${'x'.repeat(34)}`],
  },
  {
    id: 'azure-devops-token',
    title: 'Azure DevOps personal access token',
    severity: 'critical',
    keywords: ['AZDO'],
    pattern: /(?<secret>[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})(?![A-Za-z0-9])/,
    before: 76,
    entropy: 3.5,
    sample: (random) => `${random.base62(76)}AZDO${random.base62(4)}`,
    nearMisses: ['AZDO', `${'x'.repeat(76)}AZDO1234`],
  },
  {
    id: 'azure-app-configuration-key',
    title: 'Azure App Configuration connection string',
    severity: 'critical',
    keywords: [';Secret='],
    pattern: /;Secret=(?<secret>[A-Za-z0-9+/]{43}=)/,
    entropy: 3.5,
    sample: (random) => `Endpoint=https://team.azconfig.io;Id=${random.base62(8)};Secret=${random.base64(43)}=`,
    nearMisses: [';Secret=short', `;Secret=${'x'.repeat(43)}=`],
  },
  {
    id: 'azure-cognitive-key',
    title: 'Azure AI services key',
    severity: 'high',
    keywords: ['azure_openai', 'azure_search', 'cognitive', 'ocp-apim-subscription-key'],
    pattern: assigned('(?:azure_openai|azure_search|cognitive|ocp-apim-subscription-key)', '[0-9a-f]{32}'),
    entropy: 3,
    sample: (random) => `AZURE_OPENAI_API_KEY=${random.hex(32)}`,
    nearMisses: [
      'AZURE_OPENAI_API_KEY=short',
      'AZURE_OPENAI_API_KEY=$AZURE_OPENAI_API_KEY',
      `AZURE_OPENAI_API_KEY: ${'x'.repeat(40)}`,
    ],
  },
];
