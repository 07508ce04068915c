/** RFC 4180, written apart from what writes it: records of fields; throws where the text breaks the grammar. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let fields: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      let value = '';
      for (at++; ; at++) {
        if (at >= text.length) throw new Error('a quoted field is not closed');
        if (text[at] !== '"') value += text[at];
        else if (text[at + 1] === '"') value += text[at++];
        else break;
      }
      at++;
      fields.push(value);
    } else {
      const end = text.slice(at).search(/[,\r\n"]/);
      if (end < 0 || text[at + end] === '"') throw new Error('a field without quotes is not closed');
      fields.push(text.slice(at, at + end));
      at += end;
    }
    if (text[at] === ',') at++;
    else if (text.startsWith('\r\n', at)) {
      at += 2;
      records.push(fields);
      fields = [];
      continue;
    } else throw new Error(`neither comma nor line end at ${at}`);
    // A comma at the end of a record is followed by one more, empty field.
    if (text.startsWith('\r\n', at)) {
      fields.push('');
      at += 2;
      records.push(fields);
      fields = [];
    }
  }
  if (fields.length > 0) throw new Error('the last line does not end');
  return records;
}
