/** Rows of a small CSV text (RFC 4180), separated by commas, semicolons or tabs, whichever the first line has most of. */

export function csvRows(text: string): string[][] {
  const end = text.indexOf('\n');
  const head = end === -1 ? text : text.slice(0, end);
  const count = (sign: string) => head.split(sign).length;
  const separator = [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const closeRow = () => {
    row.push(field);
    field = '';
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === separator) {
      row.push(field);
      field = '';
    } else if (sign === '\n') closeRow();
    else if (sign !== '\r') field += sign;
  }
  closeRow();
  return rows;
}
