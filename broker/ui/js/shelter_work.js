// @ts-check
// What the shelter's page does once somebody uses it: requests and their answers, saving numbers, and the sheets. Fetched
// with the first request or the first touch.
import { ApiError, problemText } from './api.js';
import { armSound, chime, stopCall } from './attention.js';
import { questions } from './feed_differ.js';
import { poolName, shownFree } from './shelter_capacity.js';
import { clashView } from './shelter_clash.js';
import { desk, state } from './shelter_desk.js';
import { clashesOf, sendClaims, settled } from './shelter_report.js';
import { declineSheet, endedCard, endedText, lostView, offSheet, openDecline, openOff, requestsView } from './shelter_request.js';
import { closeStop, newStopping, openStop, stopOf, stopSheet } from './shelter_stop.js';
import { clock, t } from './text.js';
import { announce, focusSoon, html } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('./shelter_report.js').Claim} Claim */
/** @typedef {import('./shelter_report.js').Sent} Sent */

export { endedText };

const { frame, load } = desk;

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
    if (!(error instanceof ApiError && error.problem?.errors)) focusSoon('message'); // else a form has the focus
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

/** @param {Request} request @param {string} [arrivedAt] none: now @param {<T>(work: () => Promise<T>) => Promise<T>} [keep] its faults at their field */
const arrived = (request, arrivedAt, keep = work => work()) => doing(async () => {
  await keep(() => frame.api.post(`/requests/${request.id}/arrival`, { arrivedAt }));
  state.requests = state.requests.filter(r => r.id !== request.id);
  state.ended = state.ended.filter(r => r.id !== request.id);
  announce(t('ended.admitted'));
  await load();
  focusSoon('capacity');
});

/** The promised place falls through. @param {Request} request @param {string} reason */
const fallThrough = (request, reason) => doing(async () => {
  await frame.api.post(`/referrals/${request.referralId}/no-show`, { reason });
  state.requests = state.requests.filter(r => r.id !== request.id);
  announce(t('arrive.off_done'));
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

/**
 * The second tap. Without a change it renews the time of all numbers that are known, but of no room of which hand and
 * feed differ: who did not read the question has not answered it.
 */
export function confirm() {
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
export const decide = (pool, free, answer) => doing(async () => {
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
export function askStop(pool) {
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

/** Two numbers of one room: which is right. */
export const clash = () => clashView(state.clashes[0], { busy: state.busy, stale: frame.isStale(), settle, leave: leaveClash });

/** @returns {import('./shelter_request.js').RequestParts} */
const requestParts = () => ({
  nowMs: Date.now(), busy: state.busy, stale: frame.isStale(),
  freeIn: r => { const pool = state.pools.find(p => p.id === r.poolId); return pool ? shownFree(pool) : null; },
  extend, yes: accept, no: r => { state.declining = r; frame.draw(); openDecline(); }, decline, arrived, draw: frame.draw, answerConflict, lateYes,
  off: r => { state.falling = r; frame.draw(); openOff(); }, fallThrough,
  dismiss: r => { state.ended = state.ended.filter(e => e.id !== r.id); frame.draw(); focusSoon('capacity'); },
});

/** Requests, promised places and what ended, on top of the page. */
export function cards() {
  const parts = requestParts();
  return html`${requestsView(state.requests, parts)}${state.ended.map(r => endedCard(r, parts))}${lostView(state.lost.filter(r => !state.ended.some(e => e.id === r.id)), parts)}`;
}

export const sheets = () => html`${declineSheet(state.declining, requestParts())}${offSheet(state.falling, requestParts())}${stopSheet(state.stopping, { nowMs: frame.api.now(), set: setStopping, confirm: confirmStop })}`;
