import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { escapeXml } from '../escape-xml.ts';
import type { Cell, ExportFormat } from '../export-format.ts';

/** Rows of a worksheet less the header; https://support.microsoft.com: Excel specifications and limits. */
const MOST_ROWS = 1_048_575;
const MOST_CHARACTERS = 32_767;
const SHEET = 'xl/worksheets/sheet1.xml';
/** Every file made from the same rows is the same, and no clock is read here; zip knows no time before 1980. */
const ENTRY = { mtime: new Date(1980, 0, 1), mode: 0o100644 };

/**
 * Office Open XML (ECMA-376), the least that spreadsheets open: one sheet whose texts lie in its cells. It is written as
 * it is read, so its size costs disk, not memory.
 */
export const xlsx: ExportFormat = {
  name: 'xlsx',
  description: `Excel workbook with one sheet of at most ${MOST_ROWS.toLocaleString('en')} rows; texts are never formulas, and are cut at ${MOST_CHARACTERS.toLocaleString('en')} characters, as Excel demands`,
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  mostRows: MOST_ROWS,
  write: async function* (header, pages) {
    const zip = new ZipFile();
    const sheet = Readable.from(writeSheet(header, pages));
    const output = Readable.from(zip.outputStream);
    // The archiver does not pass a failure of what it packs on.
    for (const part of [zip, sheet]) part.on('error', (error) => output.destroy(error));
    for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name, ENTRY);
    zip.addReadStream(sheet, SHEET, ENTRY);
    zip.end();
    try {
      for await (const bytes of output) yield bytes;
    } finally {
      sheet.destroy();
    }
  },
};

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Everything but the rows. */
const parts: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/><Override PartName="/${SHEET}" ContentType="${CONTENT}.worksheet+xml"/></Types>`,
  '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets><sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

async function* writeSheet(header: readonly string[], pages: AsyncIterable<readonly (readonly Cell[])[]>) {
  // The header stays in sight while one scrolls.
  const view = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${view}</sheetView></sheetViews><sheetData>${toRow(header, 1)}`;
  let number = 2;
  for await (const rows of pages) yield rows.map((row) => toRow(row, number++)).join('');
  yield '</sheetData></worksheet>';
}

const toRow = (cells: readonly Cell[], number: number) =>
  `<row r="${number}">${cells.map((cell, column) => toCell(cell, `${columnName(column)}${number}`)).join('')}</row>`;

/** Every cell says where it is: the standard lets it be left out, but not all readers do. */
function toCell(cell: Cell, place: string): string {
  if (cell === undefined || cell === '') return '';
  if (typeof cell === 'number' && Number.isFinite(cell)) return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${Number(cell)}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cut(String(cell)))}</t></is></c>`;
}

/** A to Z, AA to ZZ, and so on. */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

const cut = (text: string) =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1).toWellFormed()}…`;
