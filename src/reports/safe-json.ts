// JSON lets these stand as they are, and a terminal obeys them: DEL, C1 controls, marks that reorder or hide text.
const ACTING = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;
// Nearly all text is ASCII, where the class above has nothing to find and takes ten times as long to say so.
const NOT_ASCII = /[\u007f-\uffff]+/g;

/** JSON whose text cannot act on a terminal: what could is escaped, so that every reader gets the same values. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(NOT_ASCII, (run) => run.replace(ACTING, escaped));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
