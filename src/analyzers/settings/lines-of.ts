const MAX_LINES = 100_000;

export interface TextLine {
  /** Counted from 1. */
  readonly line: number;
  /** Trimmed, not empty. */
  readonly text: string;
}

/** The lines that say something; `comment` begins one that does not. */
export function linesOf(text: string, comment?: string): readonly TextLine[] {
  return text.split('\n', MAX_LINES).flatMap((written, index): readonly TextLine[] => {
    const trimmed = written.trim();
    if (trimmed === '' || (comment !== undefined && trimmed.startsWith(comment))) return [];
    return [{ line: index + 1, text: trimmed }];
  });
}
