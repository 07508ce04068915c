/** One step of a build, as far as its history tells. */
export interface Instruction {
  /** In capitals: `RUN`, `ADD`; '' for what no Dockerfile made. */
  readonly keyword: string;
  /** What follows it: of RUN, the script for the shell. */
  readonly text: string;
}

const KEYWORD =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)(?:\s+|$)/i;
const NO_OPERATION = '#(nop)';
/** A shell and its options come before the mark; a script may print it anywhere. */
const MAX_MARK_OFFSET = 200;
const SHELL =
  /(?:^|\s)(?:\/(?:usr\/)?(?:local\/)?bin\/)?(?:ba|da|a|z|k)?sh(?: -[a-zA-Z]{1,10}| pipefail| errexit| nounset){0,8} -[a-zA-Z]{0,9}c /;
const ARGUMENTS = /^\|\d{1,4} /;
const BUILDKIT = /\s# buildkit\s*$/;
const FLAG = /^--[a-z][a-z-]{0,20}(?:=\S{0,1000})?\s+/;

/**
 * Reads `created_by` of a config's history, as BuildKit (`RUN /bin/sh -c make # buildkit`), the classic builder
 * (`/bin/sh -c #(nop)  USER app`, `|1 A=b /bin/sh -c make`), Buildah and kaniko (`RUN make`) write it.
 */
export function parseInstruction(createdBy: string): Instruction {
  const trimmed = createdBy.trim();
  const mark = trimmed.slice(0, MAX_MARK_OFFSET).indexOf(NO_OPERATION);
  const written = mark === -1 ? withoutComment(trimmed) : trimmed.slice(mark + NO_OPERATION.length).trim();
  const [match, keyword = ''] = KEYWORD.exec(written) ?? [];
  if (match !== undefined) {
    const text = withoutFlags(written.slice(match.length));
    return { keyword: keyword.toUpperCase(), text: keyword.toUpperCase() === 'RUN' ? scriptOf(text) : text };
  }
  const hasShell = ARGUMENTS.test(written) || SHELL.exec(written)?.index === 0;
  return hasShell ? { keyword: 'RUN', text: scriptOf(written) } : { keyword: '', text: written };
}

/** BuildKit's mark, after a space that is always there. Searched from the end: a regex alone would try every space. */
function withoutComment(text: string): string {
  const at = text.lastIndexOf(' # buildkit');
  return at !== -1 && BUILDKIT.test(text.slice(at)) ? text.slice(0, at).trimEnd() : text;
}

/** Without build arguments and the shell. */
function scriptOf(text: string): string {
  const shell = SHELL.exec(text);
  if (!shell) return text.replace(ARGUMENTS, '');
  if (shell.index !== 0 && !ARGUMENTS.test(text)) return text;
  const script = text.slice(shell.index + shell[0].length);
  // Somebody wrote this shell into the step: its script is one word.
  return script.startsWith('"') || script.startsWith("'") ? text.slice(shell.index).trimStart() : script;
}

/** `--mount=…`, `--chown=…`; the instruction's own. */
function withoutFlags(text: string): string {
  let rest = text;
  for (let flag = FLAG.exec(rest); flag; flag = FLAG.exec(rest)) rest = rest.slice(flag[0].length);
  return rest;
}
