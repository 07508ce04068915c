const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/];

/** Letters of both cases and digits: random texts of 16 characters and more are, words and paths seldom. */
export const mixed = (text: string): boolean => {
  const kinds = KINDS.filter((kind) => kind.test(text)).length;
  return kinds === KINDS.length || (kinds === 2 && HEX.test(text));
};

/** Hex digits and UUIDs have letters of one case. */
const HEX = /^[0-9a-f-]{16,128}$|^[0-9A-F-]{16,128}$/;
