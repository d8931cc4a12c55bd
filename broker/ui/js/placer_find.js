// @ts-check
// "Why not this one?" for any place by name: a worker types a house or a region, and reads what the exchange says of its
// places for this household. What is typed stays in the page; only numbers of pools are asked for.
import { LETTERS_MIN, label, poolsNamed } from './codes.js';
import { ofTone, rankSentence, sentence } from './reasons.js';
import { changeText, placeName } from './placer_results.js';
import { either, t } from './text.js';
import { announce, html, nothing } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').PlaceMatch} PlaceMatch */

const POOLS_PAGE = 200;
const FOUND_MAX = 50; // as many as one question to the exchange may name
const TYPING_MS = 250;

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
      if (mine !== number) return;
      const isNamed = text.trim().length >= LETTERS_MIN;
      found = { text, named: ids.length, places: isNamed ? result.places : null };
      if (isNamed) announce(ids.length > 0 ? t('find.found', { n: ids.length }) : t('find.none'));
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
    return html`<ul class="out-list">${found.places.map(m => html`<li data-pool=${m.poolId}><b>${placeName(m)}</b> ${label('regions', m.region)}, ${either(m.poolName, m.poolNameEn) || label('kinds', m.kind)}. <span class="subtle">${verdictText(m)}</span></li>`)}</ul>${found.named > FOUND_MAX ? html`<p class="small subtle">${t('find.more', { n: FOUND_MAX })}</p>` : nothing}`;
  };

  return {
    /** The answers changed: what is on the screen must tell of them. */
    refresh: () => { if (found.places !== null) look(); },
    view: () => html`<div class="field find"><label for="find-place">${t('find.label')}</label><input class="input" id="find-place" type="search" autocomplete="off" maxlength="48" aria-describedby="find-hint" .value=${found.text} @input=${(/** @type {Event} */ e) => type(/** @type {HTMLInputElement} */ (e.target).value)}><p class="small subtle" id="find-hint">${t('find.hint')}</p>${list()}</div>`,
  };
}
