import type { ConfigCheck } from '../config-check.ts';
import { readScript } from '../read-script.ts';
import { showLine } from '../show-line.ts';

const servers = new Set([
  'sshd',
  'dropbear',
  'telnetd',
  'in.telnetd',
  'inetd',
  'xinetd',
  'x11vnc',
  'Xvnc',
  'vncserver',
  'dockerd',
]);

export const remoteLogin: ConfigCheck = {
  id: 'PLI-DI-0007',
  title: 'The container starts a server for remote control',
  severity: 'medium',
  behavior: 'exposure',
  solution: 'Run the application alone; enter a container with docker exec or kubectl exec',
  check({ config: { entrypoint, cmd } }) {
    const words = [...entrypoint, ...cmd];
    // Both of `["/usr/sbin/sshd", "-D"]` and `["sh", "-c", "service x start && sshd -D"]`.
    const commands = words.slice(0, 100).flatMap((word) => readScript(word.slice(0, 10_000)));
    const found = commands.find(({ name }) => servers.has(name));
    if (!found) return [];
    const instruction = `${entrypoint.length > 0 ? 'ENTRYPOINT' : 'CMD'} ${words.join(' ')}`;
    return [{ place: 'command', instruction: showLine(instruction, 1_000), detail: found.name }];
  },
};
