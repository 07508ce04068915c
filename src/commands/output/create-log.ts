import { type Logger, pino } from 'pino';
import { printable } from './table.ts';
import type { Terminal } from './terminal.ts';

const STDERR = 2;
const WARN = 40;
const ERROR = 50;
/** Of every line, and not worth a person's reading. */
const ALWAYS_THERE = ['level', 'time', 'pid', 'hostname', 'msg', 'err'];

/** The server's log on stderr: JSON lines for programs, a line that reads well where a person watches. */
export function createLog(level: string, terminal: Terminal): Logger {
  if (!terminal.showsProgress) return pino({ level }, pino.destination(STDERR));
  return pino({ level }, { write: (line) => terminal.note(renderLogLine(line, terminal)) });
}

/** `07:31:05 listening url=http://127.0.0.1:9460`; a line that is not ours stays as it is. */
export function renderLogLine(line: string, { noteColors: colors }: Pick<Terminal, 'noteColors'>): string {
  const entry = parse(line);
  if (!entry) return line;
  const { level, time, msg, err } = entry;
  const text = [
    String(msg ?? ''),
    ...Object.entries(entry).flatMap(([name, value]) =>
      ALWAYS_THERE.includes(name) ? [] : [`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`],
    ),
    ...(isRecord(err) ? [`(${String(err.message)})`] : []),
  ].join(' ');
  const paint = paintOf(Number(level), colors);
  const clock = typeof time === 'number' ? new Date(time).toTimeString().slice(0, 8) : '';
  return `${colors.dim(clock)} ${paint(printable(text))}\n`;
}

function paintOf(level: number, colors: Terminal['noteColors']): (text: string) => string {
  if (level >= ERROR) return colors.red;
  return level >= WARN ? colors.yellow : (text) => text;
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
