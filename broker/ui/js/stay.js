// @ts-check
// The clocks of a household as people meet them, on the page of a referral and on the board of an organisation, and the parts
// of their forms: read when they are sent; nothing is kept between two drawings. The stay itself: stay_house.js.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { label, ordered } from './codes.js';
import { described, fieldView, formView, invalid, isRight, keepFormFaults } from './faults.js';
import { either, moment, t } from './text.js';
import { badge, button, callLink, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Clock} Clock */
/** @typedef {import('../types/api').Organisation} Organisation */
/**
 * @typedef {object} StayParts
 * @property {import('./api.js').Api} api
 * @property {boolean} busy
 * @property {Organisation[]} organisations to whom a clock can be offered
 * @property {number | undefined} own this organisation
 * @property {number} now ms
 * @property {() => void} draw
 * @property {(work: () => Promise<unknown>, done?: string) => Promise<boolean>} act
 * @property {Map<number, Clock>} [seen] clocks that were opened, with what their owner must know
 * @property {(c: Clock) => void} [open] read that of one
 * @property {() => void} [left] the household has left: the page is no longer for this house
 */

/** @param {StayParts} p @param {string} path @param {object} [body] @param {string} [done] */
export const tap = (p, path, body = {}, done = undefined) => () => { if (!p.busy) p.act(() => p.api.post(path, body), done); };

/** Send a form's words, or say all that is wrong with them. @param {StayParts} p @param {SubmitEvent} event @param {(text: (name: string) => string) => [string, object]} what @param {string} [done] @param {() => void} [then] */
async function send(p, event, what, done, then) {
  event.preventDefault();
  if (p.busy) return;
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!isRight(form)) {
    p.draw();
    return;
  }
  const data = new FormData(form);
  const [path, body] = what(name => String(data.get(name) ?? '').trim());
  if (await p.act(() => keepFormFaults(form, async () => { await p.api.post(path, body); then?.(); }), done)) form.reset();
}

/** @param {string} id @param {string} name @param {string} text @param {[string, string][]} options @param {string} [chosen] */
export const choice = (id, name, text, options, chosen) => fieldView(id, text, html`<select id=${id} name=${name} required aria-invalid=${invalid(id)} aria-describedby=${described(id)}><option value="">${t('stay.choose')}</option>${options.map(([value, word]) => html`<option value=${value} ?selected=${value === chosen}>${word}</option>`)}</select>`);
/** @param {StayParts} p @param {string} id @param {(text: (name: string) => string) => [string, object]} what @param {string | undefined} done @param {unknown} body @param {() => void} [then] */
export const form = (p, id, what, done, body, then) => formView(id, 'stay-form', e => { send(p, e, what, done, then); }, body);
/** @param {string} list @returns {[string, string][]} */
export const optionsOf = list => ordered(list, 'order').map(r => [r.code, either(r.labelNl, r.labelEn)]);

/** @param {string} id */
const callbackField = id => fieldView(id, t('stay.clock_callback'), html`<input class="input" id=${id} name="callback" type="tel" maxlength="23" autocomplete="off" aria-invalid=${invalid(id)} aria-describedby=${described(id)}>`);
/* ---- clocks ---- */

/** @param {Clock} c @param {StayParts} p */
function clockActions(c, p) {
  if (c.state === 'stopped') return nothing;
  if (c.offeredToOwn)
    return form(p, `clock-take-${c.id}`, text => [`/clocks/${c.id}/acceptance`, text('callback') ? { callback: text('callback') } : {}], t('stay.clock_taken'), html`
      ${callbackField(`clock-callback-${c.id}`)}
      ${button(t('stay.clock_take'), { kind: 'primary', icon: 'check', type: 'submit', busy: p.busy, about: label('clocks', c.clock) })}`);
  if (!c.own) return nothing;
  return html`<details class="more"><summary>${icon('chevron-right')}${t('stay.clock_change')}<span class="sr"> ${label('clocks', c.clock)} ${c.referralCode}</span></summary><div class="more-body">
    ${c.offeredTo ? button(t('stay.clock_back'), { icon: 'arrow-back-up', busy: p.busy, click: tap(p, `/clocks/${c.id}/offer`, { organisationId: null }) })
      : form(p, `clock-give-${c.id}`, text => [`/clocks/${c.id}/offer`, { organisationId: Number(text('organisation')) }], t('stay.clock_offered_done'), html`
      ${choice(`clock-to-${c.id}`, 'organisation', t('stay.clock_to'), p.organisations.filter(o => o.id !== p.own).map(o => [String(o.id), o.name]))}
      ${button(t('stay.clock_offer'), { icon: 'arrow-right', type: 'submit', busy: p.busy })}`)}
    ${c.mayProlong ? button(t('stay.clock_prolong'), { icon: 'clock', busy: p.busy, click: tap(p, `/clocks/${c.id}/prolongation`, {}, t('stay.clock_prolonged')) }) : nothing}
    ${form(p, `clock-stop-${c.id}`, text => [`/clocks/${c.id}/stop`, { reason: text('reason') }], t('stay.clock_stopped'), html`
      ${choice(`clock-why-${c.id}`, 'reason', t('stay.clock_why'), optionsOf('clockStopReasons'))}
      ${button(t('stay.clock_stop'), { icon: 'x', type: 'submit', busy: p.busy })}`)}</div></details>`;
}

/** @param {Clock} c */
const clockLine = c => c.state === 'stopped' ? t('stay.clock_stopped_at', { time: moment(c.stoppedAt ?? c.runsOutAt) })
  : c.state === 'run_out' ? t('stay.clock_ran_out', { time: moment(c.runsOutAt) })
    : t('stay.clock_until', { time: moment(c.runsOutAt) });

/** Of a household whose file is at another desk: what the owner of its clock must know. @param {Clock} c @param {StayParts} p */
function caseView(c, p) {
  const h = p.seen?.get(c.id)?.household;
  const line = (/** @type {string} */ key, /** @type {unknown} */ value) => (value ? html`<div><dt>${t(key)}</dt><dd>${value}</dd></div>` : nothing);
  return html`<p>${c.referralCode}</p>${h ? html`<dl class="summary" id=${`clock-case-${c.id}`}>
    ${line('stay.case_referrer', html`${h.referrer}${h.referrerCallback ? html` ${callLink(h.referrerCallback, h.referrerCallback)}` : nothing}`)}
    ${line('stay.case_place', h.kind ? [label('kinds', h.kind), label('regions', h.region)].filter(Boolean).join(', ') : t('stay.case_no_place'))}
    ${line('gate.file_residence', h.residence ? [label('residences', h.residence), h.residenceUntil ? t('stay.clock_until', { time: moment(h.residenceUntil) }) : ''].filter(Boolean).join('. ') : '')}
    ${line('stay.case_callback', h.callback ? callLink(h.callback, h.callback) : '')}</dl>`
    : p.open && c.own && c.state !== 'stopped' ? button(t('stay.case_open'), { icon: 'lock-open', about: `${label('clocks', c.clock)} ${c.referralCode}`, busy: p.busy, click: () => p.open?.(c) }) : nothing}`;
}

/** The search for the next place: which one and how far, to who may see it. @param {Clock['followUp']} f */
function followUpView(f) {
  if (!f) return nothing;
  if (!f.code) return html`<p>${t('stay.clock_follow_up_there')}</p>`;
  const where = ['open', 'asked'].includes(f.state ?? '') ? `/plaatsen#${f.referralId}` : `/verwijzing#r=${f.referralId}`;
  return html`<p>${t('stay.clock_follow_up')} ${f.own ? html`<a href=${where}>${f.code}</a>` : f.code} (${t(`stay.referral_${f.state}`)})</p>`;
}

/** One clock: until when, whose, what follows. @param {Clock} c @param {StayParts} p @param {boolean} [named] with the code of its referral */
export const clockView = (c, p, named = false) => html`<li class="stay-clock clock-${c.state}" data-clock=${c.id}>
  <div class="stay-clock-head"><b>${label('clocks', c.clock)}</b>${badge(t(`stay.clock_${c.state}`))}</div>
  ${named ? c.file === false ? caseView(c, p) : html`<p><a href="/verwijzing#r=${c.referralId}">${c.referralCode}</a></p>` : nothing}
  <p>${clockLine(c)}</p>
  <p class="subtle">${c.owner ? t('stay.clock_owner', { name: [c.owner.name, c.desk].filter(Boolean).join(', ') }) : nothing}${c.callback ? html` <a href=${`tel:${c.callback.replace(/[^0-9+]/g, '')}`}>${c.callback}</a>` : nothing}</p>
  ${c.offeredTo ? html`<p>${c.offeredToOwn ? t('stay.clock_offered_you', { name: c.owner?.name ?? '' }) : t('stay.clock_offered', { name: c.offeredTo.name })}</p>` : nothing}
  ${followUpView(c.followUp)}
  ${clockActions(c, p)}</li>`;

/** Those that run first, each list in its order. @param {Clock[]} clocks @param {StayParts} p @param {boolean} [named] */
export const clockList = (clocks, p, named = false) => clocks.length === 0 ? html`<p>${t('stay.no_clocks')}</p>`
  : html`<ul class="stay-clocks">${repeat([...clocks].sort((a, b) => Number(a.state === 'stopped') - Number(b.state === 'stopped')), c => c.id, c => clockView(c, p, named))}</ul>`;
