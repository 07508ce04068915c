import { DistributionError } from '../distribution/distribution-error.ts';

/** The second list where there is nothing by the name of the first. */
export async function* firstFound<T>(first: AsyncIterable<T>, second: () => AsyncIterable<T>): AsyncGenerator<T> {
  let found = false;
  try {
    for await (const item of first) {
      found = true;
      yield item;
    }
  } catch (error) {
    if (found || !(error instanceof DistributionError) || error.status !== 404) throw error;
    yield* second();
  }
}
