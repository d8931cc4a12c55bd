// @ts-check
// What the adapter says of a file, in the reader's language. The adapter writes English sentences of its own, never a
// value of the file (adapters/gate/report.h); i18n/complaints.nl.json has each of them in Dutch, {1} and {2} standing for
// what differs. A sentence that is not there is shown as it came, marked as English: nothing is hidden.
import { hasText, language, t } from './text.js';

/** @typedef {import('../types/api').Complaint} Complaint */
/** @typedef {{ pattern: RegExp, text: string }} Rule */

/** Whole sentences first, for the open ones would take them too. @type {Map<string, string>} */
let whole = new Map();
/** @type {Rule[]} */
let open = [];

/** @param {string} words */
const escaped = words => words.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');

/** @param {Record<string, string>} table English to Dutch */
export function setComplaints(table) {
  const rows = Object.entries(table);
  whole = new Map(rows.filter(([key]) => !key.includes('{')));
  open = rows.filter(([key]) => key.includes('{'))
    .map(([key, text]) => ({ pattern: new RegExp(`^${key.split(/\{\d\}/).map(escaped).join('(.+)')}$`), text }))
    .sort((a, b) => b.pattern.source.length - a.pattern.source.length); // the one that says most
}

/** @type {Promise<void> | null} */
let loading = null;

async function load() {
  try {
    setComplaints(await (await fetch(new URL('../i18n/complaints.nl.json', import.meta.url))).json());
  } catch {
    loading = null; // every sentence stands in English; the next one tries again
  }
}

/** Before the first complaint is shown, and not before: most files have none. */
export const loadComplaints = () => (loading ??= load());

/** The sentence, and the language it is in. @param {string} reason @returns {{ text: string, lang: 'nl' | 'en' }} */
export function complaintText(reason) {
  if (language() === 'en') return { text: reason, lang: 'en' };
  const found = whole.get(reason);
  if (found) return { text: found, lang: 'nl' };
  for (const { pattern, text } of open) {
    const parts = pattern.exec(reason);
    if (parts) return { text: text.replace(/\{(\d)\}/g, (_, i) => parts[Number(i)] ?? ''), lang: 'nl' };
  }
  return { text: reason, lang: 'en' };
}

/** A field of ours in words; a name from their file as it stands. @param {string} field */
export const fieldText = field => (hasText(`field.${field}`) ? t(`field.${field}`) : field);
