import type { ReadStream, WriteStream } from 'node:tty';
import picocolors from 'picocolors';

/** Where a command writes, and what may be written there. */
export interface Terminal {
  /** Results: what a pipe should carry on. */
  out(text: string): void;
  /** Progress, warnings, errors. */
  note(text: string): void;
  /** Width of stdout in cells; undefined when it is no terminal, and nothing is cut. */
  readonly width: number | undefined;
  readonly colors: Colors;
  /** For stderr, which may be a terminal where stdout is a pipe. */
  readonly noteColors: Colors;
  /** Whether progress may be drawn on stderr. */
  readonly showsProgress: boolean;
  /** Asks on stderr, without echo; undefined when stdin is no terminal. */
  readonly askSecret: ((question: string) => Promise<string>) | undefined;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

/** The streams a terminal is made of; `process` has them. */
export interface TerminalStreams {
  readonly stdin: ReadStream | NodeJS.ReadStream;
  readonly stdout: WriteStream | NodeJS.WriteStream;
  readonly stderr: WriteStream | NodeJS.WriteStream;
}

const DEFAULT_COLUMNS = 80;

/** Colour only on a terminal, and never with NO_COLOR (https://no-color.org) or TERM=dumb. */
export function createTerminal(streams: TerminalStreams, env: Readonly<Record<string, string | undefined>>): Terminal {
  const mayPaint = !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    out: (text) => void streams.stdout.write(text),
    note: (text) => void streams.stderr.write(text),
    width: streams.stdout.isTTY ? streams.stdout.columns || DEFAULT_COLUMNS : undefined, // 0 where nobody set a size
    colors: picocolors.createColors(mayPaint && streams.stdout.isTTY === true),
    noteColors: picocolors.createColors(mayPaint && streams.stderr.isTTY === true),
    showsProgress: streams.stderr.isTTY === true && env.TERM !== 'dumb',
    askSecret:
      streams.stdin.isTTY && streams.stderr.isTTY ? (question) => askWithoutEcho(streams, question) : undefined,
  };
}

const ENTER = ['\r', '\n'];
const BACKSPACE = ['\u007f', '\b'];
const INTERRUPT = ['\u0003', '\u0004'];

function askWithoutEcho({ stdin, stderr }: TerminalStreams, question: string): Promise<string> {
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void) => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const onData = (chunk: string) => {
      for (const character of chunk) {
        if (ENTER.includes(character)) return end(() => resolve(typed));
        if (INTERRUPT.includes(character)) return end(() => reject(new DOMException('Interrupted', 'AbortError')));
        typed = BACKSPACE.includes(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    stdin.on('data', onData);
  });
}
