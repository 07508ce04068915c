import type { ContainerSettings, HistoryEntry, OciImageConfig } from '../../oci/parse-config.ts';
import { type Instruction, parseInstruction } from './parse-instruction.ts';
import { readScript, type ShellCommand } from './read-script.ts';

/** One step of the build with what it ran. */
export interface BuildStep extends Instruction {
  readonly entry: HistoryEntry;
  /** Of RUN; empty for everything else. */
  readonly commands: readonly ShellCommand[];
}

/** A config as the checks want it: every step is parsed once. */
export interface BuiltImage {
  readonly config: ContainerSettings;
  readonly steps: readonly BuildStep[];
}

export function readBuiltImage({ config, history }: OciImageConfig): BuiltImage {
  const steps = history.map((entry) => {
    const instruction = parseInstruction(entry.createdBy);
    return { ...instruction, entry, commands: instruction.keyword === 'RUN' ? readScript(instruction.text) : [] };
  });
  return { config, steps };
}
