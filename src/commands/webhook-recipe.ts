type Recipe = (url: string, token: string) => string;

const distribution: Recipe = (url, token) => `In the registry's configuration (config.yml), then restart it:

notifications:
  endpoints:
    - name: plimsoll
      url: ${url}
      headers:
        Authorization: [Bearer ${token}]
      timeout: 5s
      threshold: 3
      backoff: 10s
      ignore:
        mediatypes: [application/octet-stream]
        actions: [pull]`;

const inAddress: (where: string) => Recipe = (where) => (url, token) =>
  `${where}

  ${url}/${token}

It can send no header, so the token is part of the address: keep it out of the logs of proxies.`;

const recipes: Readonly<Record<string, Recipe>> = {
  docker: distribution,
  harbor: (
    url,
    token,
  ) => `In each project: Webhooks → New Webhook, notify type http, either payload format, the events Artifact
pushed and Artifact deleted, with the address ${url} and as Auth Header:

  Bearer ${token}`,
  quay: inAddress(
    'In each repository: Settings → Create Notification, Push to Repository, Webhook POST, with this address:',
  ),
  jfrog: (
    url,
    token,
  ) => `Administration → Webhooks → New Webhook (predefined), the Docker events pushed, deleted and promoted, with
the address ${url} and as secret token:

  ${token}`,
  aws: (
    url,
    token,
  ) => `In EventBridge: a connection with the API key Authorization = Bearer ${token}, an API destination (POST) with
the address ${url}, and a rule with this pattern and that destination:

  {"source": ["aws.ecr"], "detail-type": ["ECR Image Action"], "detail": {"result": ["SUCCESS"]}}`,
  azure: (url, token) => `az acr webhook create --registry <registry> --name plimsoll --actions push delete \\
  --uri ${url} --headers "Authorization=Bearer ${token}"`,
  tcr: (
    url,
    token,
  ) => `In the console of TCR: Trigger → Create, the actions push and delete image, with the address ${url} and
this header:

  Authorization: Bearer ${token}`,
  dockerhub: inAddress('In each repository: Webhooks, with this address:'),
  ghcr: (
    url,
    token,
  ) => `In the organisation: Settings → Webhooks → Add webhook, content type application/json, the events Packages
and Registry packages, with the address ${url} and as secret:

  ${token}`,
  gitlab: (url, token) => `Of a GitLab of your own, in gitlab.rb, then gitlab-ctl reconfigure:

registry['notifications'] = [{
  'name' => 'plimsoll', 'url' => '${url}', 'timeout' => '5s', 'threshold' => 3, 'backoff' => '10s',
  'headers' => { 'Authorization' => ['Bearer ${token}'] } }]`,
  nexus: (
    url,
    token,
  ) => `Administration → System → Capabilities → Create → Webhook: Repository, the repository, the event type
component, with the address ${url} and as secret key:

  ${token}`,
};

/** How to make a registry of this type send its events here. */
export function webhookRecipe(type: string, url: string, token: string): string {
  const recipe = recipes[type] ?? (type === 'other-tcr' ? recipes.tcr : undefined) ?? distribution;
  return recipe(url, token);
}
