// @ts-check
// The code lists of the exchange, as the API gives them: words and order are data, never constants here.
import { either, isoDate } from './text.js';

/** @typedef {import('../types/api').Code} Code */
/** @typedef {import('../types/api').Codes} Codes */

/** @type {Codes} */
let lists = {};
/** @type {Map<string, Map<string, Code>>} */
let byCode = new Map();

/** Lists come as "threatLevels" or "threat_levels". @param {string} name */
const plain = name => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** A code may have several rows with dates of their own. @param {Code} row @param {string} today */
const isValid = (row, today) => (!row.validFrom || row.validFrom <= today) && (!row.validTo || row.validTo >= today);

/** Choices are rows of today; a name is found for codes of another day too. @param {Codes} codes @param {string} [today] */
export function setCodes(codes, today = isoDate(Date.now())) {
  const all = Object.entries(codes).map(([name, table]) => /** @type {[string, Code[]]} */ ([plain(name), table]));
  lists = Object.fromEntries(all.map(([name, table]) => [name, table.filter(r => isValid(r, today))]));
  // The row of today last, so that it is the one that stays.
  byCode = new Map(all.map(([name, table]) => [name, new Map([...table, ...lists[name]].map(r => [r.code, r]))]));
}

/** Rows of a list as they stand. @param {string} name @returns {Code[]} */
export const rows = name => lists[name] ?? [];

/** @param {string} name @param {string | null | undefined} code @returns {Code | undefined} */
export const row = (name, code) => (code ? byCode.get(name)?.get(code) : undefined);

/** What people read for a code; the code itself where the list does not know it. @param {string} name @param {string | null | undefined} code */
export function label(name, code) {
  const found = row(name, code);
  return found ? either(found.labelNl ?? found.name, found.labelEn ?? found.name) : code ?? '';
}

/** @param {string | number | undefined | null} value */
const orderOf = value => (value === '' || value === undefined || value === null ? NaN : Number(value));

/** Rows with a place in this order, in it. @param {string} name @param {'order' | 'intakeOrder' | 'phoneOrder'} column */
export const ordered = (name, column) => rows(name)
  .filter(r => Number.isFinite(orderOf(r[column])))
  .sort((a, b) => orderOf(a[column]) - orderOf(b[column]));

/** Region codes, nearest to HOME first (HOME itself leads); in list order when it is not known. @param {string | null | undefined} home */
export function regionsByDistance(home) {
  const all = rows('regions');
  const from = row('regions', home);
  if (!from) return all.map(r => r.code);
  const scale = Math.cos(Number(from.lat) * Math.PI / 180);
  const distance = (/** @type {Code} */ r) => Math.hypot(Number(r.lat) - Number(from.lat), (Number(r.lon) - Number(from.lon)) * scale);
  return [...all].sort((a, b) => distance(a) - distance(b)).map(r => r.code);
}

/** Letters without case and accents. @param {string | undefined} text */
const folded = text => (text ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Letters with which a search by name begins. */
export const LETTERS_MIN = 2;

/** Numbers of the pools that a text names: by house, kind of room or region, in both languages. @param {import('../types/api').Pool[]} pools @param {string} text */
export function poolsNamed(pools, text) {
  const wanted = folded(text.trim());
  if (wanted.length < LETTERS_MIN) return [];
  const names = (/** @type {import('../types/api').Pool} */ p) => {
    const region = row('regions', p.region);
    return [p.locationName, p.name, p.nameEn, region?.name, region?.labelNl, region?.labelEn];
  };
  return pools.filter(p => names(p).some(name => folded(name).includes(wanted))).map(p => p.id);
}
