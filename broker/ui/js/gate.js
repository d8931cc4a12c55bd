// @ts-check
// Gate requests in words: what both the gatekeeper's page and the referrer's sections say of them.
import { label, rows } from './codes.js';
import { clock, duration, either, moment, t } from './text.js';
import { badge, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').GateRequest} GateRequest */
/** @typedef {import('../types/api').Need} Need */

const MINUTE_MS = 60_000;

/** Who gives out the places, as people call it. @param {string} keeper */
export const keeperName = keeper => t(`gate.keeper_${keeper}`);

/** @param {GateRequest} g */
export const stateText = g => t(`gate.state_${g.state}`);

/** @param {GateRequest} g */
export const stateBadge = g => badge(stateText(g));

/** "nog 2 uur" or "20 min te laat". @param {string} at @param {number} nowMs */
function leftText(at, nowMs) {
  const minutes = Math.round((new Date(at).getTime() - nowMs) / MINUTE_MS);
  return minutes >= 0 ? t('gate.left', { duration: duration(minutes) }) : t('gate.late', { duration: duration(-minutes) });
}

/** @param {GateRequest} g @param {number} nowMs */
export const isLate = (g, nowMs) => g.live && !!g.clocks.actBy && new Date(g.clocks.actBy).getTime() < nowMs;

/** The clock that presses most, on one line. @param {GateRequest} g @param {number} nowMs */
export function pressing(g, nowMs) {
  const { actBy, presses } = g.clocks;
  if (!g.live || !actBy || !presses) return nothing;
  return html`<span class="gate-press ${isLate(g, nowMs) ? 'late' : ''}">${icon(isLate(g, nowMs) ? 'alert-triangle' : 'clock')}${t(`gate.clock_${presses}`)} ${moment(actBy, nowMs)}, ${leftText(actBy, nowMs)}</span>`;
}

/** All clocks. @param {GateRequest} g @param {number} nowMs */
export function clocksView(g, nowMs) {
  const c = g.clocks;
  const line = (/** @type {string} */ key, /** @type {string | null | undefined} */ at, /** @type {boolean} */ left) => (at ? html`<div><dt>${t(key)}</dt><dd>${moment(at, nowMs)}${left ? html` <span class="subtle">${leftText(at, nowMs)}</span>` : nothing}</dd></div>` : nothing);
  return html`<dl class="gate-clocks">${line('gate.waiting_since', c.waitingSince, false)}${line('gate.clock_deadline', c.deadlineAt, true)}${line('gate.clock_bridge', c.bridgeUntil, true)}${line('gate.clock_reflection', c.reflectionUntil, true)}</dl>`;
}

/** Rows of a list that this gatekeeper uses. @param {string} list @param {GateRequest} g */
export const rowsFor = (list, g) => rows(list).filter(r => String(r.keepers ?? '').split(' ').includes(g.gatekeeper));

/** @param {string} code */
export const factText = code => label('gateFacts', code);

/** What was answered. @param {GateRequest} g */
export function answersView(g) {
  const answers = Object.entries(g.answers ?? {});
  if (answers.length === 0) return nothing;
  return html`<dl class="gate-answers">${answers.map(([code, word]) => html`<div><dt>${factText(code)}</dt><dd>${t(`gate.answer_${word}`)}</dd></div>`)}</dl>`;
}

/** The bed for the meantime, without where it is. @param {GateRequest} g */
export const bridgeText = g => (g.bridge ? t(`gate.bridge_${g.bridge.state}`, { kind: label('kinds', g.bridge.kind) }) : t('gate.bridge_none'));

/** Where it stands, as a sentence. @param {GateRequest} g */
export function sentenceOf(g) {
  const params = { keeper: keeperName(g.gatekeeper), organisation: g.organisation, time: clock(g.sentAt ?? ''), reason: label('gateReturns', g.returnReason) };
  return t(`gate.says_${g.state}`, params);
}

/** The file: what is known of the household. @param {Need} n */
export function fileView(n) {
  const yes = (/** @type {Record<string, string> | undefined} */ set) => Object.entries(set ?? {}).filter(([, word]) => word === 'yes').map(([code]) => code);
  const line = (/** @type {string} */ key, /** @type {unknown} */ text) => (text ? html`<div><dt>${t(key)}</dt><dd>${text}</dd></div>` : nothing);
  const person = (/** @type {import('../types/api').Person} */ p) => [label('sexes', p.sex), typeof p.age === 'number' ? String(p.age) : '', p.pregnant ? t('gate.pregnant') : ''].filter(Boolean).join(' ');
  return html`<dl class="gate-file">
    ${line('gate.file_household', n.household.map(person).join(', ') + (n.minorAlone ? ` (${t('gate.minor_alone')})` : ''))}
    ${line('gate.file_threat', [label('threatLevels', n.threatLevel), ...yes(n.threatKinds).map(c => label('threatKinds', c))].join(', '))}
    ${line('gate.file_residence', label('residences', n.residence))}
    ${line('gate.file_needs', yes(n.traits).map(c => label('traits', c)).join(', '))}
    ${line('gate.file_language', n.language ? label('languages', n.language) : '')}
    ${line('gate.file_unsafe', (n.unsafeRegions ?? []).map(c => label('regions', c)).join(', '))}
    ${line('gate.file_ground', label('legalGrounds', n.ground))}
    ${line('gate.file_callback', n.callback ? html`<a href=${`tel:${n.callback.replace(/[^0-9+]/g, '')}`}>${n.callback}</a>` : '')}</dl>`;
}

/** @param {import('../types/api').PlaceMatch} m */
export const placeLine = m => html`<b>${m.locationName ?? either(m.poolName, m.poolNameEn)}</b> ${label('regions', m.region)}, ${label('kinds', m.kind)}`;
