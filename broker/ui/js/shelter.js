// @ts-check
// The shelter's page, phone first: requests on top, own numbers below, one bar to confirm. A change that could not be
// saved is never queued in silence: it says so, and stays on the screen. This module has the numbers; requests, sheets and
// saving come with shelter_work.js, with the first request or the first touch.
import { problemText } from './api.js';
import { allowNotifications, armSound, isArmed, notify, startCall, stopCall } from './attention.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { later, missingView, onFirstUse } from './later.js';
import { capacityView, confirmBar, shownFree } from './shelter_capacity.js';
import { desk, pendingNow, state } from './shelter_desk.js';
import { clock, either, t } from './text.js';
import { announce, button, focusSoon, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('./frame.js').Frame} Frame */

// A request that is not answered is called again after these, besides the call by phone that the server makes.
const RING_AGAIN_MS = [60_000, 180_000];
const ENDED_MAX = 4;
const LIVE_DELAY_MS = 300;
const AGAIN_MS = 3000;

/** @type {Frame} */
let frame;
const work = later(() => import('./shelter_work.js'));
const night = later(() => import('./night_link.js'));
const awake = later(() => import('./awake.js'));

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
    const lost = await frame.api.get('/requests?lost=true&limit=50').catch(() => ({ requests: state.lost }));
    if (number < loadShown) return; // a newer one was faster
    loadShown = number;
    await keepEnded(requests.requests);
    if (number < loadShown) return;
    state.lost = lost.requests;
    if (requests.requests.length + state.lost.length > 0) work.fetch().then(frame.draw);
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
      const text = work.now()?.endedText(ended);
      if (text) announce(text);
    }
  }
}

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
  bringAgain();
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

/** What answers and saves, here or with a word that it did not come. */
async function bring() {
  const part = await work.fetch();
  frame.draw();
  return part;
}

let triedAt = 0;
/** A request that cannot be shown must not wait for somebody's tap. */
function bringAgain() {
  if (!work.isMissing() || Date.now() - triedAt < AGAIN_MS) return;
  triedAt = Date.now();
  bring();
}

/* ---- deeds ---- */

/** @param {Pool} pool @param {number} free */
function set(pool, free) {
  if (free === shownFree(pool)) state.changed.delete(pool.id);
  else state.changed.set(pool.id, { free, version: pool.version });
  state.notSaved = null;
  frame.draw();
}

/** The second tap. */
async function confirm() {
  const part = frame.isStale() ? null : await bring();
  if (part) return part.confirm();
  state.notSaved = t('capacity.not_saved');
  return frame.draw();
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
    ${point(state.shift.awake, 'device-mobile', 'shift.awake', async () => { state.shift.awake = await (await awake.fetch())?.stayAwake() ?? false; frame.draw(); })}</ol>
    ${button(t('shift.begin'), { kind: 'primary', icon: 'player-play', extra: 'big', click: () => { armSound(); beginShift(); } })}
    ${button(t('shift.skip'), { kind: 'subtle', click: beginShift })}</section>`;
};

/* ---- drawing ---- */

const quiet = () => {
  if (!state.ready || pendingNow().length > 0 || state.requests.length > 0) return nothing;
  return html`<p class="quiet">${icon('moon')}${t('shelter.quiet')}</p>`;
};

const view = () => {
  const part = work.now();
  /** @type {import('./shelter_capacity.js').CapacityParts} */
  const capacity = {
    pools: state.pools, requests: state.requests, changed: state.changed, feeds: state.feeds, clash: part?.clash(), busy: state.busy, stale: frame.isStale(), notSaved: state.notSaved, set, confirm,
    answer: async (pool, free, answer) => { (await bring())?.decide(pool, free, answer); }, askStop: async pool => { (await bring())?.askStop(pool); },
  };
  return html`<main class="phone-main" id="main">
    <h1 class="sr">${t('shelter.heading', { name: frame.session.locationName ?? frame.session.organisation })}</h1>
    ${state.message ? notice({ title: state.message.title, text: state.message.text, alert: true, id: 'message', tone: 'error' }) : nothing}
    ${doubtNotice(frame)}${staleNotice(frame, load, 'offline.text_shelter')}
    ${part ? part.cards() : work.isMissing() ? missingView(bring) : nothing}
    ${state.onShift ? nothing : shiftView()}
    ${quiet()}
    ${state.ready ? capacityView(capacity) : html`<p class="subtle" aria-busy="true">${t('shelter.loading')}</p>`}
    ${night.now()?.nightView(frame)}
  </main>${confirmBar(capacity)}${part?.sheets()}`;
};

let timer = 0;
/** @param {import('./live.js').Live} live */
function onLive({ kind }) {
  if (kind === 'feed') loadFeeds(); // numbers have facts of their own
  else loadSoon();
}

function loadSoon() {
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
    desk.frame = ready;
    desk.load = load;
    onFirstUse(bring);
    await load();
    if (state.requests.length > 0) await work.fetch();
    night.fetch().then(n => n?.startNight(frame));
  },
});

