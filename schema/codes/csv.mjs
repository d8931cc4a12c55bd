// Reading and writing our own CSV tables (RFC 4180, UTF-8, LF) for the generators and tests in node.
// The broker reads the same files in C (broker/base/csv.h).
import { readFileSync } from 'node:fs';

/** Split CSV text into records of fields. Throws on an unclosed quote or a ragged row, with the line.
 * @param {string} text @param {string} name @returns {string[][]} */
export function parseCsv(text, name = 'csv') {
  const rows = [];
  let row = [], field = '', quoted = false, line = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\n') line++;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') { field += '"'; i++; } else quoted = false;
    } else if (c === '"' && field === '') quoted = true;
    else if (c === ',') { row.push(field); field = ''; }
    else if (c === '\n') { row.push(field); rows.push(row); row = []; field = ''; }
    else if (c !== '\r') field += c;
    if (c === '\n' && !quoted && rows.length > 1 && rows.at(-1).length !== rows[0].length)
      throw new Error(`${name} line ${line - 1}: ${rows.at(-1).length} fields, header has ${rows[0].length}`);
  }
  if (quoted) throw new Error(`${name}: unclosed quote`);
  if (field !== '' || row.length) throw new Error(`${name}: no newline at the end`);
  return rows;
}

/** @param {URL|string} file @returns {Record<string,string>[]} one object per row, keyed by header */
export function readTable(file) {
  const [head, ...body] = parseCsv(readFileSync(file, 'utf8'), String(file));
  return body.map(r => Object.fromEntries(head.map((h, i) => [h, r[i]])));
}

/** @param {string[]} head @param {Record<string,string|number>[]} rows */
export function formatTable(head, rows) {
  const cell = v => /[",\n\r]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);
  return [head, ...rows.map(r => head.map(h => r[h]))].map(r => r.map(cell).join(',')).join('\n') + '\n';
}
