/** Names of files without an ending that are none of programs. */
const plainNames = new Set(
  (
    'AUTHORS CHANGELOG CHANGES CODEOWNERS CONTRIBUTORS COPYING COPYRIGHT Dockerfile Gemfile HISTORY INSTALLER LICENCE ' +
    'LICENSE MAINTAINERS Makefile METADATA NEWS NOTICE PATENTS Rakefile README RECORD REQUESTED SECURITY TODO UNLICENSE ' +
    'VERSION Vagrantfile WHEEL changelog copyright license readme'
  ).split(' '),
);
/** Endings that programs and libraries are given, besides none at all. */
const programEndings = new Set(
  (
    'aarch64 amd64 app arm64 armv7 bin distrib dll dylib elf exe linux node orig out pyd real run so static wrapped ' +
    'x64'
  ).split(' '),
);
/** A type of files is named by few letters or digits; what comes after a dot in `tool-1.10` or `tool.linux-amd64` is none. */
const MAX_TYPE_LENGTH = 10;
const TYPE = /^[A-Za-z][A-Za-z0-9_+~]*$/;
const NO_PROGRAMS =
  /^(?:boot|dev|etc|proc|run|sys|(?:usr\/)?lib\/(?:modules|firmware)|usr\/(?:include|src)|var\/(?:cache|log|lib\/(?:dpkg|apt))|usr\/share\/(?:X11|applications|bash-completion|bug|common-licenses|dict|doc|doc-base|fish|fonts|i18n|icons|info|keyrings|lintian|locale|man|menu|mime|misc|perl|perl5|tabset|terminfo|vim|zoneinfo|zsh))\//;
/** Objects of git, of package stores and caches are named by their hash. */
const HASH = /^[0-9a-f]{30,}(?:-exec)?$/;

/** Whether a file may be a program or a library of machine code, as far as its path tells; kernel modules are none. */
export function mayBeProgram(path: string): boolean {
  // Several analyzers ask about each file of a layer, one after the other.
  if (path !== lastPath) {
    lastAnswer = isProgramPath(path);
    lastPath = path;
  }
  return lastAnswer;
}

let lastPath = '';
let lastAnswer = false;

function isProgramPath(path: string): boolean {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  if (dot >= start && !mayEndPrograms(path, start, dot)) return false;
  const name = path.slice(start);
  return !plainNames.has(name) && !HASH.test(name) && !NO_PROGRAMS.test(path) && !path.includes('.git/');
}

function mayEndPrograms(path: string, start: number, dot: number): boolean {
  // A hidden file, unless a wrapper took its name.
  if (dot === start) return path.endsWith('bin/', start);
  const ending = path.slice(dot + 1);
  if (ending.length <= MAX_TYPE_LENGTH && TYPE.test(ending)) return programEndings.has(ending);
  return ending !== '';
}
