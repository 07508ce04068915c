import type { ConfigCheck } from '../config-check.ts';
import { sightSteps } from '../sight-steps.ts';

/** Those that lead to root or out of the container; cap_net_bind_service is what capabilities are for. */
const DANGEROUS =
  /^(?:all[=+]|=e|.{0,200}cap_(?:sys_(?:admin|ptrace|module|rawio|boot)|dac_(?:override|read_search)|set(?:uid|gid|fcap|pcap)|chown|fowner|mknod|net_admin|bpf|mac_admin))/i;

export const dangerousCapabilities: ConfigCheck = {
  id: 'PLI-DI-0005',
  title: 'A program is given capabilities that lead to root',
  severity: 'high',
  behavior: 'privilege',
  solution: 'Give no more than it needs, such as cap_net_bind_service, or let the container be started with them',
  check: (image) =>
    sightSteps(image, (commands) =>
      commands.filter(({ name, arguments: words }) => name === 'setcap' && words.some((word) => DANGEROUS.test(word))),
    ),
};
