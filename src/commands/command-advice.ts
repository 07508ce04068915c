import type { Cause } from '../model/cause.ts';
import { causeTexts } from '../model/cause-texts.ts';

/** Where the command line has better advice than the API, whose texts speak to users of a server. */
const advice: Readonly<Partial<Record<Cause, string>>> = {
  'authentication-failed':
    'Give the account with -u, and its password when asked, with --password-stdin or in PLIMSOLL_REGISTRY_PASSWORD.',
  'certificate-invalid':
    'Trust its authority (NODE_EXTRA_CA_CERTS=/path/ca.pem), or accept any certificate with --insecure.',
  'connection-failed':
    'Check the address, and whether this machine reaches it: network, proxy (HTTPS_PROXY), firewall.',
  'disk-full':
    'Make room on the disk of the data folder (PLIMSOLL_DATA_DIR) and of the temporary folder (TMPDIR), then run the command again.',
  'image-not-found': 'Check the path, or the repository, tag and platform, for a typing mistake.',
  'layer-corrupt': 'The image is damaged: save or push it again.',
  'manifest-unsupported':
    'Give a registry reference, a `docker save` archive or an OCI layout; manifests are OCI or Docker schema 2.',
  'proxy-refused':
    'Give user and password in HTTPS_PROXY (http://user:password@proxy:3128), have the proxy allow CONNECT to it, or name what is reached directly in NO_PROXY.',
  'proxy-unreachable':
    'Check HTTPS_PROXY and HTTP_PROXY, and that the proxy runs; name what is reached directly in NO_PROXY.',
  'rate-limited': 'Retry later, or use an account with a higher limit.',
  'scan-timeout': 'Run the command again.',
};

/** What a person at the command line can do about a cause. */
export const adviceOf = (cause: Cause): string => advice[cause] ?? causeTexts[cause].solution.en;

/** The same for a registry that a server knows: its account and settings are the server's. */
const registryAdvice: Readonly<Partial<Record<Cause, string>>> = {
  'certificate-invalid':
    'Have the server trust its authority (NODE_EXTRA_CA_CERTS=/path/ca.pem), or accept any certificate: plimsoll registry update <name> --insecure.',
  'connection-failed': 'Check the address, and whether the server reaches it: network, proxy (HTTPS_PROXY), firewall.',
  'rate-limited':
    'Sync later, lower its speed (plimsoll registry update <name> --speed-limit), or use an account with a higher limit.',
};

export const registryAdviceOf = (cause: Cause): string => registryAdvice[cause] ?? causeTexts[cause].solution.en;
