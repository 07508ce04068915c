/** Words of documentation that stand in for a secret, or for a part of one. */
const WORDS =
  /example|change[-_ ]?(?:me|this)|placeholder|redacted|your[-_ ]|my[-_ ](?:secret|password|passwd|token|key|api)|insert[-_ ]|replace[-_ ]?(?:me|this|with)|x{5}|\*{3}|\.{3}|test[-_](?:key|token|secret|password|pass)|foobar|deadbeef|some[-_ ](?:secret|password|token|key)|(?:secret|password|token|key)[-_]here|super[-_]?secret|undefined|<[^<>]{0,80}>/i;
/** What a shell, a template or a program puts a value in for. */
const VARIABLE =
  /\$\{|\$\(|^\$[A-Za-z_]\w{0,128}$|\{\{|\}\}|<%|%>|%\(|%[A-Za-z_]\w{0,64}%|#\{|^@[A-Za-z_.-]{1,64}@$|^\{[^{}]{0,80}\}|\\\(|process\.env|getenv/;
const SEQUENCES = ['0123456789', '1234567890', 'abcdefgh', 'qwertyui', '87654321', '01234567', '12345678', 'fedcba98'];
const LONGEST_RUN = 8;
/** Random texts of this length have more different characters than `FEWEST_CHARACTERS`. */
const LONG = 16;
const FEWEST_CHARACTERS = 5;

/** Whether a value is there to be replaced by a secret: `changeme`, `${TOKEN}`, `<your key>`, `xxxxxxxx`, `1234567890`. */
export function isPlaceholder(value: string): boolean {
  if (value.length > 2_000) return false;
  const different = new Set(value).size;
  if (different <= 2 || (value.length >= LONG && different < FEWEST_CHARACTERS)) return true;
  const lower = value.toLowerCase();
  return (
    WORDS.test(value) ||
    VARIABLE.test(value) ||
    SEQUENCES.some((sequence) => lower.includes(sequence)) ||
    longestRun(value) >= LONGEST_RUN
  );
}

function longestRun(text: string): number {
  let longest = 0;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    run = text[at] === text[at - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}
