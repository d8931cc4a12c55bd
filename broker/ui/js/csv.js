// @ts-check
// CSV that opens well in a spreadsheet of the reader: UTF-8 with BOM, semicolons and decimal commas for Dutch, commas
// and points for English. A cell that a spreadsheet would take for a formula gets an apostrophe in front.

/** @typedef {string | number | null} CellValue */

/** @param {CellValue} value @param {'nl' | 'en'} lang */
function cell(value, lang) {
  if (value === null) return '';
  if (typeof value === 'number') return lang === 'nl' ? String(value).replace('.', ',') : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[";,\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {CellValue[][]} rows the first one is the header @param {'nl' | 'en'} lang */
export function toCsv(rows, lang) {
  const separator = lang === 'nl' ? ';' : ',';
  // A decimal comma needs quotes only where the comma also separates, which is never here.
  return '\ufeff' + rows.map(r => r.map(value => cell(value, lang)).join(separator)).join('\r\n') + '\r\n';
}

/** Words for a file name: "Den Haag" is "den-haag". @param {string} text */
export const fileWord = text => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');

/** Give the reader a file made here; nothing leaves the browser. @param {string} name @param {string} text */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
