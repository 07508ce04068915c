import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A C program that does nothing, for ever. */
const SOURCE = '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n';

/** Compiles it, static, into `folder`; returns the path of the program `sleeper`. */
export async function compileSleeper(folder: string): Promise<string> {
  const program = join(folder, 'sleeper');
  await writeFile(`${program}.c`, SOURCE);
  await runCommand('cc', ['-static', '-o', program, `${program}.c`]);
  return program;
}
