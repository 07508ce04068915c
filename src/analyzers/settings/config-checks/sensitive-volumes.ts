import type { ConfigCheck } from '../config-check.ts';
import { showLine } from '../show-line.ts';

const folders = [
  'dev',
  'proc',
  'sys',
  'etc',
  'boot',
  'lib',
  'lib64',
  'usr',
  'bin',
  'sbin',
  'root',
  'run',
  'var/run',
  'var/lib/docker',
];
const SOCKET = /(?:docker|containerd|crio|podman)\.sock$/;

export const sensitiveVolumes: ConfigCheck = {
  id: 'DKL-DI-0002',
  title: 'A volume lies over a folder of the system or of the host',
  severity: 'high',
  behavior: 'privilege',
  solution: 'Declare volumes only for data of the application, and mount sockets of the host nowhere',
  check: ({ config: { volumes } }) =>
    volumes.flatMap((volume) => {
      const path = volume
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/');
      if (path !== '' && !folders.includes(path) && !SOCKET.test(path)) return [];
      const detail = SOCKET.test(path) ? 'whoever reaches that socket rules the host' : showLine(`/${path}`, 100);
      return [{ place: 'instruction', instruction: showLine(`VOLUME ${volume}`, 300), detail }];
    }),
};
