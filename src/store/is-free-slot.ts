import type { ExpressionBuilder, ReferenceExpression } from 'kysely';
import type { Tables } from './tables.ts';

/** Whether nobody has acted on a planned time yet. One that lies ahead was acted on when the clock was ahead. */
export const isFreeSlot =
  <T extends keyof Tables>(lastSlot: ReferenceExpression<Tables, T>, slot: Date, now: Date) =>
  (eb: ExpressionBuilder<Tables, T>) =>
    eb.or([eb(lastSlot, 'is', null), eb(lastSlot, '<', slot.getTime()), eb(lastSlot, '>', now.getTime())]);
