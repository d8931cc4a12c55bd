// @ts-check
// A request on the phone of the night shift: the least that is needed to say yes or no, and two large buttons. Nothing
// on this card says who they are.
import { label, ordered, row } from './codes.js';
import { earlierForm } from './moments.js';
import { ring } from './ring.js';
import { lostItsYes } from './referral.js';
import { clock, either, inSentence, list, t } from './text.js';
import { button, callLink, closeDialog, html, icon, nothing, notice, openDialog, shape } from './ui.js';

/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('../types/api').Household} Household */
/**
 * @typedef {object} RequestParts
 * @property {number} nowMs
 * @property {boolean} busy
 * @property {boolean} stale
 * @property {(request: Request) => number | null} freeIn units still free in the pool asked
 * @property {(request: Request) => void} yes
 * @property {(request: Request) => void} no opens the sheet
 * @property {(request: Request, reason: string) => void} decline
 * @property {(request: Request, arrivedAt?: string, keep?: <T>(work: () => Promise<T>) => Promise<T>) => void} arrived at a moment that lies back, else now
 * @property {() => void} draw
 * @property {(request: Request) => void} off opens the sheet: the promised place falls through
 * @property {(request: Request, reason: string) => void} fallThrough
 * @property {(request: Request, conflict: boolean) => void} answerConflict
 * @property {(request: Request) => void} lateYes
 * @property {(request: Request) => void} extend
 * @property {(request: Request) => void} dismiss
 */

const REASONS_FIRST = 5;

/** @param {import('../types/api').Person} person */
const adultWord = person => label('sexes', person.sex) + (person.age ? ` (${person.age})` : '');

/** "Vrouw met 2 kinderen (2 en 9 jaar)". @param {Household} h */
export function householdText(h) {
  const adults = list(h.adults.map(adultWord));
  if (h.children.length === 0) return adults;
  const ages = list([...h.children].sort((a, b) => Number(a.age) - Number(b.age)).map(c => {
    const found = row('sexes', c.sex);
    const known = c.sex === 'vrouw' || c.sex === 'man';
    return known ? t('household.child', { child: either(found?.childNl, found?.childEn).toLowerCase(), age: String(c.age) }) : String(c.age);
  }));
  const children = t('household.children', { n: h.children.length, ages });
  return h.adults.length === 0 ? children : t('household.with', { adults, children });
}

/** @param {Household} h */
const practical = h => Object.entries(h.traits ?? {}).filter(([code, v]) => v === 'yes' && code !== 'tolk').map(([code]) => label('traits', code));

/** @param {string} iconName @param {string} term @param {unknown} content @param {string} [cls] */
const line = (iconName, term, content, cls = '') => html`<dt>${icon(iconName)}${term}</dt><dd class=${cls}>${content}</dd>`;

/** @param {Request} r @param {RequestParts} p */
function facts(r, p) {
  const h = r.household;
  const free = p.freeIn(r);
  const room = either(r.poolName, r.poolNameEn) || label('kinds', r.kind);
  const held = r.state === 'accepted';
  return html`<dl>
    ${h ? html`${line('users', t('request.who'), householdText(h))}
      ${line('shield-lock', t('request.threat'), html`${shape(h.threatLevel)} ${t('threat.code', { level: inSentence(label('threatLevels', h.threatLevel)) })}`, h.threatLevel === 'rood' ? 'risk' : '')}
      ${h.language || h.traits?.tolk === 'yes' ? line('language', t('request.language'), h.language ? label('languages', h.language) : t('request.interpreter')) : nothing}
      ${practical(h).length > 0 ? line('info-circle', t('request.needs'), list(practical(h))) : nothing}
      ${held && h.full && h.residence ? line('id-off', t('request.residence'), label('residences', h.residence)) : nothing}` : nothing}
    ${r.etaAt ? line('clock', t('request.arrives'), t('request.around', { time: clock(r.etaAt) })) : nothing}
    ${held ? line('map-pin', t('request.where'), t('request.meeting')) : nothing}
    ${line('bed', t('request.place'), held ? t('request.place_held', { room }) : free === null ? room : free === 0 && r.state === 'pending' ? t('request.place_kept', { room }) : t('request.place_free', { room, free }))}
    ${r.referrer ? line('building', t('request.by'), r.referrer) : nothing}
    ${r.channel === 'chat' && !r.callback ? line('messages', t('nobed.answer'), t('nobed.no_callback')) : nothing}
    ${r.bridge ? line('home-shield', t('nobed.as_bridge'), t('nobed.as_bridge_text')) : nothing}
  </dl>`;
}

/** A few minutes more to find out; told to the worker who waits. @param {Request} r @param {RequestParts} p */
function extraTime(r, p) {
  const left = (r.extensionsMax ?? 0) - (r.extensions ?? 0);
  if (left <= 0 || !r.extensionSeconds) return nothing;
  return button(html`${t('timers.extra', { n: Math.max(1, Math.round(r.extensionSeconds / 60)) })} <span class="small subtle">${t('timers.extra_left', { n: left })}</span>`, { kind: 'subtle', icon: 'clock', busy: p.busy, about: r.referralCode, click: () => p.extend(r) });
}

/** How long the place is kept, and whether they should be here already. @param {Request} r */
const keptLine = r => r.missed ? html`<div class="kept">${notice({ title: t('timers.house_missed'), text: t('timers.house_missed_text'), tone: 'error', alert: true })}</div>`
  : r.holdUntilAt && !r.etaAt ? html`<p class="kept small">${t('timers.house_hold', { time: clock(r.holdUntilAt) })} ${r.holdEnding ? html`<b>${t('timers.house_ending')}</b>` : nothing}</p>` : nothing;

/** Somebody they know may live here: ring, name the token, hear the names. Until then there is no yes. @param {Request} r @param {RequestParts} p */
const conflict = (r, p) => html`<div class="conflict"><p><b>${t('safety.conflict_title')}</b></p><p>${t('safety.conflict_text')}</p><p class="token">${r.conflict?.token ?? ''}</p>
      ${button(t('safety.conflict_none'), { kind: 'primary', icon: 'check', extra: 'big', busy: p.busy, about: r.referralCode, click: () => p.answerConflict(r, false) })}
      ${button(t('safety.conflict_is'), { icon: 'x', extra: 'big', busy: p.busy, about: r.referralCode, click: () => p.answerConflict(r, true) })}</div>`;

/** @param {Request} r @param {RequestParts} p */
function pendingCard(r, p) {
  const end = new Date(r.answerByAt).getTime();
  const left = end - p.nowMs;
  return html`<section class="call ${left < 60_000 ? 'late' : ''}" aria-labelledby="request-${r.id}" data-request=${r.id}>
    <header>${ring(left, end - new Date(r.askedAt).getTime())}<div><h2 id="request-${r.id}" tabindex="-1">${t('request.title')}</h2><p class="subtle">${left > 0 ? t('request.answer_by', { time: clock(r.answerByAt) }) : t('request.over', { time: clock(r.lapseAt) })} ${r.alsoAsked ? t('request.also', { n: r.alsoAsked }) : nothing} ${r.rung ? t('timers.rung', { n: r.rung, time: clock(r.rungAt ?? r.askedAt) }) : nothing}</p></div></header>
    ${facts(r, p)}
    <div class="actions">${p.stale ? html`<p class="not-saved">${icon('wifi-off')}${t('request.stale')}</p>` : html`
      ${r.conflict?.state === 'open' ? conflict(r, p) : button(t('request.yes'), { kind: 'primary', icon: 'check', extra: 'big', busy: p.busy, about: r.referralCode, click: () => p.yes(r) })}
      <div class="duo">${button(t('request.no'), { extra: 'big', busy: p.busy, click: () => p.no(r) })}${r.callback ? callLink(t('request.call_first'), r.callback, 'big') : nothing}</div>${extraTime(r, p)}`}</div></section>`;
}

/** They came before; LIST: a request may stand in two. @param {Request} r @param {RequestParts} p @param {string} list */
const earlier = (r, p, list) => earlierForm({ id: `${list}-${r.id}`, about: r.referralCode ?? '', since: r.answeredAt, now: p.nowMs, busy: p.busy || p.stale, draw: p.draw, tell: (at, keep) => p.arrived(r, at, keep) });

/** @param {Request} r @param {RequestParts} p */
const acceptedCard = (r, p) => html`<section class="call" aria-labelledby="request-${r.id}" data-request=${r.id}>
    <header><span class="round-yes">${icon('check')}</span><div><h2 id="request-${r.id}" tabindex="-1">${t('request.promised')}</h2><p class="subtle">${t('request.told', { who: r.referrer ?? t('request.referrer') })}</p></div></header>
    ${keptLine(r)}
    ${facts(r, p)}
    <div class="actions">${button(t('request.arrived'), { kind: 'primary', icon: 'door-enter', extra: 'big', busy: p.busy || p.stale, click: () => p.arrived(r) })}${earlier(r, p, 'yes')}${r.callback ? callLink(t('request.call'), r.callback, 'big') : nothing}${r.bridge ? nothing : button(t('arrive.off'), { kind: 'subtle', icon: 'x', busy: p.busy || p.stale, about: r.referralCode, click: () => p.off(r) })}<a class="notice-link" href="/verwijzing#r=${r.referralId}">${t('dossier.open')}</a></div></section>`;

/** What became of a request that is over, in words for the house. @param {Request} r */
export function endedText(r) {
  if (r.state === 'admitted') return t('ended.admitted');
  if (r.state === 'left') return t('nobed.ended_left');
  if (r.state === 'declined') return t('ended.declined');
  if (r.refused) return t('ended.refused');
  if (r.state === 'cancelled') return t(r.lateYes && r.cancelWhy !== 'taken_back' ? 'ended.late_yes' : `ended.cancelled_${r.cancelWhy ?? 'withdrawn'}`);
  return t(r.lateYes ? 'ended.late_yes' : 'ended.expired');
}

/** @param {Request} r @param {RequestParts} p */
export const endedCard = (r, p) => html`<section class="call ended" data-request=${r.id} aria-labelledby="request-${r.id}"><header><div><h2 id="request-${r.id}" tabindex="-1">${t('ended.title', { code: r.referralCode ?? '' })}</h2><p>${endedText(r)}</p></div></header>
    <div class="actions">${r.state === 'expired' && !r.lateYes ? button(t('ended.can_come'), { kind: 'primary', extra: 'big', busy: p.busy || p.stale, click: () => p.lateYes(r) }) : nothing}${lostItsYes(r) ? button(t('arrive.after_all'), { kind: 'primary', icon: 'door-enter', extra: 'big', busy: p.busy || p.stale, about: r.referralCode, click: () => p.arrived(r) }) : nothing}${lostItsYes(r) ? earlier(r, p, 'ended') : nothing}${button(t('ended.ok'), { extra: 'big', click: () => p.dismiss(r) })}</div></section>`;

/** Nearest deadline first: the first two pending cards in full, the others as lines. @param {Request[]} requests @param {RequestParts} p */
export function requestsView(requests, p) {
  const waiting = requests.filter(r => r.state === 'pending').sort((a, b) => a.answerByAt.localeCompare(b.answerByAt));
  const promised = requests.filter(r => r.state === 'accepted');
  return html`${waiting.slice(0, 2).map(r => pendingCard(r, p))}
    ${waiting.length > 2 ? html`<ul class="later-requests">${waiting.slice(2).map(r => html`<li>${icon('bell')}${t('request.later', { time: clock(r.answerByAt) })}</li>`)}</ul>` : nothing}
    ${promised.map(r => acceptedCard(r, p))}`;
}

/** The sheet with reasons: five by the order of the phone, the rest one tap further. @param {Request | null} r @param {RequestParts} p */
export function declineSheet(r, p) {
  // What needs a text to say anything is no answer in two taps: there is no field for it, on purpose.
  const reasons = ordered('declineReasons', 'phoneOrder').filter(r => !['yes', true].includes(/** @type {any} */ (r).needsText));
  const choice = (/** @type {import('../types/api').Code} */ reason) => html`<button type="button" @click=${() => { closeDialog('decline'); if (r) p.decline(r, reason.code); }}>${icon(reason.icon || 'chevron-right')}<span>${either(reason.labelNl, reason.labelEn)}</span></button>`;
  return html`<dialog class="sheet" id="decline" aria-labelledby="decline-title"><div class="inner"><h2 id="decline-title" tabindex="-1">${t('decline.title')}</h2><p class="subtle">${t('decline.text')}</p>
    <div class="choices">${reasons.slice(0, REASONS_FIRST).map(choice)}</div>
    <details class="more"><summary>${icon('chevron-right')}${t('decline.more')}</summary><div class="choices">${reasons.slice(REASONS_FIRST).map(choice)}</div></details>
    ${button(t('dialog.back'), { kind: 'subtle', click: () => closeDialog('decline') })}</div></dialog>`;
}

/** Who was expected and did not come, or lost the place: the night is long, and they may ring the bell. @param {Request[]} lost @param {RequestParts} p */
export const lostView = (lost, p) => lost.length === 0 ? nothing : html`<details class="more lost"><summary>${icon('chevron-right')}${t('arrive.at_door')}</summary><ul class="later-requests">${lost.map(r => html`<li data-request=${r.id}><span>${t('ended.title', { code: r.referralCode ?? '' })}. ${endedText(r)}</span>${button(t('arrive.after_all'), { icon: 'door-enter', busy: p.busy || p.stale, about: r.referralCode, click: () => p.arrived(r) })}${earlier(r, p, 'lost')}</li>`)}</ul></details>`;

const OFF = [['bed_gone', 'bed'], ['nobody_came', 'users']];

/** A promised place that falls through, as the house says it. @param {Request | null} r @param {RequestParts} p */
export const offSheet = (r, p) => html`<dialog class="sheet" id="off" aria-labelledby="off-title"><div class="inner"><h2 id="off-title" tabindex="-1">${t('arrive.off_title')}</h2><p class="subtle">${t('arrive.off_house_text')}</p>
    <div class="choices">${OFF.map(([reason, iconName]) => html`<button type="button" @click=${() => { closeDialog('off'); if (r) p.fallThrough(r, reason); }}>${icon(iconName)}<span>${t(`arrive.off_house_${reason}`)}</span></button>`)}</div>
    ${button(t('dialog.back'), { kind: 'subtle', click: () => closeDialog('off') })}</div></dialog>`;

export const openOff = () => openDialog('off');
export const openDecline = () => openDialog('decline');
