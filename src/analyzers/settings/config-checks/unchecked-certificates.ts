import type { ConfigCheck, Sighting } from '../config-check.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const CURL_SHORT = /^-[a-zA-Z#]{0,20}k/;
/** curl's short options whose value may follow in the same word: what comes after them is no option. */
const CURL_VALUE = /[AbcCdDeEFhHKmoPQrtTuUwxXyYz]/;
const FALSE = /^(?:0|false|no|off)$/i;
/** Programs of the container that read them ask no server for its certificate. */
const variables: Readonly<Record<string, RegExp>> = {
  NODE_TLS_REJECT_UNAUTHORIZED: /^0$/,
  PYTHONHTTPSVERIFY: /^0$/,
  GIT_SSL_NO_VERIFY: /^(?:1|true|yes|on)$/i,
  NPM_CONFIG_STRICT_SSL: FALSE,
  npm_config_strict_ssl: FALSE,
};

export const uncheckedCertificates: ConfigCheck = {
  id: 'PLI-DI-0002',
  title: 'Certificates of servers are not checked',
  severity: 'medium',
  behavior: 'build',
  solution: 'Add the certificate of the authority to the image instead',
  check: (image) => [
    ...sightSteps(image, (commands) => commands.filter(isUnchecked)),
    ...image.config.env.flatMap(sightVariable),
  ],
};

function isUnchecked({ name, arguments: words }: ShellCommand): boolean {
  if (name === 'curl')
    return words.some((word) => word === '--insecure' || word === '--proxy-insecure' || isCurlK(word));
  if (name === 'wget') return words.includes('--no-check-certificate');
  if (name === 'git') {
    const at = words.findIndex((word) => /^http\.(?:\S{0,200}\.)?sslverify/i.test(word));
    return at !== -1 && FALSE.test(words[at]?.split('=')[1] ?? words[at + 1] ?? '');
  }
  return name === 'export' && words.some((word) => sightVariable(word).length > 0);
}

function isCurlK(word: string): boolean {
  if (!CURL_SHORT.test(word)) return false;
  const value = CURL_VALUE.exec(word.slice(1));
  return value === null || word.indexOf('k') <= value.index;
}

function sightVariable(variable: string): readonly Sighting[] {
  const at = variable.indexOf('=');
  const name = variable.slice(0, at);
  const value = variable.slice(at + 1);
  if (!Object.hasOwn(variables, name) || !variables[name]?.test(value)) return [];
  // It holds for whatever the container does, not for one step of its build.
  return [{ place: 'environment', instruction: `ENV ${name}=${value}`, detail: name, severity: 'high' }];
}
