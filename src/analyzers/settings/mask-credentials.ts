const MASK = '***';
const URL_CREDENTIALS = /(:\/\/)[^\s/@]{1,1000}@/g;
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|auth)[\w-]{0,40}["']?\s{0,4}[=:]\s{0,4})(?:(?:bearer|basic|token)\s{1,4})?("[^"]{1,500}"|'[^']{1,500}'|[^\s"';&|]{1,500})/gi;
/** `--password x` */
const OPTION =
  /(\s--[\w-]{0,40}(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|key)[\w-]{0,10}\s{1,4})("[^"]{1,500}"|'[^']{1,500}'|[^\s"'-][^\s"']{0,500})/gi;
const USER_OPTION = /((?:^|\s)(?:-u|--user|--proxy-user)[\s=]{0,4}["']?[^\s:"']{1,200}:)[^\s"']{1,500}/g;
/** `echo root:secret | chpasswd`, hashes of passwords. */
const PASSWORD_PIPE = /\b([\w.-]{1,64}:)[^\s:"'|]{1,500}(["']?\s{0,4}\|\s{0,4}(?:\S{1,20}\/)?chpasswd)/g;
const CRYPT_HASH = /\$(?:1|2[abxy]?|5|6|7|y|gy|argon2\w{0,3})\$[\w./$=,+-]{8,300}/g;

/** Whatever may be a password in a line that is shown: a list of risky settings must not become one of secrets. */
export function maskCredentials(text: string): string {
  return text
    .replace(URL_CREDENTIALS, `$1${MASK}@`)
    .replace(PASSWORD_PIPE, `$1${MASK}$2`)
    .replace(NAMED, `$1${MASK}`)
    .replace(OPTION, `$1${MASK}`)
    .replace(USER_OPTION, `$1${MASK}`)
    .replace(CRYPT_HASH, MASK);
}
