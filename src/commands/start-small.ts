import { setFlagsFromString } from 'node:v8';

const FIXED = '--semi-space-growth-factor=1';
/** V8's own. */
const GROWING = '--semi-space-growth-factor=2';

/**
 * Starts something while the young generation of the heap stays as it is. All of what is loaded at a start stays, which V8
 * takes for a sign that it collects too often: it would make room of up to 64 MB for what is young, and keep it until that
 * is full.
 */
export async function startSmall<T>(start: () => Promise<T>): Promise<T> {
  setFlagsFromString(FIXED);
  try {
    return await start();
  } finally {
    setFlagsFromString(GROWING);
  }
}
