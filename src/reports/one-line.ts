const LINE_ENDS = /\s*[\r\n]+\s*/g;

/** What stands on several lines, such as an instruction with its time, on one. */
export const oneLine = (text: string): string => text.trim().replace(LINE_ENDS, ' ');
