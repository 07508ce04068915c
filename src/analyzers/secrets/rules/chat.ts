import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://discord.com/developers/docs/reference#authentication and the token formats of other chats */
export const chat: SecretFamily = [
  {
    id: 'discord-webhook',
    title: 'Discord webhook',
    severity: 'high',
    keywords: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    pattern: /discord(?:app)?\.com\/api\/webhooks\/(?<secret>[0-9]{17,20}\/[A-Za-z0-9_-]{60,80})(?![A-Za-z0-9_-])/,
    sample: (random) => `https://discord.com/api/webhooks/${random.digits(18)}/${random.base64url(68)}`,
    nearMisses: ['https://discord.com/api/webhooks/id/token'],
  },
  {
    id: 'discord-bot-token',
    title: 'Discord bot token',
    severity: 'critical',
    keywords: ['discord'],
    pattern:
      /discord[\w.-]{0,24}\\{0,2}["']{0,2}[ \t]{0,4}[=:][ \t]{0,4}["']?(?<secret>[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})(?![A-Za-z0-9_-])/i,
    sample: (random) => `DISCORD_TOKEN=M${random.base62(23)}.${random.base62(6)}.${random.base64url(38)}`,
    nearMisses: ['DISCORD_TOKEN=your.bot.token'],
  },
  {
    id: 'telegram-bot-token',
    title: 'Telegram bot token',
    severity: 'critical',
    keywords: [':AA'],
    pattern: /(?<![A-Za-z0-9:])(?<secret>[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34})(?![A-Za-z0-9_-])/,
    before: 10,
    entropy: 3.5,
    check: mixed,
    sample: (random) => `${random.digits(10)}:AA${random.base64url(33)}`,
    nearMisses: ['123:AA', `123456789:AA${'x'.repeat(33)}`],
  },
  {
    id: 'teams-webhook',
    title: 'Microsoft Teams webhook',
    severity: 'high',
    keywords: ['webhook.office.com/'],
    pattern:
      /webhook\.office\.com\/webhookb2\/(?<secret>[0-9a-f-]{36}@[0-9a-f-]{36}\/IncomingWebhook\/[0-9a-f]{32}\/[0-9a-f-]{36})/,
    sample: (random) =>
      `https://team.webhook.office.com/webhookb2/${random.uuid()}@${random.uuid()}/IncomingWebhook/${random.hex(32)}/${random.uuid()}`,
    nearMisses: ['https://team.webhook.office.com/webhookb2/id'],
  },
  {
    id: 'google-chat-webhook',
    title: 'Google Chat webhook',
    severity: 'medium',
    keywords: ['chat.googleapis.com/'],
    pattern:
      /chat\.googleapis\.com\/v1\/spaces\/[\w-]{5,30}\/messages\?(?<secret>key=[\w-]{30,60}&token=[\w%-]{30,80})/,
    sample: (random) =>
      `https://chat.googleapis.com/v1/spaces/${random.base62(11)}/messages?key=AI${random.base62(37)}&token=${random.base62(43)}`,
    nearMisses: ['https://chat.googleapis.com/v1/spaces/A/messages'],
  },
  {
    id: 'mattermost-token',
    title: 'Mattermost access token',
    severity: 'high',
    keywords: ['mattermost'],
    pattern: assigned('mattermost', '[a-z0-9]{26}'),
    entropy: 3,
    sample: (random) => `MATTERMOST_TOKEN=${random.base36(26)}`,
    nearMisses: ['MATTERMOST_TOKEN=short', 'MATTERMOST_TOKEN=$MATTERMOST_TOKEN', `MATTERMOST_TOKEN: ${'x'.repeat(40)}`],
  },
  {
    id: 'dingtalk-webhook',
    title: 'DingTalk robot webhook',
    severity: 'high',
    keywords: ['oapi.dingtalk.com/robot/'],
    pattern: /oapi\.dingtalk\.com\/robot\/send\?access_token=(?<secret>[0-9a-f]{64})(?![A-Za-z0-9])/,
    sample: (random) => `https://oapi.dingtalk.com/robot/send?access_token=${random.hex(64)}`,
    nearMisses: ['https://oapi.dingtalk.com/robot/send?access_token=xxxx'],
  },
  {
    id: 'wecom-webhook',
    title: 'WeCom robot webhook',
    severity: 'high',
    keywords: ['qyapi.weixin.qq.com/'],
    pattern: /qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/send\?key=(?<secret>[0-9a-f-]{36})(?![A-Za-z0-9-])/,
    sample: (random) => `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${random.uuid()}`,
    nearMisses: ['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=xxx'],
  },
  {
    id: 'zapier-webhook',
    title: 'Zapier webhook',
    severity: 'medium',
    keywords: ['hooks.zapier.com/'],
    pattern: /hooks\.zapier\.com\/hooks\/catch\/(?<secret>[0-9]{5,10}\/[a-z0-9]{6,12})/,
    sample: (random) => `https://hooks.zapier.com/hooks/catch/${random.digits(8)}/${random.base36(7)}/`,
    nearMisses: ['https://hooks.zapier.com/hooks/catch/'],
  },
];
