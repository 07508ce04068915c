import type { ContainerSettings, HistoryEntry, OciImageConfig } from '../../oci/parse-config.ts';
import { type Instruction, parseInstruction } from './parse-instruction.ts';
import { readScript, type ShellCommand } from './read-script.ts';

/** One step of the build with what it ran. */
export interface BuildStep extends Instruction {
  readonly entry: HistoryEntry;
  /** Of RUN; empty for everything else. */
  readonly commands: readonly ShellCommand[];
  /** Its script, and those of the steps before it, are longer than what is read. */
  readonly unread: boolean;
}

/** A config as the checks want it: every step is parsed once. */
export interface BuiltImage {
  readonly config: ContainerSettings;
  readonly steps: readonly BuildStep[];
}

/** Characters of all scripts of an image together; the largest seen have a tenth of it. */
const MAX_SCRIPTS = 1024 ** 2;

export function readBuiltImage({ config, history }: OciImageConfig): BuiltImage {
  let left = MAX_SCRIPTS;
  const steps = history.map((entry): BuildStep => {
    const instruction = parseInstruction(entry.createdBy);
    const length = instruction.keyword === 'RUN' ? instruction.text.length : 0;
    const unread = length > left;
    if (!unread) left -= length;
    const commands = length === 0 || unread ? [] : readScript(instruction.text);
    return { ...instruction, entry, commands, unread };
  });
  return { config, steps };
}
