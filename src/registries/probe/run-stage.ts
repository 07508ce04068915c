import { AppError } from '../../model/app-error.ts';
import type { ProbeStage, StageResult } from '../../model/connection-report.ts';

/** What a stage found: a value for the stages after it, and what to tell people. */
export interface StageFinding<T> {
  readonly value: T;
  readonly detail: string;
}

export interface StageRun<T> {
  readonly result: StageResult;
  /** Absent when it failed. */
  readonly value?: T;
}

/**
 * Runs and times one stage. What may go wrong with a registry becomes its result; throws for defects and when the
 * caller canceled.
 */
export async function runStage<T>(stage: ProbeStage, work: () => Promise<StageFinding<T>>): Promise<StageRun<T>> {
  const begun = performance.now();
  const milliseconds = () => Math.round(performance.now() - begun);
  try {
    const { value, detail } = await work();
    return { value, result: { stage, status: 'ok', milliseconds: milliseconds(), detail } };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'canceled') throw error;
    const failed = { stage, status: 'failed', cause: error.code, detail: error.message } as const;
    return { result: { ...failed, milliseconds: milliseconds() } };
  }
}

export const skippedStage = (stage: ProbeStage, detail: string): StageResult => ({ stage, status: 'skipped', detail });
