// @ts-check
// Following one referral: who was asked, what they said, the next step, and the way to a safe departure. Everything
// here comes from the referral as the exchange knows it; only the departure list is kept on this screen alone.
import { label, ordered, rows } from './codes.js';
import { deskView } from './desk_form.js';
import { ofTone, rankSentence, sentence } from './reasons.js';
import { accepted, answerText, askedName, conflictView, headline, looks, lostItsYes, pending } from './referral.js';
import { ring } from './ring.js';
import { takeBackButton, takeBackSheet } from './take_back.js';
import { clock, duration, either, list, moment, t } from './text.js';
import { alarmNotices, holdPanel, ownerView, ringText } from './timers.js';
import { asksNobody, followText } from './tonight.js';
import { button, closeDialog, html, icon, live, nothing, notice, openDialog } from './ui.js';

/** @typedef {import('../types/api').Referral} Referral */
/** @typedef {import('../types/api').Request} Request */
/**
 * @typedef {object} TrackParts
 * @property {Referral} referral
 * @property {number} nowMs
 * @property {boolean} busy
 * @property {boolean} stale
 * @property {import('../types/api').RevealedLocation | null} location
 * @property {unknown} more places to ask besides, or nothing
 * @property {Set<string>} departure points of the list that are done
 * @property {(point: string) => void} toggleDeparture
 * @property {(request: Request) => void} reveal
 * @property {() => void} hideLocation
 * @property {(hhmm: string) => void} setOut
 * @property {(said: { refused?: boolean, reason?: string }) => void} noShow
 * @property {(request: Request) => void} afterAll
 * @property {(request: Request) => void} askConflict
 * @property {(request: Request) => void} takeBack
 * @property {(reason: string) => void} withdraw
 * @property {() => void} back to a new search
 * @property {import('../types/api').Colleague[]} colleagues
 * @property {() => void} draw
 * @property {import('./timers.js').TimerParts['act']} act
 */

const DEPARTURE = ['phone', 'papers', 'transport', 'tracker'];
// Why a promised place falls through, as the placer says it.
const OFF = [['household_no', 'users'], ['bed_gone', 'bed'], ['fell_through', 'chevron-right']];
// How long after the expected time nobody having arrived is an alarm, per threat level (schema/codes/protocol.csv).
const NO_SHOW_DEFAULT_MIN = 60;

/** What the rank rests on: points of a thousand, what went off, and what the others need. @param {import('../types/api').Proposal} p */
function pointsText(p) {
  if (!p.terms || !p.scarcity) return [];
  const { distance, language, soft, secondMove } = p.terms;
  /** @type {[string, number][]} */
  const off = [['distance', distance], ['language', language], ['soft', soft], ['move', secondMove]];
  const lost = off.filter(([, n]) => n > 0).map(([what, n]) => t('basis.off', { what: t(`basis.off_${what}`), n: String(n) }));
  const fit = t('basis.points', { n: String(p.score) });
  return [
    lost.length > 0 ? `${fit} ${t('basis.lost', { list: list(lost) })}` : fit,
    p.scarcity.points > 0 ? t('basis.others', { n: String(p.scarcity.points) }) : '',
  ].filter(Boolean);
}

/** The proposal as it was frozen when the place was asked. @param {Request} r @param {import('../types/api').Proposal} p */
function basis(r, p) {
  const held = p.unitsHeld ? t('basis.held', { n: p.unitsHeld }) : '';
  const free = typeof p.unitsFree === 'number' ? t('basis.free', { n: p.unitsFree }) : t('basis.free_unknown');
  const line = (/** @type {string} */ key, /** @type {unknown[]} */ texts) => (texts.length > 0 ? html`<div><dt>${t(key)}</dt><dd>${texts.map(text => html`<span class="line">${text}</span>`)}</dd></div>` : nothing);
  const words = (/** @type {import('../types/api').Reason['tone']} */ tone) => ofTone(p.reasons, tone).map(sentence);
  return html`<details class="basis"><summary>${icon('chevron-right')}${t('basis.title')}<span class="sr"> ${askedName(r)}</span></summary><dl class="summary">
    ${line('basis.rank', [p.fits !== undefined && p.rank > 0 ? t('basis.rank_of', { rank: String(p.rank), fits: String(p.fits), asks: String(p.asks ?? 0) }) : '', rankSentence(p), p.byBroker ? t('basis.by_broker') : ''].filter(Boolean))}
    ${line('basis.state', [[free, held].filter(Boolean).join(', '), p.observedAt ? t('basis.observed', { time: moment(p.observedAt) }) : ''].filter(Boolean))}
    ${line('basis.for', words('for'))}${line('basis.caution', words('caution'))}${line('basis.question', words('question'))}
    ${p.reasons.length === 0 ? line('basis.for', [t('basis.erased')]) : nothing}
    ${line('basis.counted', [...pointsText(p), t('basis.rules', { version: p.rulesVersion ?? '' })])}
  </dl></details>`;
}

/** What the house undid itself, it alone does again. @param {Request} r */
const isOursToSay = r => lostItsYes(r) && !r.refused && r.cancelWhy !== 'bed_gone';

/** The yes is over, and they are there after all. @param {Request} r @param {TrackParts} p */
const afterAll = (r, p) => isOursToSay(r) && looks(p.referral) ? html`<div class="conflict">${button(t('arrive.after_all'), { kind: 'subtle', icon: 'door-enter', busy: p.busy || p.stale, about: askedName(r), click: () => openDialog(`after-all-${r.id}`) })}</div>` : nothing;

/** @param {Request} r @param {TrackParts} p */
function askedRow(r, p) {
  const look = r.state === 'pending' ? (r.seenAt ? ['seen', 'eye-check'] : ['', 'bell-ringing'])
    : r.state === 'accepted' || r.state === 'admitted' ? ['yes', 'circle-check'] : r.state === 'declined' ? ['no', 'x'] : ['ended', 'x'];
  return html`<li class=${look[0]} data-request=${r.id}>${icon(look[1])}<div><b>${askedName(r)}</b>${r.bridge ? html` <span class="nl-data-badge">${t('nobed.as_bridge')}</span>` : nothing}<div class="small">${label('regions', r.region)}. ${answerText(r)} ${r.state === 'pending' ? ringText(r) : nothing}</div></div><span class="small">${clock(r.answeredAt ?? r.askedAt)}</span>${conflictView(r, p.busy || p.stale, () => p.askConflict(r))}${takeBackButton(r, p.busy || p.stale, p.draw)}${afterAll(r, p)}${r.proposal ? basis(r, r.proposal) : nothing}</li>`;
}

/** @param {TrackParts} p */
function clockPanel(p) {
  const waiting = pending(p.referral);
  if (waiting.length === 0) return nothing;
  const next = waiting.reduce((a, b) => (a.answerByAt <= b.answerByAt ? a : b));
  const end = new Date(next.answerByAt).getTime();
  const left = end - p.nowMs;
  return html`<div class="clock">${ring(left, end - new Date(next.askedAt).getTime(), '')}<div><h3>${left > 0 ? t('track.answer_by', { time: clock(next.answerByAt) }) : t('track.answer_late', { time: clock(next.answerByAt) })}</h3><p>${left > 0 ? t('track.answer_by_text', { time: clock(next.lapseAt) }) : t('track.answer_late_text', { time: clock(next.lapseAt) })}</p></div></div>`;
}

/** @param {TrackParts} p */
const askedPanel = p => html`<section class="panel" aria-labelledby="asked-title"><h3 id="asked-title" class="sr">${t('track.asked_title')}</h3>${clockPanel(p)}
  <ul class="asked">${p.referral.requests.map(r => askedRow(r, p))}</ul></section>`;

/** @param {'done' | 'now' | 'later'} when @param {string} iconName @param {string} title @param {string} text @param {string} time */
const step = (when, iconName, title, text, time) => html`<li class=${when} aria-current=${when === 'now' ? 'step' : nothing}><span class="dot">${when === 'done' ? icon('check') : when === 'now' ? nothing : icon(iconName)}</span><div><b>${title}</b>${text ? html`<div class="small subtle">${text}</div>` : nothing}</div><span class="small subtle">${time}</span></li>`;

/** @param {TrackParts} p */
function steps(p) {
  const r = p.referral;
  const yes = accepted(r);
  const at = ['open', 'asked', 'reserved', 'travelling', 'admitted'].indexOf(r.state);
  /** @param {number} i @returns {'done' | 'now' | 'later'} */
  const when = i => (at > i ? 'done' : at === i ? 'now' : 'later');
  const time = (/** @type {string | null | undefined} */ value) => (value ? moment(value, p.nowMs) : '');
  const usual = pending(r)[0];
  return html`<section class="panel" aria-labelledby="steps-title"><h3 id="steps-title">${t('steps.title')}</h3><ol class="steps">
    ${step(when(0), 'bell-ringing', r.requests.length > 0 ? t('steps.asked', { n: r.requests.length }) : t('steps.to_ask'), '', time(r.firstAskedAt))}
    ${step(when(1), 'check', yes ? t('steps.yes', { name: askedName(yes) }) : t('steps.wait'), usual?.answerMinutes && at === 1 ? t('steps.usual', { name: askedName(usual), duration: duration(usual.answerMinutes) }) : '', time(r.acceptedAt))}
    ${step(when(2), 'steering-wheel', t('steps.travel'), at < 2 ? t('steps.meeting_point') : r.etaAt ? t('steps.eta', { time: clock(r.etaAt) }) : r.state === 'travelling' ? t('steps.eta_unknown') : '', '')}
    ${step(when(3), 'door-enter', t('steps.arrived'), '', time(r.admittedAt))}
    ${step(at === 4 ? 'now' : 'later', 'heart-handshake', t('steps.handover'), t('steps.handover_text'), '')}</ol></section>`;
}

/** @param {TrackParts} p @param {Request} yes */
function locationPanel(p, yes) {
  const place = p.location;
  return html`<section class="panel" aria-labelledby="place-title"><h3 id="place-title" tabindex="-1">${t('location.title', { name: askedName(yes) })}</h3>
    ${place ? html`<dl class="summary">
      ${place.meetingPoint ? html`<div><dt>${t('location.meeting')}</dt><dd>${place.meetingPoint}</dd></div>` : nothing}
      ${place.nightNumber ? html`<div><dt>${t('location.night')}</dt><dd><a href=${`tel:${place.nightNumber.replace(/[^0-9+]/g, '')}`}>${place.nightNumber}</a></dd></div>` : nothing}
      ${place.address ? html`<div><dt>${t('location.address')}</dt><dd>${place.address}</dd></div>` : nothing}</dl><p class="small subtle">${t('location.care')}</p>${button(t('location.hide'), { icon: 'lock', click: p.hideLocation })}`
    : html`<p>${t('location.logged')}</p>${button(t('location.show'), { icon: 'lock-open', busy: p.busy, click: () => p.reveal(yes) })}`}</section>`;
}

/** Expected arrival as a clock time, in steps of five minutes. @param {TrackParts} p @param {Request} yes */
export function proposedEta(p, yes) {
  const minutes = (yes.proposal?.minutes ?? 60) + 15;
  return clock(Math.ceil((p.nowMs + minutes * 60000) / 300000) * 300000);
}

/** @param {TrackParts} p @param {Request} yes */
function journeyPanel(p, yes) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const value = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('eta') ?? '');
    if (/^\d\d:\d\d$/.test(value)) p.setOut(value);
  };
  return html`<section class="panel" aria-labelledby="journey-title"><h3 id="journey-title">${t('journey.title')}</h3><form class="journey" @submit=${submit}>
    <div class="field"><label for="eta">${t('journey.eta')}</label><input class="input" id="eta" name="eta" type="time" required value=${p.referral.etaAt ? clock(p.referral.etaAt) : proposedEta(p, yes)}></div>
    ${button(p.referral.state === 'travelling' ? t('journey.change') : t('journey.set_out'), { kind: p.referral.state === 'travelling' ? 'secondary' : 'primary', icon: 'car', type: 'submit', busy: p.busy || p.stale })}</form>
    ${p.referral.state === 'reserved' || p.referral.etaAt ? button(t('journey.unknown'), { kind: 'subtle', icon: 'clock', busy: p.busy || p.stale, click: () => p.setOut('') }) : nothing}
    ${p.referral.state === 'travelling' ? button(t('journey.no_show'), { kind: 'subtle', icon: 'alert-triangle', click: () => openDialog('no-show') }) : nothing}
    ${button(t('arrive.off'), { kind: 'subtle', icon: 'x', busy: p.busy || p.stale, click: () => openDialog('off') })}</section>`;
}

/** Minutes after the expected arrival at which to worry. @param {Referral} referral */
const noShowMinutes = referral => {
  const found = rows('protocol').find(r => /** @type {any} */ (r).threatLevel === referral.need?.threatLevel);
  return Number(/** @type {any} */ (found)?.noShowMinutes) || NO_SHOW_DEFAULT_MIN;
};

/** @param {TrackParts} p */
function alarms(p) {
  const r = p.referral;
  const leaks = (r.alarms ?? []).some(a => a.alarm === 'leaked'); // the exchange says it itself, below
  if (!leaks && (r.state === 'open' || r.state === 'asked') && r.requests.some(q => q.cancelWhy === 'leaked'))
    return notice({ title: t('safety.alarm'), text: t('safety.alarm_text'), tone: 'error', alert: true });
  const said = (r.alarms ?? []).some(a => a.alarm === 'no_show'); // the exchange says it itself, below
  if (!said && r.state === 'travelling' && r.etaAt && p.nowMs > new Date(r.etaAt).getTime() + noShowMinutes(r) * 60000)
    return notice({ title: t('alarm.no_show'), text: t('alarm.no_show_text'), tone: 'error', alert: true, action: button(t('journey.no_show'), { click: () => openDialog('no-show') }) });
  if (asksNobody(r)) return notice({ icon: 'clock', title: followText(r, p.nowMs) });
  if (r.unplaced && (r.state === 'open' || r.state === 'asked'))
    return notice({ icon: 'hourglass', title: t('alarm.unplaced'), text: t('alarm.unplaced_text'), action: html`<a class="notice-link" href="/verwijzing#r=${r.id}">${t('nobed.go')}</a>` });
  return nothing;
}

/** @param {TrackParts} p */
const departure = p => html`<section class="panel" aria-labelledby="departure-title"><h3 id="departure-title">${t('departure.title')}</h3><div class="check">${DEPARTURE.map(point => html`<label><input type="checkbox" .checked=${live(p.departure.has(point))} @change=${() => p.toggleDeparture(point)}><span>${t(`departure.${point}`)}</span></label>`)}</div></section>`;

/** @param {string} id @param {string} title @param {string} text @param {unknown} body */
const sheet = (id, title, text, body) => html`<dialog class="sheet" id=${id} aria-labelledby="${id}-title"><div class="inner"><h2 id="${id}-title" tabindex="-1">${title}</h2><p class="subtle">${text}</p>${body}${button(t('dialog.back'), { kind: 'subtle', click: () => closeDialog(id) })}</div></dialog>`;

/** @param {TrackParts} p */
const dialogs = p => html`${sheet('withdraw', t('withdraw.title'), t('withdraw.text'), html`<div class="choices">${ordered('withdrawReasons', 'order').map(r => html`<button type="button" @click=${() => { closeDialog('withdraw'); p.withdraw(r.code); }}>${icon('chevron-right')}<span>${either(r.labelNl, r.labelEn)}</span></button>`)}</div>`)}
  ${sheet('no-show', t('no_show.title'), t('no_show.text'), html`${button(t('no_show.confirm'), { kind: 'primary', extra: 'big', click: () => { closeDialog('no-show'); p.noShow({}); } })}${button(t('no_show.refused'), { extra: 'big', click: () => { closeDialog('no-show'); p.noShow({ refused: true }); } })}`)}
  ${looks(p.referral) ? p.referral.requests.filter(isOursToSay).map(r => sheet(`after-all-${r.id}`, t('arrive.after_all_title', { name: askedName(r) }), t('arrive.after_all_text'), button(t('arrive.after_all_yes'), { kind: 'primary', extra: 'big', busy: p.busy || p.stale, click: () => { closeDialog(`after-all-${r.id}`); p.afterAll(r); } }))) : nothing}
  ${takeBackSheet(p.referral.requests, p.busy || p.stale, p.takeBack)}
  ${sheet('off', t('arrive.off_title'), t('arrive.off_text'), html`<div class="choices">${OFF.map(([reason, iconName]) => html`<button type="button" @click=${() => { closeDialog('off'); p.noShow({ reason }); }}>${icon(iconName)}<span>${t(`arrive.off_${reason}`)}</span></button>`)}</div>`)}`;

/** @param {TrackParts} p @returns {import('./timers.js').TimerParts} */
const timed = p => ({ nowMs: p.nowMs, busy: p.busy || p.stale, colleagues: p.colleagues, draw: p.draw, act: p.act, desk: deskView });

/** @param {TrackParts} p */
export function trackView(p) {
  const yes = accepted(p.referral);
  const isOpen = ['open', 'asked', 'reserved', 'travelling'].includes(p.referral.state);
  const goes = p.referral.state === 'reserved' || p.referral.state === 'travelling';
  return html`<div class="headline"><h2 id="results-title" tabindex="-1">${headline(p.referral)}</h2><a class="notice-link" href="/verwijzing#r=${p.referral.id}">${t('dossier.open')}</a>${button(t('track.new_search'), { icon: 'plus', click: p.back })}</div>
  ${alarms(p)}${alarmNotices(p.referral, timed(p))}
  <div class="track"><div class="stack">
    ${yes && p.referral.holdUntilAt && p.referral.state === 'reserved' ? html`<div class="panel">${holdPanel(p.referral, timed(p))}</div>` : nothing}
    ${yes && goes ? html`${journeyPanel(p, yes)}${locationPanel(p, yes)}` : nothing}
    ${p.referral.requests.length > 0 ? askedPanel(p) : nothing}
    ${p.more}
    ${steps(p)}
  </div><div class="stack">
    ${isOpen && p.referral.owner ? html`<section class="panel" aria-labelledby="owner-title"><h3 id="owner-title">${t('timers.section')}</h3>${ownerView(p.referral, timed(p))}</section>` : nothing}
    ${isOpen ? departure(p) : nothing}
    <section class="panel" aria-labelledby="funding-title"><h3 id="funding-title">${t('funding.title')}</h3><p>${t('funding.text')}</p></section>
    ${isOpen ? button(t('withdraw.button'), { kind: 'subtle', icon: 'x', busy: p.busy || p.stale, click: () => openDialog('withdraw') }) : nothing}
  </div></div>${dialogs(p)}`;
}
