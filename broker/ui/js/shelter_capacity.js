// @ts-check
// "Vrij vannacht": a row per kind of room, two taps to change a number. The first tap only shows what would change; a
// phone in a pocket publishes nothing.
import { freeMax, oldestConfirmed, promised, stopNow, total } from './capacity.js';
import { label } from './codes.js';
import { difference, questions } from './feed_differ.js';
import { ownFeedLine, ownFeedNotice } from './shelter_feed.js';
import { clock, confirmed, either, moment, t } from './text.js';
import { button, html, icon, nothing, notice, stepper } from './ui.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('./capacity.js').Answer} Answer */
/** @typedef {import('./feed_differ.js').Difference} Difference */
/**
 * @typedef {object} CapacityParts
 * @property {Pool[]} pools
 * @property {Request[]} requests
 * @property {Map<number, { free: number }>} changed pool id to the number on the screen
 * @property {import('../types/api').Feed[]} feeds of the own organisation
 * @property {unknown} clash somebody else changed it first: the question which is right
 * @property {boolean} busy
 * @property {boolean} stale
 * @property {string | null} notSaved
 * @property {(pool: Pool, free: number) => void} set
 * @property {() => void} confirm
 * @property {(pool: Pool) => void} askStop opens the sheet
 * @property {(pool: Pool, free: number | null, answer?: Answer) => void} answer what is right where hand and feed differ
 */

/** "Opname gestopt: Te weinig personeel, tot 07:00". @param {import('../types/api').Stop} stop @param {number} [nowMs] */
export function stopText(stop, nowMs = Date.now()) {
  const reason = label('stopReasons', stop.reason);
  return stop.untilAt ? t('capacity.stopped_until', { reason, time: moment(stop.untilAt, nowMs) }) : t('capacity.stopped', { reason });
}

const REMIND_MS = 90 * 60_000;
const SQUARES_MAX = 12;

/** @param {Pool} pool */
export const poolName = pool => either(pool.name, pool.nameEn) || label('kinds', pool.kind);
/** The number on the screen before any tap. @param {Pool} pool */
export const shownFree = pool => pool.capacity.offerable ?? null;

/** @param {Pool} pool @param {CapacityParts} p */
function rowText(pool, p) {
  const before = shownFree(pool);
  const now = p.changed.get(pool.id)?.free;
  if (now !== undefined && before !== null) return html`<span class="small">${t('capacity.becomes', { before, now, total: total(pool) })}</span>`;
  if (now !== undefined) return html`<span class="small">${t('capacity.becomes_new', { now, total: total(pool) })}</span>`;
  if (before === null) return html`<span class="small subtle">${t('capacity.unknown')}</span>`;
  return html`<span class="small subtle">${t('capacity.free_of', { free: before, total: total(pool) })}</span>`;
}

/** @param {Pool} pool @param {number} free @param {number} held */
function squares(pool, free, held) {
  const n = total(pool);
  if (n === 0 || n > SQUARES_MAX) return nothing;
  return html`<div class="squares" aria-hidden="true">${Array.from({ length: n }, (_, i) => html`<i class=${i < free ? 'free' : i < free + held ? 'held' : ''}></i>`)}</div>`;
}

/** Two buttons, one tap: what the feed says first, as it is what counts now. @param {unknown} text @param {[string, () => void][]} choices @param {CapacityParts} p @param {Pool} pool */
const question = (text, choices, p, pool) => html`<div class="differ" id=${`differ-${pool.id}`} tabindex="-1"><p>${icon('alert-triangle')}<span>${text}</span></p><div class="duo">${choices.map(([words, click]) => button(words, { about: poolName(pool), busy: p.busy || p.stale, click }))}</div></div>`;

/** @param {Pool} pool @param {Extract<Difference, { kind: 'ask' }>} d @param {CapacityParts} p */
function askView(pool, d, p) {
  const now = Date.now();
  const times = { feed_time: moment(d.feed.observedAt, now), hand_time: moment(d.hand.observedAt, now) };
  const answer = (/** @type {Answer} */ a) => () => p.answer(pool, shownFree(pool), a);
  if (d.about === 'free')
    return question(t('differ.ask_free', { feed: d.feedFree, hand: d.handFree, ...times }), [d.feedFree, d.handFree].map(n => [t('clash.is_right', { free: n }), () => p.answer(pool, n)]), p, pool);
  if (d.about === 'staff') {
    const words = /** @type {const} */ ({ yes: t('differ.staff_yes_right'), no: t('differ.staff_no_right') });
    return question(t(`differ.ask_staff_${d.feed.deliverable}`, times), (d.feed.deliverable === 'yes' ? /** @type {const} */ (['yes', 'no']) : /** @type {const} */ (['no', 'yes'])).map(w => [words[w], answer({ deliverable: w })]), p, pool);
  }
  const stop = d.feed.stop ?? d.hand.stop;
  const stopped = /** @type {[string, () => void]} */ ([t('differ.stopped_right'), answer({ stop })]);
  const open = /** @type {[string, () => void]} */ ([t('differ.open_right'), answer({ stop: null })]);
  const params = { reason: label('stopReasons', stop?.reason), ...times };
  return d.feed.stop ? question(t('differ.ask_stop_feed', params), [stopped, open], p, pool) : question(t('differ.ask_stop_hand', params), [open, stopped], p, pool);
}

/** @param {Pool} pool @param {CapacityParts} p */
const reopenButton = (pool, p) => button(t('differ.reopen'), { kind: 'subtle', icon: 'lock-open', id: `intake-${pool.id}`, extra: 'stop-button', about: poolName(pool), busy: p.busy || p.stale, click: () => p.answer(pool, shownFree(pool), { stop: null }) });

/**
 * Stop the intake, or open it again: quiet, and not while the row has a number that nobody confirmed or a question, for
 * the report would answer that as well.
 * @param {Pool} pool @param {CapacityParts} p
 */
function intakeButton(pool, p) {
  const kind = difference(pool, p.requests)?.kind;
  if (p.changed.has(pool.id) || kind === 'ask' || kind === 'stop') return nothing;
  if (stopNow(pool, Date.now())) return reopenButton(pool, p);
  return button(t('stop.button'), { kind: 'subtle', icon: 'hand-stop', id: `intake-${pool.id}`, extra: 'stop-button', about: poolName(pool), busy: p.busy || p.stale, click: () => p.askStop(pool) });
}

/** What hand and feed say of the same room, when they differ. @param {Pool} pool @param {CapacityParts} p */
function differenceView(pool, p) {
  const d = difference(pool, p.requests);
  if (!d) return nothing;
  if (d.kind === 'ask') return askView(pool, d, p);
  if (d.kind === 'hand') return html`<p class="small by-hand">${icon('user-check')}<span>${t('differ.hand', { time: moment(d.at) })}</span></p>`;
  const time = moment(d.feed.observedAt);
  return html`<div class="differ standing"><p class="small"><span>${d.feedFree > 0 ? t('differ.stop_free', { free: d.feedFree, time }) : t('differ.stop', { time })}</span></p>${reopenButton(pool, p)}</div>`;
}

/** @param {Pool} pool @param {CapacityParts} p */
function row(pool, p) {
  const value = p.changed.get(pool.id)?.free ?? shownFree(pool) ?? 0;
  const held = promised(pool, p.requests);
  const stop = stopNow(pool, Date.now());
  return html`<li class=${p.changed.has(pool.id) ? 'changed' : ''} data-pool=${pool.id}><div><b>${poolName(pool)}</b>${rowText(pool, p)}
    ${held > 0 ? html`<span class="small held-text">${icon('lock')}${t('capacity.held', { n: held })}</span>` : nothing}
    ${stop ? html`<span class="small held-text">${icon('hand-stop')}${stopText(stop)}</span>` : nothing}
    ${pool.capacity.deliverable === 'no' ? html`<span class="small held-text">${icon('users')}${t('capacity.no_staff')}</span>` : nothing}
    ${squares(pool, value, held)}${intakeButton(pool, p)}</div>
    ${stepper({ name: poolName(pool), value, max: freeMax(pool, p.requests), set: n => p.set(pool, n) })}${differenceView(pool, p)}</li>`;
}

/** The list may be long: say on top that a row asks something. @param {CapacityParts} p */
function openQuestions(p) {
  const open = questions(p.pools, p.requests);
  if (open.length === 0) return nothing;
  return html`<button type="button" class="differ-open" @click=${() => { const row = document.getElementById(`differ-${open[0].id}`); row?.scrollIntoView({ block: 'center' }); row?.focus(); }}>${icon('alert-triangle')}<span>${t('differ.open', { n: open.length })}</span>${icon('chevron-down')}</button>`;
}

/** @param {CapacityParts} p */
function reminder(p) {
  const oldest = oldestConfirmed(p.pools);
  const age = oldest ? Date.now() - new Date(oldest).getTime() : Infinity;
  if (p.pools.length === 0 || age < REMIND_MS) return nothing;
  return notice({ icon: 'hourglass', tone: 'info', title: t('capacity.remind'), text: oldest ? confirmed(oldest) : t('age.never') });
}

/** @param {CapacityParts} p */
export function capacityView(p) {
  const oldest = oldestConfirmed(p.pools);
  return html`<section aria-labelledby="capacity">
    <div class="section-head"><h2 id="capacity" tabindex="-1">${t('capacity.title')}</h2><span class="small subtle">${oldest ? t('capacity.confirmed_at', { time: clock(oldest) }) : nothing}</span></div>
    ${ownFeedNotice(p.feeds)}${p.clash}${openQuestions(p)}${reminder(p)}
    ${p.pools.length === 0 ? html`<p>${t('capacity.none')}</p>` : html`<ul class="cap">${p.pools.map(pool => row(pool, p))}</ul>`}
    ${ownFeedLine(p.feeds)}
  </section>`;
}

/** @param {CapacityParts} p */
export function confirmBar(p) {
  const n = p.changed.size;
  const known = p.pools.some(pool => shownFree(pool) !== null);
  return html`<div class="bottom-bar" role="region" aria-label=${t('capacity.confirm_region')}>
    ${p.notSaved ? html`<p class="not-saved" role="alert">${icon('wifi-off')}${p.notSaved}</p>` : nothing}
    ${n > 0 ? button(t('capacity.confirm', { n }), { kind: 'primary', icon: 'check', extra: 'big', id: 'confirm', busy: p.busy, click: p.confirm })
    : button(t('capacity.still_right'), { icon: 'refresh', extra: 'big', id: 'confirm', busy: p.busy || !known, click: p.confirm })}</div>`;
}
