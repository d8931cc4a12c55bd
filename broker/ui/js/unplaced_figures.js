// @ts-check
// The unplaced register in numbers, for who may see no household: why, where they slept, how long they waited, and what became
// of them by region. Small numbers are hidden by the server.
import { label } from './codes.js';
import { number, t } from './text.js';
import { html, nothing } from './ui.js';

/** @typedef {import('../types/api').UnplacedNumbers} UnplacedNumbers */
/** @typedef {import('../types/api').Cell} Cell */

/** @param {Cell} c */
const cell = c => html`<td class="n">${c.suppressed ? html`<span class="subtle">${t('overview.hidden')}</span>` : number(c.value ?? 0)}</td>`;

/** @param {string} name @param {string[]} heads @param {unknown[]} body */
const table = (name, heads, body) => html`<div class="table-wrap" tabindex="0" role="group" aria-label=${t('table.scroll', { what: name })}><table><caption class="sr">${name}</caption><thead><tr>${heads.map((h, i) => html`<th scope="col" class=${i > 0 ? 'n' : ''}>${h}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;

/** @param {string} key @param {{ name: string, count: Cell }[]} lines */
const lineTable = (key, lines) => html`<div><h3>${t(`unplaced.${key}`)}</h3>${lines.length === 0 ? html`<p>${t('unplaced.none')}</p>` : lines.every(l => l.count.suppressed) ? html`<p>${t('unplaced.too_few')}</p>`
  : table(t(`unplaced.${key}`), [t(`unplaced.${key}`), t('unplaced.count')], lines.map(l => html`<tr><th scope="row">${l.name}</th>${cell(l.count)}</tr>`))}</div>`;

/** @param {{ from: number, below: number | null }} h */
const hours = h => (h.below === null ? t('unplaced.longer', { n: h.from }) : t('unplaced.between', { from: h.from, below: h.below }));

const PARTS = /** @type {const} */ (['waiting', 'closed', 'withdrawn', 'total']);
/** @param {UnplacedNumbers} r */
function byRegion(r) {
  const some = r.byRegion.filter(row => row.code === 'NL' || PARTS.some(p => row[p].suppressed || (row[p].value ?? 0) > 0));
  const name = t('unplaced.by_region');
  return html`<div><h3>${name}</h3>${table(name, [t('column.region'), ...PARTS.map(p => t(`unplaced.${p}`))], some.map(row => html`<tr><th scope="row">${row.code === 'NL' ? t('unplaced.country') : label('regions', row.code)}</th>${PARTS.map(p => cell(row[p]))}</tr>`))}</div>`;
}

/** @param {UnplacedNumbers | null} r */
export const unplacedFigures = r => (r === null ? nothing : html`<section class="fig k12" aria-labelledby="unplaced-title"><h2 id="unplaced-title">${t('unplaced.title')}</h2><p class="small subtle">${t('unplaced.figures_text', { n: r.days })}</p>
  <div class="unplaced-lines">${lineTable('reason', r.byReason.map(l => ({ name: l.code ? label('unplacedReasons', l.code) : t('unplaced.not_said'), count: l.count })))}
  ${lineTable('slept', r.bySlept.map(l => ({ name: l.code ? label('destinations', l.code) : t('unplaced.not_said'), count: l.count })))}
  ${lineTable('waited', r.byHours.map(l => ({ name: hours(l), count: l.count })))}</div>${byRegion(r)}</section>`);
