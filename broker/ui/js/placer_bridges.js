// @ts-check
// Households of this desk that are in a bridge, on the page of the placer: what rings is loud, whatever else is open.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { clock, moment, t } from './text.js';
import { ownerText } from './tonight.js';
import { button, html, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Bridge} Bridge */

/** The alarms that nobody has seen yet. @param {Bridge[]} bridges */
export const ringing = bridges => bridges.filter(b => b.state === 'alarm' && !b.seenAt);

/** What rang anew since BEFORE: one sound for each. @param {Bridge[]} before @param {Bridge[]} now */
export const rangAnew = (before, now) => ringing(now).some(b => (before.find(o => o.id === b.id)?.alarms ?? 0) < b.alarms);

/** @param {Bridge} b */
export function alarmText(b) {
  if (b.kind === 'order') return t('nobed.alarm_order');
  if (b.leaked) return t('nobed.alarm_leaked');
  if (b.kind === 'bed' && b.startedAt && b.untilAt) return t('nobed.alarm_term', { time: moment(b.untilAt) });
  return b.startedAt ? t('nobed.alarm', { time: b.nextAt ? clock(b.nextAt) : '' }) : t('nobed.alarm_arrival');
}

/** What to do now. @param {Bridge} b */
export const alarmAdvice = b => b.leaked ? 'nobed.leaked_text' : b.kind === 'bed' ? b.startedAt ? 'nobed.term_text' : 'nobed.arrival_text' : 'nobed.alarm_text';

/**
 * @param {Bridge[]} bridges
 * @param {{ busy: boolean, check: (b: Bridge, result: 'safe' | 'seen') => void }} o
 */
export function alarmsView(bridges, o) {
  const list = bridges.filter(b => b.state === 'alarm');
  if (list.length === 0) return nothing;
  return html`<div class="bridge-alarms">${repeat(list, b => b.id, b => notice({
    tone: 'error', alert: true, icon: 'bell-ringing', title: `${b.referralCode}: ${alarmText(b)}`,
    text: [b.teamLead ? t('nobed.team_lead') : '', b.seenAt ? t('nobed.seen', { time: clock(b.seenAt) }) : t(alarmAdvice(b))].filter(Boolean).join(' '),
    action: html`<span class="nobed-actions">${ownerText(b)}${b.owner && b.startedAt ? button(t('nobed.say_safe'), { kind: 'primary', about: b.referralCode, busy: o.busy, click: () => o.check(b, 'safe') }) : nothing}
      ${b.seenAt ? nothing : button(t('nobed.say_seen'), { about: b.referralCode, busy: o.busy, click: () => o.check(b, 'seen') })}<a class="notice-link" href="/verwijzing#r=${b.referralId}">${t('dossier.open')}</a></span>`,
  }))}</div>`;
}

/** Before they go to the dossier: which form to begin with there. @param {string} form */
export function beginWith(form) {
  try {
    sessionStorage.setItem('plek.nobed', form);
  } catch { /* private mode: then they open it themselves */ }
}
