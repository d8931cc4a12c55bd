// @ts-check
// The gatekeeper's page: the queue with its clocks, what presses first on top, and the one that is worked on. Its number
// stands in the hash; on a phone the queue goes when a case is open.
import { ApiError, problemText } from './api.js';
import { label } from './codes.js';
import { forgetFaults } from './faults.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { isLate, pressing, stateBadge, stateText } from './gate.js';
import { caseView } from './gate_case.js';
import { takenBack } from './take_back.js';
import { either, t } from './text.js';
import { announce, focusSoon, html, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').GateRequest} GateRequest */

const LIVE_DELAY_MS = 400;
const CLOCK_MS = 30_000;

/** @type {import('./frame.js').Frame} */
let frame;
const state = {
  /** @type {GateRequest[] | null} */ queue: null,
  total: 0,
  /** @type {number | null} */ id: null,
  /** @type {GateRequest | null} */ gate: null,
  /** @type {import('../types/api').Referral | null} */ file: null,
  /** @type {import('../types/api').PlaceMatch[]} */ places: [],
  /** @type {Set<string>} */ missing: new Set(),
  reason: '',
  /** @type {string | null} */ problem: null, // of what was done: a reading, after it or because of a fact, leaves it
  /** @type {string | null} */ trouble: null, // of the last reading
  busy: false,
};

function idOfHash() {
  const found = /^#g=([1-9][0-9]{0,9})$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

const isHidden = (/** @type {unknown} */ error) => error instanceof ApiError && (error.status === 403 || error.status === 404);

/** What this desk may not read (any more) is null. @template T @param {Promise<T>} work @returns {Promise<T | null>} */
const orNull = work => work.catch(error => { if (isHidden(error)) return null; throw error; });

let loadNumber = 0;

async function load() {
  const number = ++loadNumber;
  const { id } = state;
  try {
    const list = await frame.api.get('/gate-requests');
    const gate = id === null ? null : await orNull(frame.api.get(`/gate-requests/${id}`));
    const file = gate?.live ? await orNull(frame.api.get(`/referrals/${gate.referralId}`)) : null;
    const found = file && ['taken', 'asked_back', 'placing'].includes(gate.state) && ['open', 'asked'].includes(file.state)
      ? await orNull(frame.api.get(`/referrals/${gate.referralId}/matches?limit=20`)) : null;
    if (number !== loadNumber) return;
    Object.assign(state, { queue: list.gateRequests, total: list.total, gate, file, places: found?.places ?? [], trouble: id !== null && !gate ? t('gate.gone') : null });
  } catch (error) {
    state.trouble = problemText(error);
  }
  frame.draw();
}

/** @param {() => Promise<unknown>} work */
async function doing(work) {
  if (state.busy || state.id === null) return;
  state.busy = true;
  state.problem = null;
  frame.draw();
  try {
    await work();
  } catch (error) {
    state.problem = problemText(error);
    announce(state.problem);
  }
  state.busy = false;
  await load();
  frame.draw();
  focusSoon('case-title');
}

/** @param {string} name @param {unknown} [body] */
const step = (name, body) => doing(async () => {
  const gate = await frame.api.post(`/gate-requests/${state.id}/${name}`, body ?? {});
  state.missing = new Set();
  state.reason = '';
  announce(stateText(gate));
});

/** @param {import('../types/api').Request} request */
const askConflict = request => doing(() => frame.api.post(`/requests/${request.id}/conflict-question`, {}));

/** @param {import('../types/api').Request} request */
const takeBack = request => doing(async () => {
  await frame.api.post(`/requests/${request.id}/withdrawal`, {});
  announce(takenBack(request));
});

function openCase() {
  forgetFaults();
  state.id = idOfHash();
  Object.assign(state, { gate: null, file: null, places: [], missing: new Set(), reason: '', problem: null, trouble: null });
  load();
  if (state.id !== null) focusSoon('case-title');
}

/** @param {GateRequest} g */
function line(g) {
  const now = frame.api.now();
  return html`<li><a class="gate-line ${isLate(g, now) ? 'late' : ''}" href=${`#g=${g.id}`} aria-current=${g.id === state.id ? 'true' : nothing} data-gate=${g.id}>
    <b>${g.referralCode}</b> ${stateBadge(g)}<span>${label('kinds', g.kind)}</span><span class="subtle small">${g.referrer}${g.owner ? html`. ${g.owner.mine ? t('gate.owner_me') : either(g.owner.nl, g.owner.en)}` : nothing}</span>${pressing(g, now)}</a></li>`;
}

function queueView() {
  if (!state.queue) return nothing;
  if (state.queue.length === 0) return html`<p>${t('gate.queue_empty')}</p>`;
  return html`<p class="subtle">${t('gate.queue_count', { n: state.total })}</p><ol class="gate-queue">${state.queue.map(line)}</ol>`;
}

/** @param {string} code */
function toggle(code) {
  if (!state.missing.delete(code)) state.missing.add(code);
  frame.draw();
}

function view() {
  const said = state.problem ?? state.trouble;
  const problem = said ? notice({ title: said, tone: 'error', alert: true }) : nothing;
  const work = state.gate ? caseView({
    gate: state.gate, file: state.file, places: state.places, nowMs: frame.api.now(), busy: state.busy || frame.isStale(), missing: state.missing,
    reason: state.reason, toggle, choose: reason => { state.reason = reason; frame.draw(); }, step, askConflict, takeBack, draw: frame.draw,
  }) : nothing;
  return html`<main id="main" class="gates ${state.gate ? 'has-case' : ''}">${staleNotice(frame, load)}${doubtNotice(frame)}
    <section class="gate-side" aria-labelledby="gate-title"><h1 id="gate-title" tabindex="-1">${t('gate.title')}</h1><p class="subtle">${t('gate.text')}</p>${queueView()}</section>
    <div class="gate-work">${state.gate ? html`<a class="gate-back" href="#">${t('gate.back')}</a>` : nothing}${problem}${work}</div></main>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['comensha', 'gatekeeper'],
  titleKey: 'gate.title',
  skipKey: 'skip.main',
  view,
  begin: async f => {
    frame = f;
    state.id = idOfHash();
    addEventListener('hashchange', openCase);
    setInterval(f.draw, CLOCK_MS); // the clocks go on
    await load();
  },
  onLive: ({ kind, fact }) => {
    if (kind !== 'reset' && (!fact || (fact.referralId === undefined && fact.gateRequestId === undefined))) return;
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
