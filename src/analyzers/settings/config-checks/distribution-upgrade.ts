import type { ConfigCheck } from '../config-check.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const upgrades = new Set(['dist-upgrade', 'full-upgrade', 'do-release-upgrade', 'dup', 'system-upgrade']);
const tools = new Set(['apt', 'apt-get', 'aptitude', 'dnf', 'zypper', 'do-release-upgrade']);

export const distributionUpgrade: ConfigCheck = {
  id: 'DKL-DI-0003',
  title: 'A step upgrades the whole distribution',
  severity: 'low',
  behavior: 'build',
  solution: 'Take a newer base image: what such a step installs depends on the day it runs',
  check: (image) => sightSteps(image, (commands) => commands.filter(isUpgrade)),
};

function isUpgrade({ name, arguments: words }: ShellCommand): boolean {
  return tools.has(name) && (upgrades.has(name) || words.some((word) => upgrades.has(word)));
}
