/** Ids of rows and digests of content, told apart by their shape: different actions of the family use either. */
export function toIdsAndDigests(values: readonly string[]): {
  readonly ids: readonly number[];
  readonly digests: readonly string[];
} {
  return {
    ids: values
      .filter((value) => DIGITS.test(value))
      .map(Number)
      .filter(Number.isSafeInteger),
    digests: values.filter((value) => !DIGITS.test(value)),
  };
}

const DIGITS = /^\d+$/;
