const LEAST_SHOWN = 16;
const STARS = '******';

/** What may be shown of a secret: its first and last two characters, of a short one none; never its length. */
export function maskSecret(secret: string): string {
  if (secret.length < LEAST_SHOWN) return STARS;
  return `${printable(secret.slice(0, 2))}${STARS}${printable(secret.slice(-2))}`;
}

const printable = (text: string) => text.replaceAll(/[^!-~]/g, '*');
