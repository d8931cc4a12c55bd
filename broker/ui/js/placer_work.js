// @ts-check
// The placer's page from the first list of places on: asking, following one referral, and what both look like. Fetched when
// the first answer is given or a referral is opened, not with the empty form.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { ApiError, newKey, problemText } from './api.js';
import { armSound, chime, notify } from './attention.js';
import { missing, toNeed } from './need.js';
import { fromNeed, toReferral } from './need_referral.js';
import { alarmsView, alarmText, beginWith, rangAnew, ringing } from './placer_bridges.js';
import { keepDraft } from './placer_draft.js';
import { makeFinder } from './placer_find.js';
import { announcedName, foundNote, foundText, keepOrder, markSeen, newFits, unseen } from './placer_found.js';
import { cards, placeName, resultsView } from './placer_results.js';
import { PLACES_SHOWN, desk, freshCount, hashId, isInUse, search, setIntake, showResult, state } from './placer_search.js';
import { summaryView } from './placer_summary.js';
import { asksNobody, atGate, gateWay } from './tonight.js';
import { trackView } from './placer_track.js';
import { accepted, askedName, headline, pending } from './referral.js';
import { takenBack } from './take_back.js';
import { clock, nextMoment, t } from './text.js';
import { HOUSE_ALARMS, alarmTitle, leakAlarms, openAlarms, timesRaised } from './timers.js';
import { announce, focusSoon, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').MatchResult} MatchResult */
/** @typedef {import('../types/api').Referral} Referral */

const { frame } = desk;

/* ---- why not ---- */

/** @param {string} rule @param {boolean} open */
function openRule(rule, open) {
  if (!open) return state.outLists.delete(rule);
  if (state.outLists.has(rule)) return undefined;
  state.outLists.set(rule, 'loading');
  frame.draw();
  return loadRule(rule);
}

/** @param {string} rule */
async function loadRule(rule) {
  try {
    const result = await frame.api.ask(`/matches?verdict=out&rule=${encodeURIComponent(rule)}&limit=${PLACES_SHOWN}`, toNeed(state.intake));
    if (state.outLists.has(rule)) state.outLists.set(rule, result.places);
  } catch (error) {
    state.outLists.delete(rule);
    state.message = { title: problemText(error) };
  }
  frame.draw();
}

const finder = makeFinder({
  get: path => frame.api.get(path),
  match: query => frame.api.ask(`/matches?${query}`, toNeed(state.intake)),
  draw: () => frame.draw(),
  fail: error => { state.message = { title: problemText(error) }; },
});

/** @param {import('../types/api').NearMiss} miss */
const canTakeMiss = miss => miss.rule === 'trait' || miss.rule === 'size';

/** @param {import('../types/api').NearMiss} miss */
function takeMiss(miss) {
  if (miss.rule === 'size') return setIntake({ ...state.intake, together: false });
  const code = String(miss.params?.[0]?.value ?? '');
  const { [code]: _gone, ...traits } = state.intake.traits;
  setIntake({ ...state.intake, traits });
  return focusSoon('results-title');
}

/* ---- asking ---- */

/** How many the one button asks: a setting of the broker, per threat level. @param {MatchResult} result */
const askN = result => Math.min(result.askMax ?? 1, result.askDefault ?? 1);

/** Run one deed of a person; a second tap meanwhile does nothing. @param {() => Promise<void>} deed */
async function doing(deed) {
  if (state.busy) return;
  state.busy = true;
  state.message = null;
  armSound(); // a tap: from now on an answer may be heard
  frame.draw();
  try {
    await deed();
  } catch (error) {
    await explain(error);
  } finally {
    state.busy = false;
    frame.draw();
  }
}

/** @param {unknown} error */
async function explain(error) {
  state.message = { title: problemText(error) };
  focusSoon('message');
  const referral = state.referral;
  if (referral && error instanceof ApiError && error.status === 409) await load(referral.id);
}

/** The referral to ask for: opened once, and again only if the answers changed since. @returns {Promise<{ id: number }>} */
async function openReferral() {
  const need = JSON.stringify(toNeed(state.intake));
  if (state.opened?.need === need) return state.opened;
  if (state.opened) await frame.api.post(`/referrals/${state.opened.id}/withdrawal`, { reason: 'gegevens_fout' });
  state.opened = null;
  const referral = await frame.api.post('/referrals', toReferral(state.intake, state.callback, frame.api.now()), { key: newKey() });
  state.opened = { id: referral.id, code: referral.code, need };
  return state.opened;
}

/** @param {number[]} poolIds */
function ask(poolIds) {
  const faults = missing(state.intake, state.callback);
  state.faults = new Set(faults);
  if (faults.length > 0) {
    frame.draw();
    return focusSoon(faults[0]);
  }
  if (poolIds.length > 1 && freshCount() > 0) {
    // The list changed since it was drawn: the best ones may be others now. Show first, ask then.
    if (state.waiting) showResult(state.waiting, false);
    state.message = { title: t('results.changed'), text: t('results.changed_text') };
    return focusSoon('message');
  }
  return doing(async () => {
    const { id } = await openReferral();
    try {
      const referral = await frame.api.post(`/referrals/${id}/requests`, { poolIds });
      state.opened = null;
      follow(referral);
      announce(t('track.sent', { n: poolIds.length }));
    } catch (error) {
      await conflict(error, poolIds);
    }
  });
}

/** Nothing fits now: the referral stays open and the exchange looks again at every change. */
function keepSearching() {
  const faults = missing(state.intake, state.callback);
  state.faults = new Set(faults);
  if (faults.length > 0) {
    frame.draw();
    return focusSoon(faults[0]);
  }
  return doing(async () => {
    const { id } = await openReferral();
    state.opened = null;
    follow(await frame.api.get(`/referrals/${id}`));
    await load(id);
  });
}

/** The household goes to the gatekeeper of a kind of place; from there on its own page shows both ways. @param {string} kind */
function sendToGate(kind) {
  const faults = missing(state.intake, state.callback);
  state.faults = new Set(faults);
  if (faults.length > 0) {
    frame.draw();
    return focusSoon(faults[0]);
  }
  return doing(async () => {
    const { id } = await openReferral();
    await frame.api.post(`/referrals/${id}/gate-requests`, { kind });
    state.opened = null;
    location.assign(`/verwijzing#r=${id}`);
  });
}

/** Somebody was first: say so, keep the card at its spot, and have the next best one tap away. @param {unknown} error @param {number[]} poolIds */
async function conflict(error, poolIds) {
  if (!(error instanceof ApiError) || error.status !== 409) throw error;
  if (error.problem?.search) throw error; // no place was lost: the household has one, or is looked for by another desk
  const taken = error.problem?.poolId ?? poolIds[0];
  const shown = state.referral ? state.more : state.result;
  const index = shown?.places.findIndex(m => m.poolId === taken) ?? -1;
  const lost = shown?.places[index];
  if (lost) state.gone.push({ match: lost, at: Date.now(), index });
  if (state.referral) await load(state.referral.id);
  else await search(false);
  const next = (state.referral ? state.more : state.result)?.places.find(m => m.verdict === 'fits');
  state.message = {
    title: lost && error.type === 'taken' ? t('conflict.taken', { name: placeName(lost) }) : problemText(error),
    text: next ? t('conflict.next', { name: placeName(next) }) : t('conflict.not_sent'),
    ...(next ? { retry: { text: t('conflict.ask', { name: placeName(next) }), poolIds: [next.poolId] } } : {}),
  };
  focusSoon('message');
}

/* ---- following ---- */

/** @param {Referral} referral */
function follow(referral) {
  take(referral);
  if (hashId() !== referral.id) location.hash = String(referral.id);
  focusSoon('results-title');
  scrollTo({ top: 0 });
  loadRunning();
}

// The referral whose page they are on; 0 = searching. What comes late for another one is not shown.
let wanted = 0;

/** @param {Referral} referral */
function take(referral) {
  wanted = referral.id;
  const before = state.referral?.id === referral.id ? state.referral : null;
  state.referral = referral;
  if (referral.state !== 'reserved' && referral.state !== 'travelling') state.location = null;
  if (before && timesRaised(referral) > timesRaised(before)) alarmed(referral);
  else if (before && headline(before) !== headline(referral)) decided(before, referral);
  else if (before && unseen(referral) && before.announced?.at !== referral.announced?.at) foundBetter(referral);
  frame.setTitle(titleOf(referral));
}

/** A clock ran out and the exchange alarms: heard, also by who looks at another window. @param {Referral} referral */
function alarmed(referral) {
  announce(alarmTitle(referral, openAlarms(referral)[0]));
  chime();
  notify(t('timers.notification'));
}

/** A yes, a no or a household that did not come: one sound per decision. @param {Referral} before @param {Referral} now */
function decided(before, now) {
  announce(headline(now));
  const back = (/** @type {Referral} */ r) => r.requests.filter(q => q.cancelWhy === 'taken_back').length;
  const answered = (/** @type {Referral} */ r) => r.requests.filter(q => q.state !== 'pending').length - back(r);
  // What this desk took back is no answer.
  if (answered(now) === answered(before) && (before.state === now.state || back(now) > back(before))) return;
  chime();
  notify(t('track.notification', { code: now.code }));
}

/** What was being waited for: a place that fits came free. @param {number} n */
function foundSome(n) {
  announce(t('results.fits', { n }));
  chime();
  notify(t('track.notification_place'));
}

/** The exchange announced a better place: said once; the note waits. @param {Referral} referral */
function foundBetter(referral) {
  announce(foundText(referral, pending(referral).length));
  chime();
  notify(t('track.notification_place'));
}

/** Show what waits behind the note. @param {Referral} referral */
function showFound(referral) {
  markSeen(referral);
  showMore();
  const list = /** @type {HTMLDetailsElement | null} */ (document.getElementById('more'));
  if (list) list.open = true;
  focusSoon('more-title');
}

export function showMore() {
  state.more = state.moreWaiting ?? state.more;
  state.moreWaiting = null;
  frame.draw();
}

/** @param {Referral} referral */
function titleOf(referral) {
  const yes = accepted(referral);
  if (referral.state === 'reserved' && yes) return t('track.title_yes', { name: askedName(yes) });
  if (referral.state === 'asked') return t('track.title_asked', { code: referral.code });
  return referral.code;
}

/** @param {number} id @param {boolean} [quiet] because facts changed: then a list in use keeps its order */
export async function load(id, quiet = false) {
  if (!quiet) wanted = id;
  try {
    const referral = await frame.api.get(`/referrals/${id}`);
    if (wanted !== id) return; // they went on to another household while this was on its way
    take(referral);
    const canAsk = state.referral && (state.referral.state === 'open' || state.referral.state === 'asked');
    const before = state.more;
    /** @type {MatchResult | null} */
    const now = canAsk ? await frame.api.get(`/referrals/${id}/matches?limit=10`) : null;
    if (wanted !== id) return;
    const keeps = quiet && before && now && isInUse();
    const heard = state.moreWaiting ?? before;
    state.more = keeps ? keepOrder(before, now) : now;
    state.moreWaiting = keeps ? now : null;
    if (heard?.fits === 0 && now && now.fits > 0 && !(state.referral && unseen(state.referral))) foundSome(now.fits);
  } catch (error) {
    if (wanted !== id) return;
    if (error instanceof ApiError && error.status === 404) leave();
    else state.message = { title: problemText(error) };
  }
  frame.draw();
}

/** A house is not safe where somebody of this desk is, or was to go: heard, whatever is open. @param {Referral[]} now */
function unsafeAnew(now) {
  const open = (/** @type {Referral | undefined} */ r) => (r ? openAlarms(r).filter(a => HOUSE_ALARMS.includes(a.alarm)) : []);
  const raised = (/** @type {Referral | undefined} */ r) => open(r).reduce((n, a) => n + a.timesRaised, 0);
  const fresh = now.find(r => r.id !== state.referral?.id && raised(r) > raised(state.unsafe.find(l => l.id === r.id)));
  const [alarm] = open(fresh);
  if (fresh && alarm) {
    announce(`${t('timers.notification')} ${alarmTitle(fresh, alarm)}`);
    chime();
    notify(t('timers.notification'));
  }
  state.unsafe = now;
}

export async function loadRunning() {
  try {
    const [running, { bridges }, unsafe] = await Promise.all([frame.api.get('/referrals?live=true&limit=20'), frame.api.get('/bridges'), frame.api.get('/referrals?unsafe=true&live=false&limit=200')]);
    state.running = running.referrals;
    if (rangAnew(state.bridges, bridges)) {
      announce(`${t('nobed.notification')} ${alarmText(ringing(bridges)[0])}`);
      chime();
      notify(t('nobed.notification'));
    }
    state.bridges = bridges;
    unsafeAnew(unsafe.referrals);
    frame.draw();
  } catch { /* the row is an extra; the next event tries again */ }
}

/** Back to searching. */
export function leave() {
  wanted = 0;
  state.gone = [];
  state.referral = null;
  state.more = null;
  state.moreWaiting = null;
  state.location = null;
  state.departure.clear();
  frame.setTitle(null);
  if (location.hash) history.pushState(null, '', location.pathname);
  search(false);
  frame.draw();
}

/** @param {Referral} referral @param {string} path @param {unknown} body @param {(work: () => Promise<unknown>) => Promise<unknown>} [keep] */
const act = (referral, path, body, keep = work => work()) => doing(async () => {
  await keep(async () => take(await frame.api.post(`/referrals/${referral.id}/${path}`, body)));
  focusSoon('results-title');
  await load(referral.id);
  loadRunning();
});

/** Change the answers: everything asked is withdrawn, and the same answers stand in the intake. @param {Referral} referral */
const change = referral => doing(async () => {
  await frame.api.post(`/referrals/${referral.id}/withdrawal`, { reason: 'gegevens_fout' });
  if (referral.need) state.intake = fromNeed(referral.need);
  keepDraft(state.intake, state.callback);
  leave();
  loadRunning();
  focusSoon('results-title');
});

/** @param {import('../types/api').Request} request */
const reveal = request => doing(async () => {
  state.location = await frame.api.get(`/requests/${request.id}/location`);
  focusSoon('place-title');
});

/** @param {import('../types/api').Bridge} b @param {'safe' | 'seen'} result */
const checkIn = (b, result) => doing(async () => {
  await frame.api.post(`/bridges/${b.id}/check-ins`, { result });
  announce(t(`nobed.done_${result}`));
  await loadRunning();
});

/** Of a referral that is not on the screen. @param {Referral} r @param {string} path @param {unknown} body @param {string} done */
const acknowledge = (r, path, body, done) => doing(async () => {
  await frame.api.post(`/referrals/${r.id}/${path}`, body);
  announce(done);
  await loadRunning();
});

/** To the no-bed path of this household: hotel, own network, barring order, a bridge bed. @param {string} form */
function noBed(form) {
  const faults = missing(state.intake, state.callback);
  state.faults = new Set(faults);
  if (faults.length > 0) {
    frame.draw();
    return focusSoon(faults[0]);
  }
  return doing(async () => {
    const { id } = await openReferral();
    state.opened = null;
    beginWith(form);
    location.href = `/verwijzing#r=${id}`;
  });
}

/* ---- drawing ---- */

/** @param {Referral} r */
function runningText(r) {
  const [alarm] = openAlarms(r);
  if (alarm) return alarmTitle(r, alarm);
  const yes = accepted(r);
  if (r.state === 'travelling' && yes) return r.etaAt ? t('running.travelling', { name: askedName(yes), time: clock(r.etaAt) }) : t('running.travelling_unknown', { name: askedName(yes) });
  if (r.state === 'reserved' && yes) return t('running.reserved', { name: askedName(yes) });
  const place = unseen(r);
  if (place) return t('running.found', { name: announcedName(place) });
  return pending(r).length > 0 ? t('running.asked', { n: pending(r).length }) : t('running.open');
}

const RUNNING_ICON = /** @type {Record<string, string>} */ ({ travelling: 'car', reserved: 'circle-check', asked: 'bell-ringing', open: 'alert-circle' });

export const runningRow = () => {
  const list = state.running.filter(r => r.id !== state.referral?.id && r.id !== state.opened?.id);
  return list.length === 0 ? nothing : html`<nav class="running" aria-label=${t('running.label')}><span class="subtle">${t('running.now')}</span>${list.map(r => html`<a href="#${r.id}">${icon(RUNNING_ICON[r.state] ?? 'clock')}<span class="ref">${r.code}</span> ${runningText(r)}</a>`)}</nav>`;
};

/** @param {number[]} poolIds */
export const askAgain = poolIds => (state.referral ? askMore(state.referral, poolIds) : ask(poolIds));

/** @param {Referral} referral @param {number[]} poolIds */
const askMore = (referral, poolIds) => doing(async () => {
  try {
    take(await frame.api.post(`/referrals/${referral.id}/requests`, { poolIds }));
    announce(t('track.sent', { n: poolIds.length }));
    await load(referral.id);
    focusSoon('results-title');
  } catch (error) {
    await conflict(error, poolIds);
  }
});

/** @param {MatchResult} result @returns {import('./placer_results.js').ResultParts} */
const resultParts = result => ({
  result, gone: state.gone, fresh: freshCount(), askN: askN(result), busy: state.busy, stale: frame.isStale(),
  outLists: state.outLists, ask: askAgain, keepSearching, noBed, sendToGate, openRule, takeMiss, canTakeMiss, find: finder.view,
  showFresh: () => { if (state.waiting) showResult(state.waiting, true); frame.draw(); focusSoon('results-title'); },
});

/** Other places for a referral that still looks. @param {Referral} referral */
function moreView(referral) {
  const result = state.more;
  if (!result) return nothing;
  const open = pending(referral).length === 0;
  const note = foundNote(referral, newFits(state.moreWaiting, result), pending(referral).length, () => showFound(referral));
  return html`${note}<details class="why" id="more" ?open=${open}><summary id="more-title">${icon('chevron-right')}${result.places.length > 0 ? t('track.more', { n: result.fits + result.ask }) : atGate(referral) ? t('tonight.gate_title') : t('track.more_none')}</summary><div class="inside">${result.places.length > 0 ? cards(result.places, state.gone, resultParts(result)) : atGate(referral) ? gateWay(referral, state.bridges, Date.now()) : asksNobody(referral) ? nothing : html`<p>${t('route.wait')}</p>`}</div></details>`;
}

/** @param {Referral} referral */
const followed = referral => trackView({
  referral, nowMs: Date.now(), busy: state.busy, stale: frame.isStale(), location: state.location, more: moreView(referral),
  departure: state.departure,
  toggleDeparture: point => { if (!state.departure.delete(point)) state.departure.add(point); frame.draw(); },
  reveal, hideLocation: () => { state.location = null; frame.draw(); },
  setOut: hhmm => act(referral, 'journey', hhmm ? { etaAt: new Date(nextMoment(hhmm, Date.now())).toISOString() } : {}),
  noShow: said => act(referral, 'no-show', said),
  afterAll: request => doing(async () => {
    await frame.api.post(`/requests/${request.id}/arrival`, {});
    announce(t('arrive.done'));
    await load(referral.id);
    focusSoon('results-title');
  }),
  askConflict: request => doing(async () => {
    await frame.api.post(`/requests/${request.id}/conflict-question`, {});
    await load(referral.id);
  }),
  takeBack: request => doing(async () => {
    await frame.api.post(`/requests/${request.id}/withdrawal`, {});
    await load(referral.id);
    announce(takenBack(request));
    focusSoon('results-title');
    loadRunning();
  }),
  withdraw: reason => act(referral, 'withdrawal', { reason }),
  back: () => { leave(); focusSoon('results-title'); },
  colleagues: state.colleagues,
  draw: () => frame.draw(),
  act: (r, path, body, done, keep) => { act(r, path, body, keep).then(() => { if (!state.message) announce(done); }); },
});

/** What is typed at one household must not stand at the next. @param {Referral} referral */
export const tracking = referral => repeat([referral], r => r.id, followed);

/** @param {MatchResult} result */
export const listView = result => resultsView(resultParts(result));

/** @param {Referral} referral */
export function summary(referral) {
  const canChange = (referral.state === 'open' || referral.state === 'asked') && Boolean(referral.need);
  return summaryView(referral, { change: () => change(referral), canChange });
}

/** What rings; an empty list where nothing does. */
export const alarms = () => [leakAlarms(state.unsafe.filter(r => r.id !== state.referral?.id), { nowMs: frame.api.now(), busy: state.busy || frame.isStale(), colleagues: state.colleagues, draw: () => frame.draw(), act: acknowledge }, ''), alarmsView(state.bridges, { busy: state.busy, check: checkIn })].filter(part => part !== nothing);

/** Somebody's answer is waited for: a clock runs on the screen. @param {Referral} referral */
export const isWaiting = referral => pending(referral).length > 0;

desk.onResult = () => {
  // Lists that stand open tell of these answers too.
  for (const rule of state.outLists.keys()) loadRule(rule);
  finder.refresh();
};
frame.api.get('/colleagues').then(c => { state.colleagues = c.colleagues; frame.draw(); }).catch(() => {}); // asked for with the next page
