// @ts-check
// Alarms of a referral, how long its place is kept, and who it is with: the same parts on the placer's page, in the
// dossier and at the change of shift.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { askedName, looks, lostItsYes } from './referral.js';
import { clock, either, moment, t } from './text.js';
import { button, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Referral} Referral */
/** @typedef {import('../types/api').Colleague} Colleague */
/**
 * @typedef {object} TimerParts
 * @property {number} nowMs
 * @property {boolean} busy
 * @property {Colleague[]} colleagues
 * @property {() => void} draw
 * @property {(referral: Referral, path: string, body: unknown, done: string, keep?: (work: () => Promise<unknown>) => Promise<unknown>) => void} act a write; KEEP does it, and keeps what is wrong with its form
 * @property {(referral: Referral, parts: TimerParts) => unknown} [desk] number and ground (desk_form.js), where the household is open
 */

/** @param {Colleague | null | undefined} c */
export const nameOf = c => (c ? either(c.nameNl, c.nameEn) || t('timers.somebody') : t('timers.whoever'));

/** @param {Referral} r */
export const openAlarms = r => (r.alarms ?? []).filter(a => !a.acknowledgedAt);

/** How often the alarms that nobody looks after were raised: more than before is one to be heard. @param {Referral} r */
export const timesRaised = r => openAlarms(r).reduce((n, a) => n + a.timesRaised, 0);

/** The address where this household is, or was to go, is known: what it is called. @param {Referral} r */
const leakTitle = r => (r.requests.some(q => q.cancelWhy === 'leaked') ? t('safety.alarm') : t('timers.alarm_leaked'));

/** Where the household has a yes or a bed and somebody knows it. @param {Referral} r @param {import('../types/api').Alarm} a */
const conflictBeds = (r, a) => r.requests.filter(q => (a.requestIds ?? []).includes(q.id));

/** Missed on the way, or said not to have come, it is the same alarm and another thing to do. @param {Referral} r @param {import('../types/api').Alarm} a */
const alarmKey = (r, a) => a.alarm === 'no_show' && looks(r) ? 'timers.alarm_missed' : a.alarm === 'hold_ended' && r.requests.filter(lostItsYes).at(-1)?.cancelWhy !== 'hold_ended' ? 'timers.alarm_lost' : `timers.alarm_${a.alarm}`;

/** @param {Referral} r @param {import('../types/api').Alarm} a */
export const alarmTitle = (r, a) => (a.alarm === 'leaked' ? leakTitle(r) : a.alarm === 'conflict' ? t('timers.alarm_conflict', { name: conflictBeds(r, a).map(askedName).join(', ') }) : t(alarmKey(r, a)));

/** What to do now: of a leak, by how far the search for another place is; where they are known, by whether they are there. @param {Referral} r @param {import('../types/api').Alarm} a */
const advice = (r, a) => (a.alarm === 'conflict' ? t(`timers.alarm_conflict_${conflictBeds(r, a).some(q => q.state === 'admitted') ? 'there' : 'going'}`) : a.alarm === 'leaked' ? t(`safety.next_${r.state === 'reserved' || r.state === 'asked' ? r.state : 'open'}`) : t(`${alarmKey(r, a)}_text`));

/** @param {Referral} r @param {import('../types/api').Alarm} a */
const openText = (r, a) => [advice(r, a), a.raisedAgainAt ? t('timers.again', { n: a.timesRaised, time: clock(a.raisedAgainAt) }) : '', a.passedOn ? t('timers.passed_on') : ''].filter(Boolean).join(' ');

/** @param {Referral} r @param {import('../types/api').Alarm} a @param {TimerParts} p */
const seenButton = (r, a, p) => (a.acknowledgedAt ? nothing : button(t('timers.acknowledge'), { icon: 'eye-check', busy: p.busy, about: r.code, click: () => p.act(r, 'alarm-acknowledgement', { alarm: a.alarm }, t('timers.acknowledged')) }));

/** An alarm that nobody looks after asks for somebody; afterwards it says who does. @param {Referral} r @param {import('../types/api').Alarm} a @param {TimerParts} p @param {string} [name] what stands before it @param {unknown} [link] */
const alarmNotice = (r, a, p, name = '', link = nothing) => notice({
  icon: a.acknowledgedAt ? 'eye-check' : 'alert-triangle',
  title: `${name}${alarmTitle(r, a)}`,
  text: a.acknowledgedAt ? t('timers.seen', { name: nameOf(a.acknowledgedBy), time: clock(a.acknowledgedAt) }) : openText(r, a),
  tone: a.acknowledgedAt ? 'info' : a.alarm === 'lead' ? 'warning' : 'error',
  alert: !a.acknowledgedAt,
  action: link === nothing ? seenButton(r, a, p) : html`<span class="nobed-actions">${seenButton(r, a, p)}${link}</span>`,
});

/** @param {Referral} r @param {TimerParts} p @param {string[]} [but] */
export const alarmNotices = (r, p, but = []) => (r.alarms ?? []).filter(a => !but.includes(a.alarm)).map(a => alarmNotice(r, a, p));

/** The house where they are, or were to go, is not safe: its address leaked, or somebody there knows them. */
export const HOUSE_ALARMS = ['leaked', 'conflict'];
/** @param {Referral} r */
export const houseAlarms = r => (r.alarms ?? []).filter(a => HOUSE_ALARMS.includes(a.alarm));

/** A bed for the meantime ends in the file only. @param {Referral} r @param {NonNullable<Referral['alarms']>[number]} a @param {string} page */
const wayTo = (r, a, page) => (a.alarm === 'conflict' && r.requests.some(q => q.bridge && a.requestIds?.includes(q.id)) ? `/verwijzing#r=${r.id}` : `${page}#${r.id}`);

/** On top of a desk's page, whatever is open there: which household, what happened, what to do, and where. @param {Referral[]} list @param {TimerParts} p @param {string} page of the links */
export function leakAlarms(list, p, page) {
  const all = list.flatMap(r => houseAlarms(r).map(a => ({ r, a })));
  if (all.length === 0) return nothing;
  return html`<div class="bridge-alarms leak-alarms">${repeat(all, o => `${o.r.id} ${o.a.alarm}`, ({ r, a }) => alarmNotice(r, a, p, `${r.code}: `, html`<a class="notice-link" href=${wayTo(r, a, page)}>${t('safety.go')}</a>`))}</div>`;
}

/** Until when the place that said yes is kept. @param {Referral} r @param {TimerParts} p */
export function holdPanel(r, p) {
  if (r.state !== 'reserved' || !r.holdUntilAt) return nothing;
  const left = (r.holdExtensionsMax ?? 0) - (r.holdExtensions ?? 0);
  return html`<div class="hold"><p><b>${t('timers.hold', { time: moment(r.holdUntilAt, p.nowMs) })}</b> ${t('timers.hold_text')}</p>
    ${left > 0 ? button(t('timers.extend_hold', { n: left }), { icon: 'clock', busy: p.busy, click: () => p.act(r, 'hold-extension', {}, t('timers.hold_extended')) }) : html`<p class="subtle">${t('timers.no_more')}</p>`}</div>`;
}

/** @param {Referral} r */
function handedText(r) {
  if (!r.handedOver) return nothing;
  return html`<p class="small">${t('timers.offered', { name: nameOf(r.handedOver.to) })}</p>`;
}

/** The broker opened it for a desk: after a clock that ran out, or an address that leaked. @param {Referral} r */
const isOpenedForDesk = r => r.follows === 'follow_up' || r.follows === 'leaked';
/** Nobody has said yet how the desk is rung, or on what ground it works. @param {Referral} r */
export const lacksDesk = r => Boolean(r.owner && r.need && (!r.need.ground || (r.need.channel !== 'chat' && !r.need.callback)));
/** A list does not say whether they are there: it is taken over where the household is open. @param {Referral} r */
const takesInDossier = r => isOpenedForDesk(r) && !r.need && !r.factsErased && !r.mine;

/** What stands to be done about who has it. @param {Referral} r @param {TimerParts} p */
function ownerStep(r, p) {
  if (lacksDesk(r) && p.desk) return p.desk(r, p);
  if (takesInDossier(r)) return html`<a class="notice-link" href="/verwijzing#r=${r.id}">${t('timers.take_over_there')}<span class="sr"> ${r.code}</span></a>`;
  if (!r.mine || r.handedOver) return button(r.mine ? t('timers.keep') : t('timers.take_over'), { kind: r.mine ? 'secondary' : 'primary', icon: 'user-check', busy: p.busy, about: r.code, click: () => p.act(r, 'takeover', {}, t('timers.taken')) });
  return isOpenedForDesk(r) && r.need && p.desk ? p.desk(r, p) : nothing;
}

/** Who it is with, and passing it on. @param {Referral} r @param {TimerParts} p */
export function ownerView(r, p) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const value = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('colleague') ?? 0);
    p.act(r, 'shift-handover', value > 0 ? { colleagueId: value } : {}, t('timers.handed'));
  };
  const others = p.colleagues.filter(c => !c.me);
  const id = `colleague-${r.id}`;
  return html`<div class="owner"><p>${r.mine ? t('timers.mine') : r.owner?.id === 0 ? t('timers.nobody') : t('timers.with', { name: nameOf(r.owner) })}</p>${handedText(r)}
    ${ownerStep(r, p)}
    ${r.mine && !r.handedOver ? html`<details class="more"><summary>${icon('chevron-right')}${t('timers.hand_over')}<span class="sr"> ${r.code}</span></summary><form class="handover" @submit=${submit}><div class="field"><label for=${id}>${t('timers.to')}</label><select id=${id} name="colleague"><option value="0">${t('timers.whoever')}</option>${others.map(c => html`<option value=${c.id}>${nameOf(c)}</option>`)}</select></div>${button(t('timers.offer'), { type: 'submit', busy: p.busy })}</form></details>` : nothing}</div>`;
}

/** What a house did with its time: rung again, and extra time. @param {import('../types/api').Request} r */
export const ringText = r => [r.rung ? t('timers.rung', { n: r.rung, time: clock(r.rungAt ?? r.askedAt) }) : '', r.extensions ? t('timers.extended', { n: r.extensions, time: clock(r.answerByAt) }) : '', r.widened ? t('timers.widened') : ''].filter(Boolean).join(' ');
