import type { Severity } from '../../../model/severity.ts';
import type { ConfigCheck, Sighting } from '../config-check.ts';

const PORT = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i;
const services: ReadonlyMap<number, readonly [service: string, severity: Severity]> = new Map([
  [21, ['FTP', 'medium']],
  [22, ['SSH', 'medium']],
  [23, ['telnet', 'high']],
  [69, ['TFTP', 'medium']],
  [111, ['portmapper', 'medium']],
  [139, ['SMB', 'medium']],
  [445, ['SMB', 'medium']],
  [512, ['rexec', 'high']],
  [513, ['rlogin', 'high']],
  [514, ['rsh', 'high']],
  [873, ['rsync', 'medium']],
  [2375, ['the Docker API without TLS', 'high']],
  [2376, ['the Docker API', 'medium']],
  [3389, ['remote desktop', 'medium']],
  [5900, ['VNC', 'medium']],
  [5901, ['VNC', 'medium']],
  [6000, ['X11', 'medium']],
  [10250, ['the API of a kubelet', 'medium']],
]);

export const exposedPorts: ConfigCheck = {
  id: 'PLI-DI-0001',
  title: 'A port of remote control or of file transfer is exposed',
  severity: 'medium',
  behavior: 'exposure',
  solution: 'Leave that service out; enter a container with docker exec or kubectl exec',
  check: ({ config }) => config.exposedPorts.flatMap(sight),
};

function sight(exposed: string): readonly Sighting[] {
  const [match, first, last = first, protocol = 'tcp'] = PORT.exec(exposed.trim()) ?? [];
  if (match === undefined) return [];
  return [...services].flatMap(([port, [service, severity]]): readonly Sighting[] => {
    if (port < Number(first) || port > Number(last) || (protocol.toLowerCase() === 'udp') !== (port === 69)) return [];
    return [{ place: 'instruction', instruction: `EXPOSE ${match}`, detail: `${port} is ${service}`, severity }];
  });
}
