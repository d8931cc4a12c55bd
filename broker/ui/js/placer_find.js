// @ts-check
// "Why not this one?" for any place by name: a worker types a house or a region, and reads what the exchange says of its
// places for this household. What is typed stays in the page; only numbers of pools are asked for.
import { label, row } from './codes.js';
import { ofTone, rankSentence, sentence } from './reasons.js';
import { changeText, placeName } from './placer_results.js';
import { t } from './text.js';
import { html, nothing } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').PlaceMatch} PlaceMatch */

const POOLS_PAGE = 200;
const FOUND_MAX = 50; // as many as one question to the exchange may name
const TYPING_MS = 250;
const LETTERS_MIN = 2;

/** Letters without case and accents. @param {string | undefined} text */
const plain = text => (text ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Numbers of the pools that a text names: by house, kind of room or region, in both languages. @param {Pool[]} pools @param {string} text */
export function poolsNamed(pools, text) {
  const wanted = plain(text.trim());
  if (wanted.length < LETTERS_MIN) return [];
  const names = (/** @type {Pool} */ p) => {
    const region = row('regions', p.region);
    return [p.locationName, p.name, p.nameEn, region?.name, region?.labelNl, region?.labelEn];
  };
  return pools.filter(p => names(p).some(name => plain(name).includes(wanted))).map(p => p.id);
}

/** What the exchange says of one place, whatever it says. @param {PlaceMatch} m */
export function verdictText(m) {
  if (m.verdict === 'out') return [...ofTone(m.reasons, 'against').map(sentence), m.change ? t('find.opens', { change: changeText(m.change) }) : ''].filter(Boolean).join(' ');
  const stands = t(m.verdict === 'fits' ? 'find.fits' : 'find.ask', { rank: m.rank });
  return m.why ? `${stands} ${rankSentence(m)}.` : stands;
}

/**
 * @param {object} o
 * @param {(path: string) => Promise<any>} o.get
 * @param {(path: string) => Promise<any>} o.match asks for places for the household on the screen
 * @param {() => void} o.draw
 * @param {(error: unknown) => void} o.fail
 */
export function makeFinder(o) {
  /** @type {Promise<Pool[]> | null} */
  let pools = null;
  /** @type {{ text: string, named: number, places: PlaceMatch[] | null }} */
  let found = { text: '', named: 0, places: null };
  let timer = 0;
  let number = 0;

  /** All names, asked for once and only when somebody looks. */
  async function load() {
    /** @type {Pool[]} */
    const all = [];
    for (let after = 0; after !== null;) {
      const page = await o.get(`/pools?limit=${POOLS_PAGE}&after=${after}`);
      all.push(...page.pools);
      after = page.next;
    }
    return all;
  }

  async function look() {
    const mine = ++number;
    const { text } = found;
    try {
      pools ??= load();
      const ids = poolsNamed(await pools, text);
      const result = ids.length > 0 ? await o.match(`pool=${ids.slice(0, FOUND_MAX).join(',')}&limit=${FOUND_MAX}`) : { places: [] };
      if (mine === number) found = { text, named: ids.length, places: plain(text.trim()).length < LETTERS_MIN ? null : result.places };
    } catch (error) {
      if (mine !== number) return;
      pools = null;
      o.fail(error);
    }
    o.draw();
  }

  /** @param {string} text */
  function type(text) {
    found = { ...found, text };
    clearTimeout(timer);
    timer = window.setTimeout(look, TYPING_MS);
  }

  const list = () => {
    if (found.places === null) return nothing;
    if (found.places.length === 0) return html`<p class="small">${t('find.none')}</p>`;
    return html`<ul class="out-list">${found.places.map(m => html`<li data-pool=${m.poolId}><b>${placeName(m)}</b> ${label('regions', m.region)}, ${label('kinds', m.kind)} <span class="subtle">${verdictText(m)}</span></li>`)}</ul>${found.named > FOUND_MAX ? html`<p class="small subtle">${t('find.more', { n: FOUND_MAX })}</p>` : nothing}`;
  };

  return {
    /** The answers changed: what is on the screen must tell of them. */
    refresh: () => { if (found.places !== null) look(); },
    view: () => html`<div class="field find"><label for="find-place">${t('find.label')}</label><input class="input" id="find-place" type="search" autocomplete="off" maxlength="48" aria-describedby="find-hint" .value=${found.text} @input=${(/** @type {Event} */ e) => type(/** @type {HTMLInputElement} */ (e.target).value)}><p class="small subtle" id="find-hint">${t('find.hint')}</p><div role="status">${list()}</div></div>`,
  };
}
