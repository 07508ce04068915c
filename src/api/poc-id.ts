const POC_ID = /^(?:pcmgr-)?(\d{1,20})$/i;

/** Id of a vulnerability on the wire, from its number in this installation. */
export const toPocId = (number: number): string => `pcmgr-${number}`;

/**
 * The number of an id: `pcmgr-17`, or `17` as the documentation's examples have it; undefined for anything else. Beyond
 * 2^53 it is a number that nothing has.
 */
export function parsePocId(text: string): number | undefined {
  const digits = POC_ID.exec(text.trim())?.[1];
  return digits === undefined ? undefined : Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
