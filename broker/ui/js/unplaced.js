// @ts-check
// The unplaced register of the own organisation: who got no place in time, why, how long they have waited and where they slept.
import { label } from './codes.js';
import { nightRuns } from './nights.js';
import { date, number, t } from './text.js';
import { html, nothing } from './ui.js';

/** @typedef {import('../types/api').UnplacedLine} UnplacedLine */

/** @param {string | null | undefined} code */
const place = code => (code ? label('destinations', code) : t('unplaced.not_said'));

/** The last night first; where none was told, a closed one says where that was. @param {UnplacedLine} u */
function nights(u) {
  const told = nightRuns((u.nights ?? []).map(n => ({ ...n, reason: null, knownBy: null }))).reverse(); // where, and no more
  if (told.length === 0) return u.closedSlept ? place(u.closedSlept) : html`<span class="subtle">${t('unplaced.not_said')}</span>`;
  return html`<ul class="unplaced-nights">${told.map(night)}</ul>`;
}
/** @param {string} d */
const on = d => date(`${d}T12:00:00Z`);
/** @param {import('./nights.js').NightRun} n */
const night = n => html`<li>${n.n === 1 ? on(n.date) : t('nobed.night_span', { from: on(n.date), to: on(n.to) })}: ${place(n.slept)}</li>`;

const COLUMNS = ['state', 'waited', 'reason', 'slept'];

/** On a phone each row is a card, as on /verblijf. @param {unknown} content @param {number} i */
const cell = (content, i) => html`<td role="cell" data-name=${t(`unplaced.${COLUMNS[i]}`)}><div>${content}</div></td>`;

/** @param {UnplacedLine} u */
const row = u => html`<tr role="row"><th scope="row" role="rowheader"><a href="/verwijzing#r=${u.referralId}">${u.referralCode}</a></th>${[
  u.state === 'closed' ? t('unplaced.closed') : u.state === 'withdrawn' ? t('unplaced.withdrawn') : t('unplaced.waiting'),
  t('unplaced.hours', { n: u.hoursWaited }),
  u.reason ? label('unplacedReasons', u.reason) : html`<span class="subtle">${t('unplaced.not_said')}</span>`,
  nights(u)].map(cell)}</tr>`;

/** @param {{ unplaced: UnplacedLine[], total: number }} register @param {boolean} all the ended ones too @param {(all: boolean) => void} choose */
export const unplacedSection = (register, all, choose) => html`<section class="panel" aria-labelledby="unplaced-title"><h2 id="unplaced-title">${t('unplaced.title')}</h2><p class="subtle">${t('unplaced.text')}</p>
  <div class="check"><label><input type="checkbox" .checked=${all} @change=${(/** @type {Event} */ e) => choose(/** @type {HTMLInputElement} */ (e.target).checked)}><span>${t('unplaced.all')}</span></label></div>
  ${register.unplaced.length === 0 ? html`<p>${t('unplaced.none')}</p>` : html`<div class="stay-scroll cards" role="group" aria-labelledby="unplaced-title" tabindex="0"><table class="table" role="table"><thead role="rowgroup"><tr role="row">${['referral', ...COLUMNS].map(k => html`<th scope="col" role="columnheader">${t(`unplaced.${k}`)}</th>`)}</tr></thead><tbody role="rowgroup">${register.unplaced.map(row)}</tbody></table></div>
    ${register.total > register.unplaced.length ? html`<p>${t('unplaced.more', { shown: number(register.unplaced.length), total: number(register.total) })}</p>` : nothing}`}</section>`;
