// Comma-separated values, RFC 4180, as a Map reads them from S3.

/** One object per row, its members named by the headers given or else by the first row; every value is text. */
export function parseCsv(
  text: string,
  options: { delimiter: string; headers?: readonly string[] },
): Record<string, string>[] {
  const rows = parseRows(text, options.delimiter);
  const headers = options.headers ?? rows.shift() ?? [];
  return rows.map((row) => Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])));
}

function parseRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let value = '';
  let isQuoted = false;
  const endValue = () => {
    row.push(value);
    value = '';
  };
  const endRow = () => {
    endValue();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (isQuoted) {
      if (character !== '"') value += character;
      else if (text[index + 1] === '"') value += text[++index];
      else isQuoted = false;
    } else if (character === '"' && value === '') isQuoted = true;
    else if (character === delimiter) endValue();
    else if (character === '\n') endRow();
    else if (character !== '\r') value += character;
  }
  endRow();
  return rows;
}
