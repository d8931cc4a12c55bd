// @ts-check
// The script inside a night sheet: opens it with the passphrase of the organisation, without network, and shows it in a form
// that prints. Everything is put on the page as text.
import { fromBase64, open, unwrap } from 'sealing';
import sodium from 'sodium';

/** Older than this, the sheet says so in a box: the next one was due twice. */
const OLD_MS = 2 * 3600_000;

const read = (/** @type {string} */ id) => JSON.parse(document.getElementById(id)?.textContent ?? '{}');
const texts = read('texts');
const sheet = read('sheet');
let lang = (navigator.language || 'nl').startsWith('en') ? 'en' : 'nl';

/** @param {string} key @param {Record<string, string>} [params] */
const t = (key, params = {}) => (texts[lang][`nightsheet.${key}`] ?? key).replace(/\{(\w+)\}/g, (/** @type {string} */ whole, /** @type {string} */ name) => params[name] ?? whole);

/** @param {string} tag @param {unknown} content text, or elements @param {Record<string, string>} [attributes] */
function el(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (Array.isArray(content)) made.append(...content.filter(c => c !== null));
  else if (content !== null && content !== undefined) made.textContent = String(content);
  return made;
}

const time = (/** @type {string | null} */ iso) => (iso ? new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : 'nl-NL', { timeZone: 'Europe/Amsterdam', weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(iso)) : t('unknown'));

/** @param {string[]} heads @param {unknown[][]} rows */
function table(heads, rows) {
  if (rows.length === 0) return el('p', t('none'));
  return el('div', [el('table', [el('thead', [el('tr', heads.map(h => el('th', h, { scope: 'col' })))]),
    el('tbody', rows.map(r => el('tr', r.map((c, i) => (i === 0 ? el('th', c, { scope: 'row', class: 'code' }) : el('td', c))))))])], { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': heads.join(', ') });
}

function age() {
  const ms = Date.now() - Date.parse(sheet.madeAt);
  const hours = Math.floor(ms / 3600_000);
  const said = el('p', t('made', { organisation: sheet.organisation, time: time(sheet.madeAt) }), { class: 'age' });
  return ms > OLD_MS ? [said, el('p', t('old', { hours: String(hours) }), { class: 'old', role: 'alert' })] : [said];
}

/** Whom anybody may ring, also while the sheet is closed. */
function numbers() {
  const there = ['veilig_thuis', 'comensha', 'helpdesk'].filter(k => sheet.numbers?.[k]);
  return there.length === 0 ? [] : [el('h2', t('numbers')), el('dl', there.flatMap(k => [el('dt', t(`number_${k}`)), el('dd', sheet.numbers[k])]), { class: 'numbers' })];
}

const steps = () => [el('h2', t('script')), el('ol', texts[lang].script.map((/** @type {string} */ s) => el('li', s)))];

const say = (/** @type {unknown} */ v) => (v === null || v === undefined || v === '' ? t('unknown') : String(v));
const name = (/** @type {any} */ p) => (lang === 'en' && p.nameEn ? p.nameEn : p.name);
const house = (/** @type {any} */ row) => (row.bridge ? t('bridge', { house: row.location }) : row.location);
// Who is not on the way to a bridge bed has no time of arrival there: it is not forgotten, nobody said it.
const eta = (/** @type {any} */ row) => (row.bridge && !row.etaAt ? t('bridge_eta') : time(row.etaAt));
const placedBy = (/** @type {any} */ row) => (row.gatekeeper ? t('through', { referrer: row.referrer, gatekeeper: row.gatekeeper }) : row.referrer);

/** One place of a house to ring. @param {any} p */
function placeLine(p) {
  const kind = texts[lang].kinds[p.kind] ?? p.kind;
  if (p.stopped) return t('place_stopped', { kind });
  const hour = (/** @type {string} */ iso) => new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : 'nl-NL', { timeZone: 'Europe/Amsterdam', weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
  return p.free === null || p.observedAt === null ? t('place_unknown', { kind }) : t('place_free', { kind, free: String(p.free), time: hour(p.observedAt) });
}

/** A list that ends may be taken for a whole one. @param {any} data @param {string} list */
const leftOff = (data, list) => (data.left?.[list] > 0 ? [el('p', t('left', { n: String(data.left[list]) }), { class: 'left' })] : []);

/** @param {any} data @param {string} list @param {string[]} heads @param {(row: any) => unknown[]} cells */
const part = (data, list, heads, cells) => [el('h2', t(list)), table(heads.map(h => t(h)), data[list].map(cells)), ...leftOff(data, list)];

const ring = (/** @type {any} */ data) => [el('h2', t('ring')), el('p', t('ring_text')), table(['house', 'night', 'region', 'places'].map(h => t(h)),
  data.ring.map((/** @type {any} */ h) => [h.location, say(h.nightNumber), h.minutes === null ? say(h.regionName) : t('region_minutes', { region: say(h.regionName), n: String(h.minutes) }), h.places.map((/** @type {any} */ p) => el('div', placeLine(p)))])), ...leftOff(data, 'ring')];

/** @param {any} data */
function opened(data) {
  const hasPlaces = data.pools.length > 0;
  return [
    ...(data.houses.length > 0 || !hasPlaces ? part(data, 'houses', ['code', 'house', 'night', 'meeting', 'eta'], h => [h.code, house(h), say(h.nightNumber), say(h.meetingPoint), eta(h)]) : []),
    ...(data.ring.length > 0 ? ring(data) : []),
    ...(hasPlaces ? [...part(data, 'coming', ['code', 'place', 'eta', 'referrer', 'callback'], c => [c.code, `${house(c)}, ${name(c)}`, eta(c), placedBy(c), say(c.callback)]),
      ...part(data, 'pools', ['place', 'free', 'held', 'seen'], p => [`${p.location}, ${name(p)}`, p.stopped ? t('stopped') : say(p.free), p.held, time(p.observedAt)])] : []),
  ];
}

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
/** @type {any} */
let data = null;

function bar() {
  const print = el('button', t('print'), { type: 'button' });
  print.addEventListener('click', () => globalThis.print());
  const language = el('button', lang === 'nl' ? 'English' : 'Nederlands', { type: 'button', class: 'plain', lang: lang === 'nl' ? 'en' : 'nl' });
  language.addEventListener('click', () => {
    lang = lang === 'nl' ? 'en' : 'nl';
    draw();
  });
  return el('div', data ? [print, language] : [language], { class: 'bar' });
}

function asking() {
  const input = /** @type {HTMLInputElement} */ (el('input', null, { id: 'passphrase', type: 'password', autocomplete: 'off', 'aria-describedby': 'fault' }));
  const fault = el('p', '', { class: 'fault', id: 'fault', role: 'alert' });
  const form = el('form', [el('label', t('passphrase'), { for: 'passphrase' }), input, fault, el('button', t('open'), { type: 'submit' })]);
  form.addEventListener('submit', event => {
    event.preventDefault();
    fault.textContent = t('opening');
    setTimeout(() => {
      try {
        const publicKey = fromBase64(sheet.publicKey);
        const secret = unwrap(sodium, fromBase64(sheet.wrapped), publicKey, input.value);
        data = JSON.parse(open(sodium, fromBase64(sheet.sealed), publicKey, secret, false));
        sodium.memzero(secret);
        draw();
      } catch (error) {
        fault.textContent = t(/** @type {any} */ (error).kind === 'passphrase' ? 'wrong' : 'damaged');
        input.select();
      }
    }, 30);
  });
  return form;
}

function draw() {
  document.documentElement.lang = lang;
  document.title = `${t('title')} – Veilige Plek`;
  main.replaceChildren(el('h1', t('title')), ...age(), bar(), ...(data ? opened(data) : [asking()]), ...numbers(), ...steps());
}

await sodium.ready;
draw();
