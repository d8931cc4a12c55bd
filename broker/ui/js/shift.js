// @ts-check
// The change of shift: every open referral of the organisation, who it is with, what is alarmed, and taking it over.
// What is offered to whoever is next, and what nobody looks after, stands on top. Below it the register of who got no place.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { problemText } from './api.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { alarmsView } from './placer_bridges.js';
import { headline } from './referral.js';
import { moment, t } from './text.js';
import { HOUSE_ALARMS, alarmNotices, leakAlarms, openAlarms, ownerView } from './timers.js';
import { asksNobody, isCarried, tonightView } from './tonight.js';
import { announce, html, nothing, notice } from './ui.js';
import { unplacedSection } from './unplaced.js';

/** @typedef {import('../types/api').Referral} Referral */

const LIVE_DELAY_MS = 400;

/** @type {import('./frame.js').Frame} */
let frame;
const state = {
  /** @type {Referral[]} */ open: [],
  /** @type {Referral[]} */ unsafe: [], // whose house is not safe for them, also where they live there
  /** @type {import('../types/api').Colleague[]} */ colleagues: [],
  /** @type {import('../types/api').Bridge[]} */ bridges: [], // where their households are meanwhile
  /** @type {{ unplaced: import('../types/api').UnplacedLine[], total: number } | null} */ register: null,
  all: false, // of the register: the ended ones too
  /** @type {string | null} */ problem: null, // of what was done
  /** @type {string | null} */ trouble: null, // of the last reading
  ready: false,
  busy: false,
};

/** @param {Referral} r */
const weight = r => (r.handedOver || r.owner?.id === 0 ? 4 : 0) + (openAlarms(r).length > 0 || state.bridges.some(b => b.referralId === r.id && b.state === 'alarm' && !b.seenAt) ? 2 : 0) + (r.mine ? 0 : 1);
/** First what waits for somebody, then the oldest. @param {Referral} a @param {Referral} b */
const byNeed = (a, b) => weight(b) - weight(a) || a.openedAt.localeCompare(b.openedAt);

let loadNumber = 0;
let loadShown = 0;

async function load() {
  const number = ++loadNumber;
  /** @type {string | null} */
  let trouble = null; // the register may fail by itself: it stays as it was, and who is to be looked after is shown
  const kept = (/** @type {unknown} */ error) => { trouble = problemText(error); return state.register; };
  try {
    const [{ referrals }, unsafe, { colleagues }, { bridges }, register] = await Promise.all([frame.api.get('/referrals?live=true&limit=200'), frame.api.get('/referrals?unsafe=true&live=false&limit=200'), frame.api.get('/colleagues'), frame.api.get('/bridges'), frame.api.get(`/unplaced?live=${!state.all}&limit=200`).catch(kept)]);
    if (number < loadShown) return;
    loadShown = number;
    Object.assign(state, { bridges, unsafe: unsafe.referrals });
    Object.assign(state, { open: referrals.sort(byNeed), colleagues, register, ready: true, trouble });
  } catch (error) {
    if (number < loadShown) return;
    Object.assign(state, { trouble: problemText(error), ready: true });
  }
  frame.draw();
}

/** @param {Referral} r @param {string} path @param {unknown} body @param {string} done */
const act = (r, path, body, done) => send(`/referrals/${r.id}/${path}`, body, done);

/** @param {string} path @param {unknown} body @param {string} done */
async function send(path, body, done) {
  if (state.busy) return;
  Object.assign(state, { busy: true, problem: null });
  frame.draw();
  try {
    await frame.api.post(path, body);
    announce(done);
  } catch (error) {
    state.problem = problemText(error);
  }
  state.busy = false;
  await load();
}

/** @param {Referral} r @param {import('./timers.js').TimerParts} parts */
const row = (r, parts) => html`<li class="panel"><h2><a href="/plaatsen#${r.id}">${r.code}</a></h2><p>${r.follows === 'leaked' ? html`<b>${t('safety.follows_leak')}</b> ` : nothing}${asksNobody(r) ? nothing : isCarried(r, state.bridges) ? t('tonight.looks') : `${headline(r).replace(/\.$/, '')}.`} <span class="subtle">${t('timers.since', { time: moment(r.openedAt, parts.nowMs) })}</span></p>
  ${tonightView(r, state.bridges, parts.nowMs)}${alarmsView(state.bridges.filter(b => b.referralId === r.id), { busy: parts.busy, check: (b, result) => send(`/bridges/${b.id}/check-ins`, { result }, t(`nobed.done_${result}`)) })}
  ${alarmNotices(r, parts, HOUSE_ALARMS)}${ownerView(r, parts)}</li>`;

function view() {
  const parts = { nowMs: frame.api.now(), busy: state.busy || frame.isStale(), colleagues: state.colleagues, draw: frame.draw, act };
  const mine = state.open.filter(r => r.mine).length;
  const problem = state.problem ?? state.trouble;
  return html`<main id="main" class="dossier shift-list">${staleNotice(frame, load)}${doubtNotice(frame)}${problem ? notice({ title: problem, tone: 'error', alert: true }) : nothing}
    <h1 tabindex="-1">${t('timers.page')}</h1>${leakAlarms(state.unsafe, parts, '/plaatsen')}
    ${!state.ready ? html`<p class="subtle" aria-busy="true">${t('timers.loading')}</p>` : state.open.length === 0 ? html`<p>${t('timers.none')}</p>`
    : html`<p>${t('timers.count', { n: state.open.length })} ${t('timers.count_mine', { n: mine })}</p><ul class="shift-rows">${repeat(state.open, r => r.id, r => row(r, parts))}</ul>`}
    ${state.register ? unplacedSection(state.register, state.all, all => { state.all = all; load(); }) : nothing}</main>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['referrer', 'comensha'],
  titleKey: 'timers.page',
  skipKey: 'skip.main',
  view,
  begin: async f => {
    frame = f;
    await load();
  },
  onLive: () => {
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
