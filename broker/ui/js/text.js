// @ts-check
// Words, numbers and times for people. All texts stand in i18n/*.json under flat keys; a key with a plural has the forms
// key.one and key.other and takes its form from the parameter n. Times are Dutch clock times wherever the reader sits.

const ZONE = 'Europe/Amsterdam';

/** @type {Record<string, string>} */
let messages = {};
/** @type {'nl' | 'en'} */
let lang = 'nl';

/** @param {'nl' | 'en'} language @param {Record<string, string>} table */
export function setMessages(language, table) {
  lang = language;
  messages = table;
}

/** Fetch the texts of a language. @param {string} language */
export async function loadMessages(language) {
  const wanted = language === 'en' ? 'en' : 'nl';
  const answer = await fetch(new URL(`../i18n/${wanted}.json`, import.meta.url));
  setMessages(wanted, await answer.json());
}

export const language = () => lang;
const locale = () => (lang === 'en' ? 'en-GB' : 'nl-NL');

/** True if there is a text for this key. @param {string} key */
export const hasText = key => key in messages || `${key}.other` in messages;

/**
 * The text of a key with its {parameters} filled in. A missing key shows itself, so that a test or a person sees it.
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 */
export function t(key, params = {}) {
  const form = params.n === 1 ? `${key}.one` : `${key}.other`;
  const text = messages[key] ?? messages[form] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/** The Dutch or the English one of two values that come as data. @param {string | undefined} nl @param {string | undefined} en */
export const either = (nl, en) => (lang === 'en' ? en || nl : nl) ?? '';

// Making a formatter costs a hundred times a use of it, and a table has hundreds of cells.
/** @type {Map<string, Intl.NumberFormat | Intl.DateTimeFormat>} */
const formatters = new Map();

/** @template {Intl.NumberFormat | Intl.DateTimeFormat} T @param {string} key @param {() => T} make @returns {T} */
function kept(key, make) {
  const found = formatters.get(key) ?? make();
  formatters.set(key, found);
  return /** @type {T} */ (found);
}

/** @param {number} n */
export const number = n => kept(locale(), () => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 })).format(n);
/** @param {number} n */
export const percent = n => `${number(n)}%`;
/** "a, b en c". @param {string[]} items */
export const list = items => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);

/** @param {string | number | Date} at @param {Intl.DateTimeFormatOptions} options */
const format = (at, options) => kept(locale() + JSON.stringify(options), () => new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...options })).format(new Date(at));

/** Clock time, 24 hours: "03:17". @param {string | number | Date} at */
export const clock = at => format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
/** Day: "zondag 22 november". @param {string | number | Date} at */
export const day = at => format(at, { weekday: 'long', day: 'numeric', month: 'long' });
/** Date with year: "22 november 2026". @param {string | number | Date} at */
export const date = at => format(at, { day: 'numeric', month: 'long', year: 'numeric' });
/** Date for file names and tables: "2026-11-22". @param {string | number | Date} at */
export const isoDate = at => kept('iso', () => new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE })).format(new Date(at));

/** Clock time today, with the day before it on another day. @param {string | number | Date} at @param {number} [nowMs] */
export function moment(at, nowMs = Date.now()) {
  if (isoDate(at) === isoDate(nowMs)) return clock(at);
  return `${format(at, { weekday: 'short', day: 'numeric', month: 'short' })} ${clock(at)}`;
}

/** Length of a journey: "45 min", "1 u 20". @param {number} minutes */
export function duration(minutes) {
  const whole = Math.max(0, Math.round(minutes));
  if (whole < 60) return t('time.minutes', { m: String(whole) });
  const rest = whole % 60;
  const h = String(Math.floor(whole / 60));
  return rest === 0 ? t('time.hours', { h }) : t('time.hours_minutes', { h, m: String(rest).padStart(2, '0') });
}

/** How long ago a number was confirmed. @param {string | null | undefined} at @param {number} [nowMs] */
export function confirmed(at, nowMs = Date.now()) {
  if (!at) return t('age.never');
  const minutes = Math.floor((nowMs - new Date(at).getTime()) / 60000);
  if (minutes < 1) return t('age.now');
  if (minutes < 24 * 60) return t('age.ago', { duration: duration(minutes) });
  return t('age.days', { n: Math.floor(minutes / (24 * 60)) });
}

/** How long ago something was: "12 min geleden". @param {string | number} at @param {number} [nowMs] */
export function ago(at, nowMs = Date.now()) {
  const minutes = Math.floor((nowMs - new Date(at).getTime()) / 60000);
  if (minutes < 1) return t('ago.now');
  if (minutes < 24 * 60) return t('ago.ago', { duration: duration(minutes) });
  return t('ago.days', { n: Math.floor(minutes / (24 * 60)) });
}

/** m:ss, or h:mm:ss from an hour on; never below zero. @param {number} seconds */
export function countdown(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const h = Math.floor(left / 3600);
  const m = Math.floor(left / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(left % 60)}` : `${m}:${two(left % 60)}`;
}

/** The next moment at which Dutch clocks show HH:MM. @param {string} hhmm @param {number} nowMs @returns {number} ms */
export function nextMoment(hhmm, nowMs) {
  const minutes = (/** @type {string} */ text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const now = new Intl.DateTimeFormat('nl-NL', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .format(new Date(nowMs));
  const ahead = (minutes(hhmm) - minutes(now) + 24 * 60) % (24 * 60);
  return Math.floor(nowMs / 60000) * 60000 + ahead * 60000;
}

/**
 * The moment at which Dutch clocks show HH:MM on the day that is DAYS from today. Of two such moments, in the night that
 * summer time ends, the later one; null for an hour that does not exist or a text that is no time.
 * @param {number} days @param {string} hhmm @param {number} nowMs @returns {number | null} ms
 */
export function momentOn(days, hhmm, nowMs) {
  const noon = Date.parse(`${isoDate(nowMs)}T12:00:00Z`);
  const wanted = isoDate(noon + days * 24 * 3600_000);
  for (const hoursAhead of [1, 2]) {
    const at = Date.parse(`${wanted}T${hhmm}:00Z`) - hoursAhead * 3600_000;
    if (Number.isFinite(at) && clock(at) === hhmm && isoDate(at) === wanted) return at;
  }
  return null;
}

/** Inside a sentence; an abbreviation keeps its capitals. @param {string} text */
export const inSentence = text => (/^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);
