// @ts-check
// Where a household is while it has no place: in a hotel, with people of its own, in a bridge bed, at home under an order;
// who decides on its place, and by when it is needed. The same words on the page of the placer and at the change of shift.
import { moment, t } from './text.js';
import { callLink, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Bridge} Bridge */
/** @typedef {import('../types/api').Referral} Referral */

/** Where they sleep or go to. @param {Bridge} b @param {number} nowMs */
export function tonightText(b, nowMs) {
  const name = b.locationName ?? '';
  if (b.kind === 'order') return b.startedAt && b.untilAt ? t('tonight.order', { time: moment(b.untilAt, nowMs) }) : t('tonight.order_planned');
  if (b.kind === 'bed') return b.startedAt ? t('tonight.bed', { name }) : t('tonight.bed_planned', { name });
  const where = t(b.startedAt ? `tonight.${b.kind}` : `tonight.${b.kind}_planned`);
  return b.nextAt && b.everyMinutes ? `${where} ${t('tonight.check', { time: moment(b.nextAt, nowMs) })}` : where;
}

/** Who answers for their safety, with the number to ring. @param {Bridge} b */
export function ownerText(b) {
  const o = b.owner;
  if (!o) return nothing;
  const who = o.kind === 'desk' ? t('tonight.own_desk') : `${t(`nobed.role_${o.role}`)}, ${o.organisation}`;
  return html`<span class="bridge-owner">${t('tonight.owner', { who })} ${o.callback ? callLink(o.callback, o.callback) : t('nobed.erased')}</span>`;
}

/** The gatekeeper that has it and has not decided. @param {Referral} r */
export const atGate = r => (r.gateRequests ?? []).find(g => g.live && !['placed', 'returned', 'withdrawn'].includes(g.state) && !g.assented) ?? null;

/** @param {NonNullable<ReturnType<typeof atGate>>} g @param {number} nowMs */
export function gateText(g, nowMs) {
  const keeper = g.organisation || t(`gate.keeper_${g.gatekeeper}`);
  if (g.state === 'asked_back') return t('tonight.gate_asks', { keeper });
  return g.clocks.actBy ? t('tonight.gate_by', { keeper, time: moment(g.clocks.actBy, nowMs) }) : t('tonight.gate', { keeper });
}

/** A clock opened it before a stay ends: there is a bed until then. @param {Referral} r @param {number} nowMs */
export const followText = (r, nowMs) => (r.settled ? t('tonight.settled') : r.stillThere ? t('tonight.still_there') : r.follows === 'follow_up' ? t('tonight.follow_up', { time: moment(r.deadlineAt, nowMs) }) : '');

/** What is to be known of a referral before anything else is done for it. @param {Referral} r @param {Bridge[]} bridges live ones of the desk @param {number} nowMs */
export function tonightView(r, bridges, nowMs) {
  const gate = atGate(r);
  /** @type {[string, string][]} */
  const lines = bridges.filter(b => b.referralId === r.id).map(b => [b.kind === 'order' ? 'ban' : b.kind === 'bed' ? 'bed' : b.kind === 'hotel' ? 'building' : 'users', tonightText(b, nowMs)]);
  if (gate) lines.push(['clock', gateText(gate, nowMs)]);
  if (followText(r, nowMs)) lines.push(['clock', followText(r, nowMs)]);
  return lines.length === 0 ? nothing : html`<ul class="tonight">${lines.map(([name, text]) => html`<li>${icon(name)}<span>${text}</span></li>`)}</ul>`;
}

/** Its household has a home, or never left its place: the exchange asks nobody by itself. @param {Referral} r */
export const asksNobody = r => Boolean(r.settled || r.stillThere);

/** Something carries it for now: then "ring a shelter yourself" is not what is to be done first. @param {Referral} r @param {Bridge[]} bridges */
export const isCarried = (r, bridges) => r.state === 'open' && !asksNobody(r) && (atGate(r) !== null || r.follows === 'follow_up' || bridges.some(b => b.referralId === r.id && b.state !== 'planned'));

/** Of a gate request nobody else has places to give: who has it, by when, and the way for tonight. @param {Referral} r @param {Bridge[]} bridges @param {number} nowMs */
export function gateWay(r, bridges, nowMs) {
  const gate = atGate(r);
  if (!gate) return nothing;
  const own = bridges.some(b => b.referralId === r.id);
  return html`<p>${gateText(gate, nowMs)}</p><p>${t(own ? 'tonight.gate_bridge' : 'tonight.gate_tonight')} <a class="notice-link" href="/verwijzing#r=${r.id}">${t('tonight.gate_link')}</a></p>`;
}

