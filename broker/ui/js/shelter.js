// @ts-check
// The shelter's page, phone first: requests on top, own numbers below, one bar to confirm. A change that could not be
// saved is never queued in silence: it says so, and stays on the screen.
import { ApiError, problemText } from './api.js';
import { allowNotifications, armSound, chime, isArmed, notify, startCall, stayAwake, stopCall } from './attention.js';
import { questions } from './feed.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { nightView, startNight } from './night_link.js';
import { capacityView, confirmBar, poolName, shownFree } from './shelter_capacity.js';
import { clashesOf, sendClaims, settled } from './shelter_report.js';
import { declineSheet, endedCard, endedText, openDecline, requestsView } from './shelter_request.js';
import { closeStop, newStopping, openStop, stopOf, stopSheet } from './shelter_stop.js';
import { clock, either, t } from './text.js';
import { announce, button, focusSoon, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('./frame.js').Frame} Frame */
/** @typedef {import('./shelter_report.js').Claim} Claim */
/** @typedef {import('./shelter_report.js').Sent} Sent */

// A request that is not answered is called again after these, besides the call by phone that the server makes.
const RING_AGAIN_MS = [60_000, 180_000];
const ENDED_MAX = 4;
const LIVE_DELAY_MS = 300;

/** @type {Frame} */
let frame;

const state = {
  /** @type {Pool[]} */ pools: [],
  /** @type {Request[]} */ requests: [],
  /** @type {Request[]} */ ended: [],
  /** With the version of the pool that was on the screen at the tap. @type {Map<number, { free: number, version: number }>} */ changed: new Map(),
  /** Of the own organisation. @type {import('../types/api').Feed[]} */ feeds: [],
  /** @type {import('./shelter_report.js').Clash[]} */ clashes: [],
  /** @type {Request | null} */ declining: null,
  /** @type {import('./shelter_stop.js').Stopping | null} */ stopping: null,
  /** @type {{ title: string, text?: string } | null} */ message: null,
  /** @type {string | null} */ notSaved: null,
  /** @type {Set<number>} */ seen: new Set(),
  /** @type {Map<number, number>} */ rung: new Map(),
  /** How often the exchange had each rung again, as last seen here. @type {Map<number, number>} */ rungAgain: new Map(),
  /** Loading is over: only then an empty list means that there is nothing. */ ready: false,
  onShift: false,
  shift: { sound: false, notify: false, awake: false },
  busy: false,
};

/* ---- facts ---- */

let loadNumber = 0;
let loadShown = 0;

/**
 * The requests after the pools, never beside them: a report adds what is promised to what is shown, and goes with the
 * version of the pool. With requests older than that version a household that has just arrived would count as promised.
 */
async function load() {
  const number = ++loadNumber;
  try {
    const pools = await frame.api.get('/pools?mine=true&limit=200');
    const requests = await frame.api.get('/requests?live=true&limit=200');
    if (number < loadShown) return; // a newer one was faster
    loadShown = number;
    await keepEnded(requests.requests);
    if (number < loadShown) return;
    state.pools = pools.pools;
    state.requests = requests.requests;
    for (const id of [...state.changed.keys()]) if (!state.pools.some(p => p.id === id)) state.changed.delete(id);
    state.ready = true;
    attend();
  } catch (error) {
    state.message = { title: problemText(error) };
  }
  frame.draw();
}

/** Beside everything else: what it says must never hold up a request. */
async function loadFeeds() {
  try {
    state.feeds = (await frame.api.get('/feeds')).feeds;
    frame.draw();
  } catch { /* what was known stays; the live pill says when nobody knows */ }
}

/** What was on the screen and is over now: say how it ended. @param {Request[]} now */
async function keepEnded(now) {
  const gone = state.requests.filter(r => !now.some(q => q.id === r.id) && !state.ended.some(e => e.id === r.id));
  for (const request of gone) {
    const ended = /** @type {Request | null} */ (await frame.api.get(`/requests/${request.id}`).catch(() => null));
    // What this phone did itself was said when it was done.
    if (ended && ended.state !== 'declined' && ended.state !== 'admitted') {
      state.ended = [ended, ...state.ended].slice(0, ENDED_MAX);
      announce(endedText(ended));
    }
  }
}

const pendingNow = () => state.requests.filter(r => r.state === 'pending');

/** New requests ring; what is looked at is told to the worker who asked. */
function attend() {
  const waiting = pendingNow();
  frame.setTitle(waiting.length > 0 ? t('shelter.title_waiting', { n: waiting.length }) : null);
  if (waiting.length === 0) stopCall();
  for (const request of waiting) {
    if (!state.rung.has(request.id)) {
      state.rung.set(request.id, 0);
      startCall();
      announce(t('request.spoken', { time: clock(request.answerByAt) }));
      notify(t('request.notification'));
    }
    ringAgain(request);
    see(request);
  }
}

/** The exchange rings what nobody answers; the page does so by itself too, while its own clock runs. @param {Request} request */
function ringAgain(request) {
  const before = state.rungAgain.get(request.id);
  state.rungAgain.set(request.id, request.rung ?? 0);
  if (before === undefined || (request.rung ?? 0) <= before) return;
  startCall();
  announce(t('timers.ringing', { time: clock(request.answerByAt) }));
  notify(t('request.notification'));
}

/** Once per request, when its card is on a visible page. @param {Request} request */
function see(request) {
  if (state.seen.has(request.id) || request.seenAt || document.visibilityState !== 'visible') return;
  state.seen.add(request.id);
  frame.api.post(`/requests/${request.id}/sighting`, {}).catch(() => state.seen.delete(request.id));
}

/** Ring again, and the spoken warnings at two and one minutes; the running clock itself is never spoken. */
function everySecond() {
  const now = Date.now();
  for (const r of pendingNow()) {
    const waited = now - new Date(r.askedAt).getTime();
    const due = RING_AGAIN_MS.filter(ms => waited >= ms).length;
    if (due > (state.rung.get(r.id) ?? 0)) {
      // A page that was opened late rings once, not for each time it missed.
      if (state.seen.has(r.id)) startCall();
      state.rung.set(r.id, due);
    }
    const left = Math.round((new Date(r.answerByAt).getTime() - now) / 1000);
    if (left === 120 || left === 60) announce(t('request.left', { n: left / 60 }));
    if (left === 60) startCall();
    if (left === 0) announce(t('request.time_up'));
  }
  if (pendingNow().length > 0) frame.draw();
}

/* ---- deeds ---- */

/** @param {() => Promise<void>} deed */
async function doing(deed) {
  if (state.busy) return;
  state.busy = true;
  state.message = null;
  armSound();
  stopCall();
  frame.draw();
  try {
    await deed();
  } catch (error) {
    state.message = { title: problemText(error) };
    focusSoon('message');
    await load();
  } finally {
    state.busy = false;
    frame.draw();
  }
}

/** @param {Request} request */
const accept = request => doing(async () => {
  const now = await frame.api.post(`/requests/${request.id}/acceptance`, {});
  replace(now);
  chime();
  announce(t('request.promised'));
  await load();
  focusSoon(`request-${request.id}`);
});

/** @param {Request} request */
const extend = request => doing(async () => {
  const now = await frame.api.post(`/requests/${request.id}/extension`, {});
  replace(now);
  announce(t('timers.extra_given', { time: clock(now.answerByAt) }));
  await load();
  focusSoon(`request-${request.id}`);
});

/** @param {Request} request @param {string} reason */
const decline = (request, reason) => doing(async () => {
  await frame.api.post(`/requests/${request.id}/decline`, { reason });
  state.requests = state.requests.filter(r => r.id !== request.id);
  announce(t('decline.done'));
  await load();
  focusSoon('capacity');
});

/** @param {Request} request @param {boolean} conflict */
const answerConflict = (request, conflict) => doing(async () => {
  const answered = await frame.api.post(`/requests/${request.id}/conflict-answer`, { conflict });
  if (conflict) state.requests = state.requests.filter(r => r.id !== request.id);
  else replace(answered);
  announce(t(conflict ? 'safety.conflict_declined' : 'safety.conflict_free'));
  await load();
  if (conflict) focusSoon('capacity');
});

/** @param {Request} request */
const arrived = request => doing(async () => {
  await frame.api.post(`/requests/${request.id}/arrival`, {});
  state.requests = state.requests.filter(r => r.id !== request.id);
  announce(t('ended.admitted'));
  await load();
  focusSoon('capacity');
});

/** The time is over, yet they can come: it is recorded, whatever the exchange answers. @param {Request} request */
const lateYes = request => doing(async () => {
  try {
    replace(await frame.api.post(`/requests/${request.id}/acceptance`, {}));
    await load();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    state.ended = state.ended.map(r => (r.id === request.id ? { ...r, lateYes: true } : r));
    announce(t('ended.late_yes'));
  }
});

/** @param {Request} now */
function replace(now) {
  state.ended = state.ended.filter(r => r.id !== now.id);
  state.requests = [...state.requests.filter(r => r.id !== now.id), now];
}

/** @param {Pool} pool @param {number} free */
function set(pool, free) {
  if (free === shownFree(pool)) state.changed.delete(pool.id);
  else state.changed.set(pool.id, { free, version: pool.version });
  state.notSaved = null;
  frame.draw();
}

/**
 * The second tap. Without a change it renews the time of all numbers that are known, but of no room of which hand and
 * feed differ: who did not read the question has not answered it.
 */
function confirm() {
  if (frame.isStale()) {
    state.notSaved = t('capacity.not_saved');
    return frame.draw();
  }
  const hasChanges = state.changed.size > 0;
  const open = hasChanges ? [] : questions(state.pools, state.requests);
  const pools = state.pools.filter(p => (hasChanges ? state.changed.has(p.id) : shownFree(p) !== null && !open.includes(p)));
  if (pools.length === 0 && open.length > 0) {
    announce(t('differ.first', { n: open.length }));
    return focusSoon(`differ-${open[0].id}`);
  }
  return doing(async () => {
    const claims = pools.map(pool => ({ pool, free: shownFree(pool) ?? 0, version: pool.version, ...state.changed.get(pool.id) }));
    if (!await submit(claims)) return;
    const time = clock(frame.api.now());
    announce(hasChanges ? t('capacity.saved') : open.length > 0 ? t('differ.left', { time, n: open.length }) : t('capacity.confirmed', { time }));
  });
}

/** Hand and feed differ, and the house says what is right. @param {Pool} pool @param {number | null} free @param {import('./capacity.js').Answer} [answer] */
const decide = (pool, free, answer) => doing(async () => {
  if (!await submit([{ pool, free, version: pool.version, answer }])) return;
  announce(answer?.stop === null ? t('differ.reopened', { name: poolName(pool) }) : answer?.stop ? t('stop.done', { name: poolName(pool) }) : t('capacity.saved'));
  focusSoon(answer && 'stop' in answer ? `intake-${pool.id}` : 'capacity');
});

/** @param {Partial<import('./shelter_stop.js').Stopping>} change */
function setStopping(change) {
  if (state.stopping) state.stopping = { ...state.stopping, ...change };
  frame.draw();
}

/** @param {Pool} pool */
function askStop(pool) {
  state.stopping = newStopping(pool, poolName(pool));
  frame.draw();
  openStop();
}

/** The tap that stops it, with the version that was on the screen when the sheet was opened. */
function confirmStop() {
  const { stopping } = state;
  if (!stopping || state.busy) return;
  const said = stopOf(stopping, frame.api.now());
  if ('fault' in said) {
    setStopping({ fault: said.fault });
    if (said.fault === 'time') focusSoon('stop-at');
    else document.querySelector('#stop input')?.scrollIntoView({ block: 'nearest' });
    return;
  }
  closeStop();
  state.stopping = null;
  if (frame.isStale()) {
    state.notSaved = t('capacity.not_saved');
    frame.draw();
    return;
  }
  decide(stopping.pool, shownFree(stopping.pool), { stop: said.stop });
}

/** @param {Claim[]} claims @returns {Promise<boolean>} all of them were saved */
async function submit(claims) {
  state.notSaved = null;
  const sent = await sendClaims(frame.api, claims, state.requests);
  const isOver = (/** @type {Pool} */ pool) => [...sent.saved, ...sent.clashed].some(c => c.pool.id === pool.id);
  for (const { pool } of sent.saved) state.changed.delete(pool.id);
  state.clashes = state.clashes.filter(c => !isOver(c.pool));
  state.notSaved = notSavedText(sent, claims.length);
  if (sent.failed.length < claims.length) await load();
  state.clashes.push(...clashesOf(sent.clashed, state.pools));
  if (sent.clashed.length > 0) focusSoon('clash');
  return sent.saved.length === claims.length;
}

/** What was saved and what was not; a clash asks for itself. @param {Sent} sent @param {number} all */
function notSavedText({ saved, late, clashed, failed, error }, all) {
  const names = (/** @type {Claim[]} */ claims) => claims.map(c => poolName(c.pool)).join(', ');
  const isLost = error?.kind === 'unknown' || error?.kind === 'offline';
  return [
    saved.length > 0 && saved.length < all ? t('capacity.partly', { saved: saved.length, all }) : '',
    all > 1 && clashed.length > 0 ? t('capacity.none_of', { names: names(clashed) }) : '',
    late.length > 0 ? t('capacity.late', { names: names(late) }) : '',
    all > 1 && failed.length > 0 ? t('capacity.none_of', { names: names(failed) }) : '',
    error ? (isLost ? t('capacity.not_saved') : problemText(error)) : '',
  ].filter(part => part !== '').join(' ') || null;
}

/** Two people set the number: one of them says which is right. @param {number | null} free */
const settle = free => doing(async () => {
  const clash = state.clashes[0];
  if (!clash || !await submit([settled(clash, free)])) return;
  announce(t('capacity.saved'));
  focusSoon(state.clashes.length > 0 ? 'clash' : 'capacity');
});

/** What somebody else said stands; the answer that came too late is thrown away. */
function leaveClash() {
  state.clashes.shift();
  frame.draw();
  focusSoon(state.clashes.length > 0 ? 'clash' : 'capacity');
}

/* ---- start of the shift ---- */

function beginShift() {
  state.onShift = true;
  try { sessionStorage.setItem('plek.shift', '1'); } catch { /* asked again after a reload */ }
  stopCall();
  frame.draw();
  focusSoon('capacity');
}

const shiftView = () => {
  const point = (/** @type {boolean} */ done, /** @type {string} */ iconName, /** @type {string} */ key, /** @type {() => void} */ click) => html`<li>${button(t(key), { icon: done ? 'check' : iconName, extra: 'big', click })}${done ? html`<span class="small">${t(`${key}_done`)}</span>` : html`<span class="small subtle">${t(`${key}_text`)}</span>`}</li>`;
  return html`<section class="shift" aria-labelledby="shift-title"><h2 id="shift-title" tabindex="-1">${t('shift.title', { name: either(frame.session.displayNl, frame.session.displayEn) })}</h2><p>${t('shift.text')}</p><ol>
    ${point(state.shift.sound && isArmed(), 'volume', 'shift.sound', () => { state.shift.sound = armSound(); setTimeout(() => { startCall(); setTimeout(stopCall, 4000); frame.draw(); }, 100); })}
    ${point(state.shift.notify, 'bell', 'shift.notify', async () => { state.shift.notify = await allowNotifications(); frame.draw(); })}
    ${point(state.shift.awake, 'device-mobile', 'shift.awake', async () => { state.shift.awake = await stayAwake(); frame.draw(); })}</ol>
    ${button(t('shift.begin'), { kind: 'primary', icon: 'player-play', extra: 'big', click: () => { armSound(); beginShift(); } })}
    ${button(t('shift.skip'), { kind: 'subtle', click: beginShift })}</section>`;
};

/* ---- drawing ---- */

/** @returns {import('./shelter_request.js').RequestParts} */
const requestParts = () => ({
  nowMs: Date.now(), busy: state.busy, stale: frame.isStale(),
  freeIn: r => { const pool = state.pools.find(p => p.id === r.poolId); return pool ? shownFree(pool) : null; },
  extend, yes: accept, no: r => { state.declining = r; frame.draw(); openDecline(); }, decline, arrived, answerConflict, lateYes,
  dismiss: r => { state.ended = state.ended.filter(e => e.id !== r.id); frame.draw(); focusSoon('capacity'); },
});

const quiet = () => {
  if (!state.ready || pendingNow().length > 0 || state.requests.length > 0) return nothing;
  return html`<p class="quiet">${icon('moon')}${t('shelter.quiet')}</p>`;
};

const view = () => {
  /** @type {import('./shelter_capacity.js').CapacityParts} */
  const capacity = { pools: state.pools, requests: state.requests, changed: state.changed, feeds: state.feeds, clash: state.clashes[0] ?? null, busy: state.busy, stale: frame.isStale(), notSaved: state.notSaved, set, confirm, settle, leave: leaveClash, answer: decide, askStop };
  const parts = requestParts();
  return html`<main class="phone-main" id="main">
    <h1 class="sr">${t('shelter.heading', { name: frame.session.locationName ?? frame.session.organisation })}</h1>
    ${state.message ? notice({ title: state.message.title, text: state.message.text, alert: true, id: 'message', tone: 'error' }) : nothing}
    ${doubtNotice(frame)}${staleNotice(frame, load, 'offline.text_shelter')}
    ${requestsView(state.requests, parts)}
    ${state.ended.map(r => endedCard(r, parts))}
    ${state.onShift ? nothing : shiftView()}
    ${quiet()}
    ${state.ready ? capacityView(capacity) : html`<p class="subtle" aria-busy="true">${t('shelter.loading')}</p>`}
    ${nightView(frame)}
  </main>${confirmBar(capacity)}${declineSheet(state.declining, parts)}${stopSheet(state.stopping, { nowMs: frame.api.now(), set: setStopping, confirm: confirmStop })}`;
};

let timer = 0;
/** @param {import('./live.js').Live} _live */
function onLive(_live) {
  if (!timer) timer = window.setTimeout(() => { timer = 0; load(); loadFeeds(); }, LIVE_DELAY_MS);
}

startPage({
  roles: ['shelter'],
  titleKey: 'shelter.title',
  skipKey: 'skip.capacity',
  phone: true,
  view,
  onLive,
  onBack: () => { load(); loadFeeds(); },
  begin: async ready => {
    frame = ready;
    try { state.onShift = sessionStorage.getItem('plek.shift') === '1'; } catch { /* ask */ }
    document.addEventListener('visibilitychange', () => { pendingNow().forEach(see); });
    setInterval(everySecond, 1000);
    // The age of the numbers grows without an event, and a feed falls silent without one.
    setInterval(() => { loadFeeds(); frame.draw(); }, 60_000);
    loadFeeds();
    startNight(frame);
    await load();
  },
});

