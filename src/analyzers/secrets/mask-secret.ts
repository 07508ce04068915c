const LEAST_SHOWN = 16;
const STARS = '******';

/** What may be shown of a secret: its first and last two characters, of a short one none; never its length. */
export function maskSecret(secret: string): string {
  const shown = secret.trim();
  if (shown.length < LEAST_SHOWN) return STARS;
  return `${printable(shown.slice(0, 2))}${STARS}${printable(shown.slice(-2))}`;
}

const printable = (text: string) => text.replaceAll(/[^!-~]/g, '*');
