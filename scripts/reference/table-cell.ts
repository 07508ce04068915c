/** Text inside a table of Markdown: one line, without what ends a cell or begins a tag. */
export const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
