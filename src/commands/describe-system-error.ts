/** What the operating system refused, as a person would say it. */
export interface SystemFailure {
  readonly message: string;
  readonly fix: string;
}

const OTHER_FOLDER =
  'Give this account the right to it, or choose another data folder: --data-dir (PLIMSOLL_DATA_DIR).';
const OTHER_ADDRESS =
  'Choose another address: plimsoll serve --listen <host:port> (PLIMSOLL_LISTEN); port 0 takes any free one.';

/** undefined for what is no error of the system, or one that nobody foresaw: that is a defect. */
export function describeSystemError(error: unknown): SystemFailure | undefined {
  if (!isSystemError(error)) return undefined;
  const { code, syscall } = error;
  if (syscall === 'listen' || (code === 'ENOTFOUND' && syscall === 'getaddrinfo')) return describeListen(error);
  const path = error.path ?? 'a file';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return { message: `There is no permission to ${verbOf(syscall)} ${path}.`, fix: OTHER_FOLDER };
    case 'EROFS':
      return { message: `${path} lies on a file system that cannot be written.`, fix: OTHER_FOLDER };
    case 'ENOTDIR':
    case 'EEXIST':
      return {
        message: `A file is in the way of the folder of ${path}.`,
        fix: 'Move the file away, or choose another data folder: --data-dir (PLIMSOLL_DATA_DIR).',
      };
    case 'EISDIR':
      return { message: `${path} is a folder where a file should be.`, fix: 'Move the folder away.' };
    case 'ENOENT':
      return { message: `There is no ${path}.`, fix: 'Check the path for a typing mistake.' };
    case 'EMFILE':
    case 'ENFILE':
      return { message: 'Too many files are open.', fix: 'Raise the limit (ulimit -n), then run the command again.' };
    default:
      return undefined;
  }
}

function describeListen({ code, address, port, hostname }: SystemError): SystemFailure | undefined {
  const place = `${address ?? hostname ?? 'the address'}${port === undefined ? '' : `:${port}`}`;
  switch (code) {
    case 'EADDRINUSE':
      return {
        message: `${place} is in use: another program, or another Plimsoll, listens there.`,
        fix: OTHER_ADDRESS,
      };
    case 'EADDRNOTAVAIL':
      return { message: `${place} is not an address of this machine.`, fix: OTHER_ADDRESS };
    case 'EACCES':
      return { message: `There is no permission to listen on ${place}.`, fix: OTHER_ADDRESS };
    case 'ENOTFOUND':
      return { message: `The host name ${place} does not exist.`, fix: OTHER_ADDRESS };
    default:
      return undefined;
  }
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'errno' in error;
}

const reading: readonly (string | undefined)[] = ['read', 'stat', 'lstat', 'scandir', 'access'];
const verbOf = (syscall: string | undefined) => (reading.includes(syscall) ? 'read' : 'use');
