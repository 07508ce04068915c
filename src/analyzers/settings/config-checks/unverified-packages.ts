import type { ConfigCheck } from '../config-check.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const FORBIDDEN: Readonly<Record<string, readonly RegExp[]>> = {
  apt: [
    /^--allow-unauthenticated$/,
    /^--force-yes$/,
    /^--allow-insecure-repositories$/,
    /(?:AllowUnauthenticated|AllowInsecureRepositories|Verify-Peer)\W{0,5}(?:=|::)\W{0,3}(?:1|true|yes)/i,
    /Verify-Peer\W{0,5}=\W{0,3}(?:0|false|no)/i,
  ],
  rpm: [/^--nosignature$/, /^--nodigest$/],
  yum: [/^--nogpgcheck$/, /^--no-gpg-checks?$/, /^--setopt=\S{0,60}(?:gpgcheck|sslverify)=(?:0|false)/i],
  apk: [/^--allow-untrusted$/],
  pip: [/^--trusted-host(?:=|$)/],
  npm: [/^--(?:no-strict-ssl|strict-ssl=false)$/],
  gem: [/^--trust-policy=NoSecurity$/i, /^-P=?NoSecurity$/i],
};
const families: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  aptitude: 'apt',
  dnf: 'yum',
  microdnf: 'yum',
  tdnf: 'yum',
  zypper: 'yum',
  pip3: 'pip',
  yarn: 'npm',
  pnpm: 'npm',
};

export const unverifiedPackages: ConfigCheck = {
  id: 'CIS-DI-0011',
  title: 'Packages are installed without a check of who made them',
  severity: 'high',
  behavior: 'build',
  solution: 'Add the key or the certificate of the repository instead of switching its check off',
  check: (image) => sightSteps(image, (commands) => commands.filter(isUnverified)),
};

function isUnverified({ name, arguments: words }: ShellCommand): boolean {
  const family = Object.hasOwn(families, name) ? families[name] : name;
  if (family === 'npm' && words.includes('strict-ssl')) return words.includes('false');
  if (family === undefined || !Object.hasOwn(FORBIDDEN, family)) return false;
  return words.some((word) => FORBIDDEN[family]?.some((pattern) => pattern.test(word.slice(0, 300))));
}
