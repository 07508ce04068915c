import { printable } from '../printable.ts';

const LINE_ENDS = /\r\n?|\n/;
// What makes links (3.11.6) and placeholders (3.11.5) of the text of a message.
const LINKS = /[\\[\]]/g;
const BRACES = /[{}]/g;
// Every mark that CommonMark knows can be escaped: https://spec.commonmark.org/0.31.2/#backslash-escapes
const MARKDOWN = /[!-/:-@[-`{-~]/g;

/** A foreign text as the plain text of a message of SARIF: no links, no placeholders, nothing that acts. */
export function plainText(text: string): string {
  return cleaned(text).replace(LINKS, '\\$&').replace(BRACES, '$&$&');
}

/** A foreign text as a part of a formatted message: it looks as it is written, whatever is in it. */
export function markdownText(text: string): string {
  return cleaned(text).replaceAll('\n', ' ').replace(MARKDOWN, '\\$&').replace(BRACES, '$&$&');
}

const cleaned = (text: string): string => text.split(LINE_ENDS).map(printable).join('\n');
