// @ts-check
// The municipality's page: what was asked, what was found, what is free. Counts of people below the limit are hidden by
// the server and stay hidden here: nothing is worked out from what is shown beside them.
import { problemText } from './api.js';
import { bars, miniBar, stepOf } from './charts.js';
import { label, rows } from './codes.js';
import { download, fileWord, toCsv } from './csv.js';
import { startPage } from './frame.js';
import { hexMap } from './hexmap.js';
import { clock, date, duration, either, isoDate, language, list, number, percent, t } from './text.js';
import { announce, button, html, icon, nothing, notice, select, svg } from './ui.js';
import { unplacedFigures } from './unplaced_figures.js';

/** @typedef {import('../types/api').Overview} Overview */
/** @typedef {import('../types/api').OverviewRow} OverviewRow */
/** @typedef {import('../types/api').Cell} Cell */
/** @typedef {import('./frame.js').Frame} Frame */
/**
 * @typedef {object} Column
 * @property {string} key
 * @property {(row: OverviewRow) => number | null} value
 * @property {(row: OverviewRow) => boolean} [hidden] too small to show
 * @property {'count' | 'percent' | 'minutes'} unit
 */

const DAYS = [7, 30, 90, 365];
const ROWS_FIRST = 15;
// Figures this old are fetched again when the reader comes back to the page; a timer would keep the session alive.
const OLD_MS = 5 * 60_000;

/** @param {'unitsTotal' | 'unitsOccupied' | 'unitsFree' | 'referrals' | 'placed' | 'unplaced' | 'looking'} field @returns {Column} */
const counted = field => ({ key: field, unit: 'count', value: r => r[field]?.value ?? null, hidden: r => r[field]?.suppressed ?? false });

/** Share of requests without a place; only where both counts may be shown and the base is not small. @param {OverviewRow} r */
export function unplacedShare(r) {
  const { referrals, unplaced } = r;
  if (referrals.suppressed || unplaced.suppressed || !referrals.value || referrals.value < 10 || unplaced.value === null) return null;
  return Math.round(100 * unplaced.value / referrals.value);
}

/** @type {Record<string, Column>} */
const COLUMNS = {
  unitsTotal: counted('unitsTotal'), unitsOccupied: counted('unitsOccupied'), unitsFree: counted('unitsFree'),
  referrals: counted('referrals'), placed: counted('placed'), unplaced: counted('unplaced'), looking: counted('looking'),
  unplacedShare: { key: 'unplacedShare', unit: 'percent', value: unplacedShare, hidden: r => r.unplaced.suppressed || r.referrals.suppressed },
  occupancy: { key: 'occupancy', unit: 'percent', value: r => r.occupancyPercent ?? null, hidden: r => r.unitsOccupied.suppressed },
  fresh: { key: 'fresh', unit: 'percent', value: r => r.freshPercent ?? null },
  ownRegion: { key: 'ownRegion', unit: 'percent', value: r => r.placedOwnRegionPercent ?? null, hidden: r => r.placed.suppressed },
  minutesToYes: { key: 'minutesToYes', unit: 'minutes', value: r => r.medianMinutesToYes ?? null, hidden: r => r.placed.suppressed },
};
const KIND_COLUMNS = ['unitsTotal', 'unitsOccupied', 'unitsFree', 'occupancy', 'referrals', 'placed', 'unplaced', 'fresh'].map(k => COLUMNS[k]);
const REGION_COLUMNS = ['unitsTotal', 'unitsFree', 'occupancy', 'referrals', 'placed', 'unplaced', 'unplacedShare', 'ownRegion', 'minutesToYes', 'fresh'].map(k => COLUMNS[k]);
const METRICS = ['unitsFree', 'occupancy', 'unplacedShare', 'ownRegion', 'minutesToYes', 'fresh'];

/** @type {Frame} */
let frame;
const state = {
  days: DAYS.includes(Number(new URLSearchParams(location.search).get('days'))) ? Number(new URLSearchParams(location.search).get('days')) : 90,
  /** @type {Overview | null} */ overview: null,
  /** @type {import('../types/api').UnplacedNumbers | null} */ unplaced: null,
  busy: false,
  fault: '',
  metric: 'unitsFree',
  sort: 'referrals',
  up: false,
  all: false,
  /** @type {string | null} */ chosen: null,
  width: 620,
};

async function load() {
  state.busy = true;
  frame.draw();
  try {
    /** @type {string} */
    let trouble = ''; // the register may fail by itself: the figures are shown all the same, and beside them the register as it was
    const kept = (/** @type {unknown} */ error) => { trouble = problemText(error); return state.unplaced; };
    [state.overview, state.unplaced] = await Promise.all([frame.api.get(`/statistics/overview?days=${state.days}`), frame.api.get('/unplaced').catch(kept)]);
    state.fault = trouble;
    announce(t('overview.updated', { time: clock(state.overview?.at ?? Date.now()) }));
  } catch (error) {
    state.fault = problemText(error);
  }
  state.busy = false;
  frame.draw();
}

/* ---- words for a value ---- */

/** @param {Column} c @param {OverviewRow} r */
function valueText(c, r) {
  const value = c.value(r);
  if (value === null) return c.hidden?.(r) ? t('overview.hidden') : t('overview.none');
  return c.unit === 'percent' ? percent(value) : c.unit === 'minutes' ? duration(value) : number(value);
}

/** @param {string} text */
const dim = text => html`<span class="subtle">${text}</span>`;
/** @param {Column} c @param {OverviewRow} r */
const cellView = (c, r) => (c.value(r) === null ? dim(valueText(c, r)) : valueText(c, r));

/** Numbers as numbers, hidden ones as words: exactly what the table shows. @param {string} first @param {Column[]} columns @param {OverviewRow[]} list_ @param {string} listName */
const csvRows = (first, columns, list_, listName) => [
  [first, ...columns.map(c => t(`column.${c.key}`) + (c.unit === 'percent' ? ' (%)' : c.unit === 'minutes' ? ' (min)' : ''))],
  ...list_.map(r => [label(listName, r.code) || r.code, ...columns.map(c => c.value(r) ?? valueText(c, r))]),
];

/** @param {string} what @param {import('./csv.js').CellValue[][]} table */
function save(what, table) {
  const end = state.overview?.at ?? Date.now();
  const start = new Date(end).getTime() - state.days * 86_400_000;
  download(`${fileWord(what)}_${isoDate(start)}_${isoDate(end)}.csv`, toCsv(table, language()));
  announce(t('overview.saved'));
}

/* ---- key figures ---- */

/** @param {string} key @param {Column} c @param {Overview} o @param {unknown} note @param {boolean} [strong] */
const figure = (key, c, o, note, strong) => html`<div class=${strong ? 'emphasis' : ''}><dt>${t(`figure.${key}`)}</dt><dd class="amount">${c.value(o.totals) === null ? html`<small>${valueText(c, o.totals)}</small>` : valueText(c, o.totals)}</dd><dd class="delta">${note}</dd></div>`;

/** @param {Overview} o */
const figures = o => html`<dl class="figures" id="figures">
  ${figure('unplaced', COLUMNS.unplaced, o, t('figure.unplaced_note', { share: valueText(COLUMNS.unplacedShare, o.totals) }), true)}
  ${figure('referrals', COLUMNS.referrals, o, t('figure.referrals_note', { placed: valueText(COLUMNS.placed, o.totals), looking: valueText(COLUMNS.looking, o.totals) }))}
  ${figure('free', COLUMNS.unitsFree, o, t('figure.free_note', { total: valueText(COLUMNS.unitsTotal, o.totals), occupancy: valueText(COLUMNS.occupancy, o.totals) }))}
  ${figure('own', COLUMNS.ownRegion, o, t('figure.own_note'))}
  ${figure('time', COLUMNS.minutesToYes, o, t('figure.time_note'))}</dl>`;

/* ---- by kind ---- */

/** @param {OverviewRow} r */
const kindBar = r => ({
  name: either(rows('kinds').find(k => k.code === r.code)?.shortNl, rows('kinds').find(k => k.code === r.code)?.shortEn) || label('kinds', r.code),
  value: r.unitsFree.value, text: valueText(COLUMNS.unitsFree, r),
});

/** @param {string} caption @param {Column[]} columns @param {string} first @param {unknown} body @param {(c: Column | null) => unknown} head */
const table = (caption, columns, first, body, head) => html`<div class="table-wrap" tabindex="0" role="group" aria-label=${t('table.scroll', { what: caption })}><table><caption class="sr">${caption}</caption><thead><tr>${head(null) ?? html`<th scope="col">${first}</th>`}${columns.map(head)}</tr></thead><tbody>${body}</tbody></table></div>`;

/** @param {Overview} o */
function byKind(o) {
  const first = t('column.kind');
  const most = o.byKind.filter(r => r.unitsFree.value !== null).sort((a, b) => Number(b.unitsFree.value) - Number(a.unitsFree.value))[0];
  return html`<figure class="fig k5" aria-labelledby="kind-bars"><figcaption><h2 id="kind-bars">${t('kinds.bars_title')}</h2><p class="small subtle">${t('kinds.bars_text')}</p></figcaption>
    <div class="chart" data-measure>${bars({ id: 'kind', width: state.width, nameWidth: 120, title: t('kinds.bars_title'), summary: most ? t('kinds.bars_summary', { kind: label('kinds', most.code), free: valueText(COLUMNS.unitsFree, most) }) : '', bars: o.byKind.map(kindBar) })}</div></figure>
  <section class="fig k7" aria-labelledby="kind-title"><div class="section-head"><h2 id="kind-title" class="h3">${t('kinds.title')}</h2>${csvButton(t('kinds.title'), () => csvRows(first, KIND_COLUMNS, o.byKind, 'kinds'))}</div>
    ${table(t('kinds.title'), KIND_COLUMNS, first, o.byKind.map(r => html`<tr><th scope="row">${label('kinds', r.code)}</th>${KIND_COLUMNS.map(c => html`<td class="n">${cellView(c, r)}</td>`)}</tr>`), c => (c ? html`<th scope="col" class="n">${t(`column.${c.key}`)}</th>` : null))}</section>`;
}

/** @param {string} what @param {() => import('./csv.js').CellValue[][]} make */
const csvButton = (what, make) => html`<button type="button" class="link-button" @click=${() => save(what, make())}>${icon('download')}CSV<span class="sr"> ${what}</span></button>`;

/* ---- map and regions ---- */

/** @param {OverviewRow[]} regions @param {Column} c */
function rangeOf(regions, c) {
  const values = regions.map(r => c.value(r)).filter(v => v !== null);
  const low = values.length > 0 ? Math.min(...values) : 0;
  return c.unit === 'percent' ? { low: 0, high: 100.01 } : { low, high: Math.max(low + 1, ...values) + 0.01 };
}

/** @param {Overview} o */
function map(o) {
  const c = COLUMNS[state.metric];
  const { low, high } = rangeOf(o.byRegion, c);
  const known = new Map(o.byRegion.map(r => [r.code, r]));
  const cells = rows('regions').map(region => {
    const r = known.get(region.code);
    const value = r ? c.value(r) : null;
    const text = r && c.hidden?.(r) && value === null ? '<5' : value === null ? '–' : number(value);
    return { code: region.code, name: label('regions', region.code), short: region.short ?? '', q: Number(region.hexQ), r: Number(region.hexR), text, full: `${label('regions', region.code)}: ${r ? valueText(c, r) : t('overview.none')}`, step: value === null ? 0 : stepOf(value, low, high), hidden: value === null };
  });
  const top = [...o.byRegion].filter(r => c.value(r) !== null).sort((a, b) => Number(c.value(b)) - Number(c.value(a))).slice(0, 3);
  const edge = (/** @type {number} */ i) => Math.round(low + (high - low) * i / 6);
  return html`<figure class="fig k5" aria-labelledby="map-title"><figcaption><h2 id="map-title">${t('map.title', { metric: t(`column.${c.key}`) })}</h2><p class="small subtle">${t('map.text')}</p></figcaption>
    ${select({ id: 'metric', label: t('map.metric'), value: state.metric, options: METRICS.map(key => [key, t(`column.${key}`)]), set: metric => { state.metric = metric; frame.draw(); } })}
    <ul class="legend">${[0, 1, 2, 3, 4, 5].map(i => html`<li><svg viewBox="0 0 18 14" aria-hidden="true"><rect class="s${i}" width="18" height="14"></rect></svg>${t('map.range', { from: edge(i), to: edge(i + 1) })}</li>`)}</ul>
    <div class="chart hex-wrap">${hexMap({ title: t('map.title', { metric: t(`column.${c.key}`) }), summary: top.length > 0 ? t('map.summary', { top: list(top.map(r => `${label('regions', r.code)} ${valueText(c, r)}`)) }) : t('map.empty'), cells, chosen: state.chosen, choose: code => { state.chosen = state.chosen === code ? null : code; announce(cells.find(cell => cell.code === code)?.full ?? ''); frame.draw(); } })}</div></figure>`;
}

/** @param {Overview} o */
function sorted(o) {
  const c = COLUMNS[state.sort];
  const turn = state.up ? 1 : -1;
  const name = (/** @type {OverviewRow} */ r) => label('regions', r.code);
  return [...o.byRegion].sort((a, b) => {
    if (!c) return name(a).localeCompare(name(b), language()) * -turn;
    const [x, y] = [c.value(a), c.value(b)];
    if (x === null || y === null) return x === y ? name(a).localeCompare(name(b), language()) : x === null ? 1 : -1;
    return (x - y) * turn || name(a).localeCompare(name(b), language());
  });
}

/** @param {string} key @param {string} text @param {boolean} isNumber */
function sortHead(key, text, isNumber) {
  const on = state.sort === key;
  // The name column counts A to Z as the way one expects first.
  const up = key === 'name' ? !state.up : state.up;
  return html`<th scope="col" class=${isNumber ? 'n' : ''} aria-sort=${on ? (up ? 'ascending' : 'descending') : nothing}><button type="button" @click=${() => { state.up = on ? !state.up : false; state.sort = key; frame.draw(); }}>${text}${on ? svg`<svg class="icon" viewBox="0 0 12 12" aria-hidden="true"><path d=${up ? 'M2 8l4-5 4 5z' : 'M2 4l4 5 4-5z'} fill="currentColor"></path></svg>` : nothing}</button></th>`;
}

/** @param {Overview} o */
function regions(o) {
  const all = sorted(o);
  const shown = state.all ? all : all.filter((r, i) => i < ROWS_FIRST || r.code === state.chosen);
  const first = t('column.region');
  const cell = (/** @type {Column} */ c, /** @type {OverviewRow} */ r) => html`<td class="n">${c.key === state.metric && c.unit === 'percent' && c.value(r) !== null ? miniBar(Number(c.value(r)), `s${stepOf(Number(c.value(r)), 0, 100.01)}`) : nothing}${cellView(c, r)}</td>`;
  return html`<section class="fig k7" aria-labelledby="regions-title"><div class="section-head"><h2 id="regions-title" class="h3">${t('regions.title')}</h2>${csvButton(t('regions.title'), () => csvRows(first, REGION_COLUMNS, all, 'regions'))}</div>
    ${table(t('regions.caption'), REGION_COLUMNS, first, shown.map(r => html`<tr class=${r.code === state.chosen ? 'self' : ''}><th scope="row">${label('regions', r.code)}${r.code === state.chosen ? html` <span class="small subtle">${t('regions.chosen')}</span>` : nothing}</th>${REGION_COLUMNS.map(c => cell(c, r))}</tr>`), c => (c ? sortHead(c.key, t(`column.${c.key}`), true) : sortHead('name', first, false)))}
    <div class="foot">${button(state.all ? t('regions.fewer') : t('regions.all', { n: all.length }), { click: () => { state.all = !state.all; frame.draw(); } })}</div></section>`;
}

const HOW = ['free', 'occupancy', 'referrals', 'placed', 'unplaced', 'own', 'time', 'fresh', 'hidden'];
const how = () => html`<details class="why how"><summary>${icon('chevron-right')}${t('how.title')}</summary><dl>${HOW.map(key => html`<div><dt>${t(`how.${key}_term`)}</dt><dd>${t(`how.${key}`)}</dd></div>`)}</dl></details>`;

/* ---- page ---- */

/** @param {string} value */
function setDays(value) {
  state.days = Number(value);
  const url = new URL(location.href);
  url.searchParams.set('days', value);
  history.replaceState(null, '', url);
  load();
}

/** @param {Overview} o */
const content = o => html`${o.totals.referrals.value === 0 ? html`<p>${t('overview.empty')}</p>` : nothing}${figures(o)}<div class="grid">${byKind(o)}${map(o)}${regions(o)}${unplacedFigures(state.unplaced)}</div>${how()}`;

const view = () => {
  const o = state.overview;
  const end = o ? new Date(o.at).getTime() : Date.now();
  return html`<main class="dash" id="main" aria-busy=${state.busy}>
    <div class="dash-head"><div><h1>${t('overview.title')}</h1><p class="subtle">${t('overview.period', { from: date(end - state.days * 86_400_000), to: date(end), min: o?.minimumCell ?? 5 })}</p></div>
      <div class="actions">${button(t('overview.print'), { icon: 'printer', click: () => print() })}${o ? button(t('overview.csv'), { kind: 'primary', icon: 'download', click: () => save(t('regions.title'), csvRows(t('column.region'), REGION_COLUMNS, sorted(o), 'regions')) }) : nothing}</div></div>
    <form class="filters" aria-label=${t('overview.filters')} @submit=${(/** @type {Event} */ e) => e.preventDefault()}>${select({ id: 'days', label: t('overview.days'), value: String(state.days), options: DAYS.map(n => [String(n), t(`overview.days_${n}`)]), set: setDays })}<p class="small subtle">${t('overview.days_hint')}</p></form>
    ${state.fault ? notice({ title: state.fault, tone: 'error', alert: true, action: button(t('offline.retry'), { icon: 'refresh', click: load }) }) : nothing}
    ${o ? html`<div class=${state.busy ? 'dimmed' : ''}>${content(o)}</div>` : state.fault ? nothing : html`<p class="subtle">${t('overview.loading')}</p>`}
  </main>`;
};

/** Charts are drawn at their real width, so that their letters keep their size. */
function measure() {
  const width = Math.round(document.querySelector('[data-measure]')?.clientWidth ?? 0);
  if (width > 0 && Math.abs(width - state.width) > 4) { state.width = width; frame.draw(); }
}

startPage({
  roles: ['municipality', 'rapporteur'],
  titleKey: 'overview.page',
  skipKey: 'skip.figures',
  noLive: true,
  pill: () => html`<span class="live"><span class="sr-narrow">${state.overview ? t('overview.pill', { time: clock(state.overview.at) }) : t('overview.loading')}</span></span>`,
  view,
  begin: async ready => {
    frame = ready;
    state.chosen = frame.session.region ?? null;
    new ResizeObserver(measure).observe(document.body);
    document.addEventListener('visibilitychange', () => {
      const at = state.overview ? new Date(state.overview.at).getTime() : 0;
      if (document.visibilityState === 'visible' && Date.now() - at > OLD_MS) load();
    });
    await load();
    requestAnimationFrame(() => requestAnimationFrame(measure));
  },
});
