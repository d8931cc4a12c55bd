// @ts-check
// The board of an organisation: clocks that run out, soonest first, and the households that stay. A house also has those
// who left lately, with the return code: their referral is closed to it. Who pays and who watches has the nights of the
// month instead, and how often a place was refused for want of money.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { ApiError, problemText } from './api.js';
import { label, rows } from './codes.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { bedView, clockList, leftView } from './stay.js';
import { isoDate, moment, number, t } from './text.js';
import { announce, badge, button, focusSoon, html, nothing, notice } from './ui.js';

/** @typedef {import('./frame.js').Frame} Frame */
/** @typedef {import('../types/api').Statement} Statement */

const LIVE_DELAY_MS = 400;
const BOARD = new Set(['referrer', 'comensha', 'shelter']); // households are no administrator's business: it sees the nights only
const STATEMENT = new Set(['shelter', 'org_admin', 'municipality', 'rapporteur']);
const FLAGS = new Set(['municipality', 'rapporteur']);

/** @type {Frame} */
let frame;
const state = {
  /** @type {import('../types/api').Clock[]} */ clocks: [],
  /** @type {import('../types/api').Stay[]} */ stays: [],
  /** @type {import('../types/api').Stay[]} */ left: [], // of a house: those who left lately, with their return code
  /** @type {import('../types/api').Bridge[]} */ beds: [], // for the meantime
  /** @type {import('../types/api').Organisation[]} */ organisations: [],
  /** @type {Map<number, import('../types/api').Clock>} */ seen: new Map(), // clocks that were opened here: each is a logged read
  /** @type {Statement | null} */ statement: null,
  /** @type {import('../types/api').FundingFlags | null} */ flags: null,
  isLost: false, // the figures of the month failed
  month: '',
  /** @type {string | null} */ problem: null,
  busy: false,
  ready: false,
};

/** Who left last, first. @param {import('../types/api').Stay[]} list */
const byDeparture = list => list.sort((a, b) => Date.parse(b.endedAt ?? b.startedAt) - Date.parse(a.endedAt ?? a.startedAt));

let loadNumber = 0;
let loadShown = 0;

async function load() {
  const number_ = ++loadNumber;
  const { api, session } = frame;
  const board = BOARD.has(session.role);
  /** @type {string | null} */
  let trouble = null; // the figures may fail by themselves: the clocks are shown all the same
  const refused = (/** @type {unknown} */ error) => { if (!(error instanceof ApiError && error.status === 403)) trouble = problemText(error); return null; };
  try {
    const [clocks, stays, left, organisations, statement, flags] = await Promise.all([
      board ? api.get('/clocks') : null, board ? api.get('/stays') : null, session.role === 'shelter' ? api.get('/stays?left=true') : null, board ? api.get('/organisations') : null,
      STATEMENT.has(session.role) ? api.get(`/statements?month=${state.month}`).catch(refused) : null,
      FLAGS.has(session.role) ? api.get(`/funding-flags?month=${state.month}`) : null]);
    if (number_ < loadShown) return;
    loadShown = number_;
    Object.assign(state, { clocks: clocks?.clocks ?? [], stays: stays?.stays ?? [], left: byDeparture(left?.stays ?? []), beds: stays?.bridgeBeds ?? [], organisations: organisations?.organisations ?? [], statement, flags, ready: true, problem: trouble, isLost: trouble !== null });
  } catch (error) {
    state.problem = problemText(error);
  }
  frame.draw();
}

/** What the owner of a clock must know of a household whose file is elsewhere. @param {import('../types/api').Clock} c */
const open = c => { act(async () => { state.seen.set(c.id, await frame.api.get(`/clocks/${c.id}`)); }); };

/** @param {() => Promise<unknown>} work @param {string} [done] */
async function act(work, done) {
  if (state.busy) return false;
  state.busy = true;
  frame.draw();
  let problem = null;
  try {
    await work();
    if (done) announce(done);
  } catch (error) {
    problem = problemText(error);
    announce(problem);
  }
  state.busy = false;
  await load();
  state.problem = problem ?? state.problem;
  frame.draw();
  return problem === null;
}

/* ---- the board ---- */

const STAY_COLUMNS = ['place', 'since', 'nights_head', 'moves', 'outflow_head', 'funding'];

/** On a phone each row is a card, and each cell says what it is: the roles keep it a table for who hears it. @param {import('../types/api').Stay} s */
const stayRow = s => {
  const cells = [s.locationName, moment(s.startedAt, frame.api.now()), number(s.nights), number(s.moves),
    s.state === 'ready' ? badge(s.blockedBy ? t('stay.blocked_short', { by: label('outflowBlocks', s.blockedBy) }) : t('stay.ready_short')) : '', label('fundingStreams', s.funding.at(-1)?.stream)];
  return html`<tr role="row"><th scope="row" role="rowheader"><a href="/verwijzing#r=${s.referralId}">${s.referralCode}</a></th>${cells.map((cell, i) => html`<td role="cell" class=${cell === '' ? 'none' : ''} data-name=${t(`stay.${STAY_COLUMNS[i]}`)}>${cell}</td>`)}</tr>`;
};

const staysView = () => html`<section class="panel stay-part" aria-labelledby="stays-title"><h2 id="stays-title">${t('stay.stays')}</h2>${state.stays.length === 0 ? html`<p>${t('stay.no_stays')}</p>` : html`<div class="stay-scroll cards" role="group" aria-labelledby="stays-title" tabindex="0"><table class="table" role="table"><thead role="rowgroup"><tr role="row">
  ${['referral', ...STAY_COLUMNS].map(k => html`<th scope="col" role="columnheader">${t(`stay.${k}`)}</th>`)}</tr></thead><tbody role="rowgroup">${state.stays.map(stayRow)}</tbody></table></div>`}</section>`;

/** @param {import('./stay.js').StayParts} parts */
const leftPart = parts => html`<section class="panel stay-part" id="vertrokken" aria-labelledby="left-title"><h2 id="left-title" tabindex="-1">${t('stay.left_head')}</h2>
  ${state.left.length === 0 ? html`<p>${t('stay.left_none')}</p>` : html`<ul class="stay-clocks">${repeat(state.left, s => s.id, s => leftView(s, parts))}</ul>`}</section>`;

/** Households in a bed for the meantime. @param {import('./stay.js').StayParts} parts */
const bedsPart = parts => state.beds.length === 0 ? nothing : html`<section class="panel stay-part" aria-labelledby="beds-title"><h2 id="beds-title">${t('stay.beds')}</h2><p class="subtle">${t('stay.beds_text')}</p>
  <ul class="stay-clocks">${repeat(state.beds, b => b.id, b => bedView(b, parts, frame.session.role === 'shelter'))}</ul></section>`;

function board() {
  if (!BOARD.has(frame.session.role)) return nothing;
  const parts = { api: frame.api, busy: state.busy || frame.isStale(), organisations: state.organisations, own: frame.session.organisationId, now: frame.api.now(), draw: frame.draw, act, seen: state.seen, open };
  return html`<section class="panel stay-part" aria-labelledby="clocks-title"><h2 id="clocks-title">${t('stay.clocks')}</h2>${clockList(state.clocks, parts, true)}</section>${staysView()}${bedsPart(parts)}${frame.session.role === 'shelter' ? leftPart(parts) : nothing}`;
}

/* ---- money ---- */

/** @param {{ value: number | null, suppressed: boolean }} c */
const cell = c => (c.suppressed ? t('stay.hidden') : number(c.value ?? 0));
const townOf = (/** @type {string | null} */ code) => rows('municipalities').find(m => m.code === code)?.name ?? t('stay.no_municipality');

/** @param {Statement} s */
const statementTable = s => s.rows.length === 0 ? html`<p>${t('stay.no_nights')}</p>` : html`<div class="stay-scroll" role="group" aria-labelledby="statement-title" tabindex="0"><table class="table"><thead><tr>
    ${['municipality', 'stream', 'nights_head', 'stays_head'].map(k => html`<th scope="col">${t(`stay.${k}`)}</th>`)}</tr></thead>
    <tbody>${s.rows.map(r => html`<tr><th scope="row">${townOf(r.municipality)}</th><td>${label('fundingStreams', r.stream)}${r.cutPermille > 0 ? html` <span class="subtle">${t('stay.cut', { n: r.cutPermille / 10 })}</span>` : nothing}</td><td>${cell(r.nights)}</td><td>${cell(r.stays)}</td></tr>`)}</tbody>
    <tfoot><tr><th scope="row" colspan="2">${t('stay.total')}</th><td>${cell(s.nights)}</td><td>${cell(s.stays)}</td></tr></tfoot></table></div>`;

/** By a module that may not come: the network is away, or the exchange was renewed. @param {Statement} s */
const saveNights = s => import('./stays_csv.js').then(m => { state.problem = null; m.save(s, state.month, townOf); }, () => { state.problem = `${t('frame.part_title')} ${t('frame.part_text')}`; }).finally(frame.draw);

/** @param {Statement} s */
const figures = s => html`<p class="subtle">${s.whole ? t('stay.statement_own') : t('stay.statement_hidden', { n: s.minimumCell })}</p>
    ${statementTable(s)}${s.rows.length > 0 ? button(t('stay.csv'), { icon: 'download', click: () => saveNights(s) }) : nothing}
    ${state.flags ? html`<h3>${t('stay.flags')}</h3><p class="subtle">${state.flags.whole ? t('stay.flags_own') : t('stay.flags_hidden', { n: state.flags.minimumCell })}</p>${flagList(state.flags)}` : nothing}`;

/** @param {import('../types/api').FundingFlags} flags */
const flagList = flags => flags.regions.length === 0 ? html`<p>${t('stay.no_flags')}</p>` : html`<ul class="stay-flags">${flags.regions.map(f => html`<li>${label('regions', f.region)}: <b>${cell({ value: f.count, suppressed: f.suppressed })}</b></li>`)}
  ${flags.whole ? nothing : html`<li>${t('stay.total')}: <b>${cell(flags.total)}</b></li>`}</ul>`;

/** Without its figures the month can still be chosen: another one may be had. */
function money() {
  const s = state.statement;
  if (!s && !state.isLost) return frame.session.role === 'org_admin' && state.ready ? html`<p>${t('stay.no_own_nights')}</p>` : nothing;
  return html`<section class="panel stay-part" aria-labelledby="statement-title"><h2 id="statement-title">${t('stay.statement')}</h2>
    <div class="field stay-month"><label for="month">${t('stay.month')}</label><input class="input" type="month" id="month" max=${isoDate(frame.api.now()).slice(0, 7)} .value=${state.month} @change=${(/** @type {Event} */ e) => { state.month = /** @type {HTMLInputElement} */ (e.target).value || state.month; load(); }}></div>
    ${s ? figures(s) : nothing}</section>`;
}

const view = () => html`<main id="main" class="dossier">${staleNotice(frame, load)}${doubtNotice(frame)}
  ${state.problem ? notice({ title: state.problem, tone: 'error', alert: true }) : nothing}
  <h1 tabindex="-1">${t('stay.page')}</h1>${board()}${money()}</main>`;

/** From the page of a household that has just left: its code is what they come for. */
function toLeft() {
  if (location.hash === '#vertrokken') focusSoon('left-title');
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['referrer', 'comensha', 'shelter', 'org_admin', 'municipality', 'rapporteur'],
  titleKey: 'stay.page',
  skipKey: 'skip.main',
  view,
  begin: async f => { frame = f; state.month = isoDate(f.api.now()).slice(0, 7); await load(); toLeft(); },
  onLive: ({ kind }) => {
    if (!/^(stay|clock|funding|bridge|nights)\.|^referral\.linked/.test(kind) && kind !== 'reset') return;
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
