/** Tells a clock that was set from time that passed. */
export interface ClockWatch {
  /** How far the clock was set since the last look, in milliseconds; 0: it went as time does. */
  look(): number;
  /**
   * For what ends or deletes by age: the clock, or what it would be had nobody set it, whichever is earlier. Where the clock goes is
   * believed when it has stayed there for a day.
   */
  cautious(): Date;
}

/** Clocks that are kept in step are moved by less. */
const SET_MS = 30_000;
const BELIEVED_AFTER_MS = 86_400_000;

export function watchClock(now: () => Date, elapsed: () => number = () => performance.now()): ClockWatch {
  const ahead = () => now().getTime() - elapsed();
  let last = ahead();
  let believed = last;
  let setAt = Number.NEGATIVE_INFINITY;
  return {
    look: () => {
      const set = ahead() - last;
      last += set;
      if (Math.abs(set) >= SET_MS) setAt = elapsed();
      else if (setAt === Number.NEGATIVE_INFINITY) believed = last;
      if (elapsed() - setAt > BELIEVED_AFTER_MS) {
        believed = last;
        setAt = Number.NEGATIVE_INFINITY;
      }
      return Math.abs(set) < SET_MS ? 0 : Math.round(set);
    },
    cautious: () => new Date(Math.min(ahead(), believed) + elapsed()),
  };
}
