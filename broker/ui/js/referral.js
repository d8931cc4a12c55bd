// @ts-check
// Where a referral stands and what a shelter said to it, in one line each: what every page that names a referral needs.
import { label } from './codes.js';
import { clock, either, inSentence, t } from './text.js';
import { button, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Referral} Referral */
/** @typedef {import('../types/api').Request} Request */

/** @param {Request} r */
export const askedName = r => r.locationName ?? either(r.poolName, r.poolNameEn);
/** @param {Referral} referral */
export const accepted = referral => referral.requests.find(r => !r.bridge && (r.state === 'accepted' || r.state === 'admitted')) ?? null;
/** @param {Referral} referral */
export const pending = referral => referral.requests.filter(r => r.state === 'pending' && !r.bridge);
const LOST = ['no_show', 'hold_ended', 'bed_gone', 'household_no', 'fell_through'];
/** It had said yes, and that is over: who stands at its door after all may still be let in. @param {Request} r */
export const lostItsYes = r => r.state === 'cancelled' && !r.bridge && LOST.includes(r.cancelWhy ?? '');
/** Looks for a place, as far as this page knows. @param {Referral} referral */
export const looks = referral => referral.state === 'open' || referral.state === 'asked';
/** @param {Request[]} requests */
const declined = requests => requests.filter(r => r.state === 'declined');

/** One line that says where this stands; also the heading. @param {Referral} referral */
export function headline(referral) {
  const yes = accepted(referral);
  const waiting = pending(referral).length;
  const name = yes ? askedName(yes) : '';
  if (referral.state === 'admitted') return t('track.admitted', { name });
  if (referral.state === 'departed') return t('stay.headline_departed', { name });
  if (referral.state === 'withdrawn') return t('track.withdrawn');
  if (referral.state === 'closed') return t('nobed.headline_closed');
  if (referral.state === 'travelling') return t('track.travelling', { name });
  if (referral.state === 'reserved') return t('track.reserved', { name });
  if (waiting > 0) return t('track.asked', { n: waiting });
  // A bed for the meantime is beside the search, not an answer to it.
  const asked = referral.requests.filter(r => !r.bridge);
  const no = declined(asked).length;
  if (asked.some(r => r.cancelWhy === 'leaked')) return t('safety.track');
  const last = asked.filter(lostItsYes).at(-1);
  if (last && last.id === asked.at(-1)?.id) return t(last.cancelWhy === 'no_show' && !last.refused ? 'track.no_show' : 'track.lost');
  if (no > 0 && no === asked.length) return t('track.all_no', { n: no });
  return asked.length > 0 ? t('track.nobody') : t('track.open');
}

/** What a shelter did so far, in words. @param {Request} r */
export function answerText(r) {
  if (r.state === 'accepted' || r.state === 'admitted') return t('answer.yes', { time: clock(r.answeredAt ?? r.askedAt) });
  if (r.state === 'left') return t('nobed.answer_left');
  if (r.state === 'declined') return t('answer.no', { reason: inSentence(label('declineReasons', r.declineReason)) });
  if (r.lateYes && r.cancelWhy === 'taken_back') return t('answer.yes_after');
  if (r.lateYes && r.state === 'expired') return t('answer.late_yes');
  if (r.state === 'expired') return t('answer.expired');
  if (r.refused) return t('answer.refused');
  if (r.state === 'cancelled') return t(r.cancelWhy ? `answer.cancelled_${r.cancelWhy}` : 'answer.cancelled_withdrawn');
  return r.seenAt ? t('answer.seen', { time: clock(r.seenAt) }) : t('answer.not_seen');
}

/**
 * The question about somebody who lives there: by token and telephone, for no name belongs in here.
 * @param {Request} r @param {boolean} busy @param {() => void} ask @param {boolean} [byGate] the house rings the referrer, not who looks
 */
export function conflictView(r, busy, ask, byGate = false) {
  const c = r.conflict;
  if (!c) return r.state !== 'pending' ? nothing : html`<div class="conflict">${button(t('safety.conflict_ask'), { kind: 'subtle', icon: 'users', busy, about: askedName(r), click: ask })}</div>`;
  if (c.state === 'no') return html`<div class="conflict"><p>${icon('check')}${t('safety.conflict_no')}</p></div>`;
  if (c.state === 'yes') return html`<div class="conflict"><p>${icon('x')}${t('safety.conflict_yes')}</p></div>`;
  return r.state !== 'pending' ? nothing : html`<div class="conflict"><p>${t(byGate ? 'safety.conflict_wait_gate' : 'safety.conflict_wait')}</p><p class="token">${c.token ?? ''}</p><p class="small">${t(byGate ? 'safety.conflict_gate_text' : 'safety.conflict_wait_text')}</p></div>`;
}
