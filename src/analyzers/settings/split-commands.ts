/** One simple command of a shell script: the words after its assignments. */
export interface Command {
  /** Never empty; quotes and backslashes are gone, variables stay as they are written. */
  readonly words: readonly string[];
  /** It reads what the command before it writes. */
  readonly piped: boolean;
  /** The words so far of the command that takes its output, as in `sh -c "$(curl …)"`. */
  readonly within?: readonly string[];
}

/** More than that in one step is not read: no build is written so by people. */
const MAX_SCRIPT = 1024 ** 2;
const MAX_COMMANDS = 20_000;
const MAX_DEPTH = 16;
const MAX_WORD = 4_096;
const ASSIGNMENT = /^[A-Za-z_]\w{0,200}\+?=/;
const HERE = /^<<-?\s*(["']?)([A-Za-z_]\w{0,60})\1/;
/** They begin a command that is as good as any other. */
const openers = new Set([
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  '}',
  'fi',
  'done',
  'esac',
  'time',
]);

interface Frame {
  readonly words: string[];
  readonly piped: boolean;
  readonly quoted: boolean;
  readonly word: string;
  readonly open: boolean;
  readonly end: ')' | '`';
}

/**
 * The simple commands of a POSIX script in order, also those in `$(…)`, backquotes, groups, loops and conditions. It is no shell: what
 * only a run would tell is left as it is written. One pass, whatever the script.
 */
export function splitCommands(script: string): readonly Command[] {
  return new Splitter(script.slice(0, MAX_SCRIPT)).split();
}

class Splitter {
  readonly #script: string;
  readonly #commands: Command[] = [];
  readonly #frames: Frame[] = [];
  readonly #hereEnds: string[] = [];
  #words: string[] = [];
  #word = '';
  /** A word has begun, were it an empty one in quotes. */
  #open = false;
  #quoted = false;
  #piped = false;
  #at = 0;

  constructor(script: string) {
    this.#script = script;
  }

  split(): readonly Command[] {
    while (this.#at < this.#script.length && this.#commands.length < MAX_COMMANDS) this.#step();
    for (this.#endCommand(false); this.#frames.length > 0; this.#endCommand(false)) this.#leave();
    return this.#commands;
  }

  #step(): void {
    const character = this.#script[this.#at] ?? '';
    const next = this.#script[this.#at + 1] ?? '';
    if (character === '\\') {
      if (next !== '\n' && next !== '') this.#append(next);
      this.#at += 2;
    } else if (character === '"') {
      this.#quoted = !this.#quoted;
      this.#open = true;
      this.#at++;
    } else if (character === '$' && next === '(') this.#enter(')', 2);
    else if (character === '`') {
      if (this.#frames.at(-1)?.end === '`') this.#leaveAt(1);
      else this.#enter('`', 1);
    } else if (this.#quoted) this.#take(character);
    else this.#plain(character, next);
  }

  #plain(character: string, next: string): void {
    if (character === "'") this.#literal();
    else if (character === ' ' || character === '\t' || character === '\r') {
      this.#endWord();
      this.#at++;
    } else if (character === '#' && !this.#open) this.#skipLine();
    else if (character === '\n') {
      // A pipe goes on in the next line.
      this.#endCommand(this.#piped && this.#words.length === 0 && !this.#open);
      this.#at++;
      if (this.#hereEnds.length > 0) this.#skipHere();
    } else if (character === '<' && next === '(') this.#enter(')', 2);
    else if (character === '<' && next === '<' && this.#here()) return;
    else if (character === ';') this.#separate(1, false);
    else if (character === '&') this.#ampersand(next);
    else if (character === '|') this.#separate(next === '|' || next === '&' ? 2 : 1, next !== '|');
    else if (character === '(') this.#separate(1, this.#piped);
    else if (character === ')') {
      if (this.#frames.at(-1)?.end === ')') this.#leaveAt(1);
      else this.#separate(1, false);
    } else this.#take(character);
  }

  /** `&&` and `&` separate; `2>&1` and `&>` do not. */
  #ampersand(next: string): void {
    if (next === '&') this.#separate(2, false);
    else if (next === '>' || this.#word.endsWith('>') || this.#word.endsWith('<')) this.#take('&');
    else this.#separate(1, false);
  }

  #separate(length: number, piped: boolean): void {
    this.#endCommand(piped);
    this.#at += length;
  }

  #take(character: string): void {
    this.#append(character);
    this.#at++;
  }

  #append(character: string): void {
    this.#open = true;
    if (this.#word.length < MAX_WORD) this.#word += character;
  }

  #literal(): void {
    const end = this.#script.indexOf("'", this.#at + 1);
    const stop = end === -1 ? this.#script.length : end;
    this.#open = true;
    this.#word += this.#script.slice(this.#at + 1, Math.min(stop, this.#at + 1 + MAX_WORD));
    this.#at = stop + 1;
  }

  #skipLine(): void {
    const end = this.#script.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#script.length : end;
  }

  /** Remembers where a here-document ends; its text begins on the next line. */
  #here(): boolean {
    const [match, , end] = HERE.exec(this.#script.slice(this.#at, this.#at + 100)) ?? [];
    if (match === undefined || end === undefined) return false;
    this.#endWord();
    const shell = this.#words.some((word) => /^(?:\S{0,100}\/)?(?:ba|da|a|z|k)?sh$/.test(word));
    // What a shell reads is a script like the rest.
    if (!shell && this.#hereEnds.length < MAX_DEPTH) this.#hereEnds.push(end);
    this.#at += match.length;
    return true;
  }

  #skipHere(): void {
    for (const end of this.#hereEnds.splice(0)) {
      for (let found = false; !found && this.#at < this.#script.length; ) {
        const newline = this.#script.indexOf('\n', this.#at);
        const stop = newline === -1 ? this.#script.length : newline;
        found = stop - this.#at < MAX_WORD && this.#script.slice(this.#at, stop).trim() === end;
        this.#at = stop + 1;
      }
    }
  }

  #enter(end: Frame['end'], length: number): void {
    this.#at += length;
    if (this.#frames.length >= MAX_DEPTH) {
      this.#endCommand(false);
      return;
    }
    const [words, piped, quoted, word, open] = [this.#words, this.#piped, this.#quoted, this.#word, this.#open];
    this.#frames.push({ words, piped, quoted, word, open, end });
    [this.#words, this.#piped, this.#quoted, this.#word, this.#open] = [[], false, false, '', false];
  }

  #leaveAt(length: number): void {
    this.#endCommand(false);
    this.#at += length;
    this.#leave();
  }

  /** Back in the command around; the output stands in its word as `$()`. */
  #leave(): void {
    const frame = this.#frames.pop();
    if (!frame) return;
    this.#words = frame.words;
    this.#piped = frame.piped;
    this.#quoted = frame.quoted;
    this.#word = frame.word.length < MAX_WORD ? `${frame.word}$()` : frame.word;
    this.#open = true;
  }

  #endWord(): void {
    if (this.#open) this.#words.push(this.#word);
    this.#word = '';
    this.#open = false;
  }

  #endCommand(pipes: boolean): void {
    this.#endWord();
    const first = this.#words.findIndex((word) => !ASSIGNMENT.test(word) && !openers.has(word));
    if (first !== -1) {
      const within = this.#frames.at(-1)?.words;
      this.#commands.push({
        words: this.#words.slice(first),
        piped: this.#piped,
        ...(within ? { within: [...within.slice(0, 8)] } : {}),
      });
    }
    this.#words = [];
    this.#piped = pipes;
  }
}
