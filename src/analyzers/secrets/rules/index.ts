// Written by `npm run generate`. Do not edit.
import type { SecretFamily } from '../secret-rule.ts';
import { ai } from './ai.ts';
import { alibaba } from './alibaba.ts';
import { atlassian } from './atlassian.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { bitbucket } from './bitbucket.ts';
import { chat } from './chat.ts';
import { chineseClouds } from './chinese-clouds.ts';
import { continuousIntegration } from './continuous-integration.ts';
import { credentialFiles } from './credential-files.ts';
import { databases } from './databases.ts';
import { digitalocean } from './digitalocean.ts';
import { dockerConfig } from './docker-config.ts';
import { edge } from './edge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { hosting } from './hosting.ts';
import { identity } from './identity.ts';
import { infrastructure } from './infrastructure.ts';
import { jsonWebToken } from './json-web-token.ts';
import { mail } from './mail.ts';
import { monitoring } from './monitoring.ts';
import { namedValues } from './named-values.ts';
import { npm } from './npm.ts';
import { packageRegistries } from './package-registries.ts';
import { payment } from './payment.ts';
import { privateKey } from './private-key.ts';
import { services } from './services.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import { sourcegraph } from './sourcegraph.ts';
import { stripe } from './stripe.ts';
import { tailscale } from './tailscale.ts';
import { tencent } from './tencent.ts';
import { urlCredentials } from './url-credentials.ts';
import { workspace } from './workspace.ts';

export const secretFamilies = [
  ai,
  alibaba,
  atlassian,
  aws,
  azure,
  bitbucket,
  chat,
  chineseClouds,
  continuousIntegration,
  credentialFiles,
  databases,
  digitalocean,
  dockerConfig,
  edge,
  gitea,
  github,
  gitlab,
  google,
  hosting,
  identity,
  infrastructure,
  jsonWebToken,
  mail,
  monitoring,
  namedValues,
  npm,
  packageRegistries,
  payment,
  privateKey,
  services,
  shopify,
  slack,
  sourcegraph,
  stripe,
  tailscale,
  tencent,
  urlCredentials,
  workspace,
] as const satisfies readonly SecretFamily[];
