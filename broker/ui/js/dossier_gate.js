// @ts-check
// The referral's section about gatekeepers: the way through them instead of a dead end, their questions, a bed for the
// meantime, and the residence situation that is still to be found out.
import { label, ordered } from './codes.js';
import { described, faultSummary, fieldView, forgetFaults, invalid, keepFaults, setFaults } from './faults.js';
import { clocksView, factText, keeperName, placeLine, sentenceOf } from './gate.js';
import { answerText, askedName, conflictView } from './referral.js';
import { either, isoDate, t } from './text.js';
import { announce, button, html, live, nothing, segments } from './ui.js';

/** @typedef {import('../types/api').GateRequest} GateRequest */
/** @typedef {import('./dossier.js').Context} Context */
/** @typedef {{ gates: GateRequest[], ways: { kind: string, gatekeeper: string, gateRequestId?: number | null }[], beds: import('../types/api').PlaceMatch[] }} Data */

const BEDS_SHOWN = 3;
const DAY_MS = 86_400_000;
const UNTIL_DAYS = 91; // three months: no reflection period is longer
/** Night numbers that were looked up on this page, by gate request. @type {Record<number, string>} */
const numbers = {};
/** What is chosen and not sent yet, for the referral that is shown; answers by gate request and question. @type {{ answers: Record<string, string>, residence: string, until: string }} */
const own = { answers: {}, residence: '', until: '' };
let shownId = 0;
/** Requests whose word was here before: a new one is read out. @type {Set<number>} */
const heard = new Set();

/** The referrer's own desk, not the gatekeeper's. @param {Context} ctx */
const isOwner = ctx => ctx.referral.organisation === ctx.frame.session.organisation;

const isLooking = (/** @type {Context} */ ctx) => ['open', 'asked'].includes(ctx.referral.state);

/** The gatekeeper asked a house about a known conflict: the house rings this desk, and says the word. @param {GateRequest[]} gates */
function sayWord(gates) {
  const words = gates.flatMap(g => g.requests).filter(r => r.state === 'pending' && r.conflict?.state === 'open' && r.conflict.token);
  for (const r of words.filter(w => !heard.has(w.id))) announce(`${askedName(r)}: ${t('safety.conflict_wait')} ${r.conflict?.token}`);
  for (const r of words) heard.add(r.id);
}

/** @param {Context} ctx @returns {Promise<Data>} */
async function load(ctx) {
  if (shownId !== ctx.referral.id) {
    Object.assign(own, { answers: {}, residence: '', until: '' });
    for (const id of Object.keys(numbers)) delete numbers[Number(id)];
    forgetFaults('gate-task');
  }
  shownId = ctx.referral.id;
  const gates = await Promise.all((ctx.referral.gateRequests ?? []).map(g => ctx.api.get(`/gate-requests/${g.id}`)));
  if (isOwner(ctx)) sayWord(gates);
  if (!isLooking(ctx) || ctx.role === 'shelter') return { gates, ways: [], beds: [] };
  const found = await ctx.api.get(`/referrals/${ctx.referral.id}/matches?bridge=true&limit=${BEDS_SHOWN}`);
  return { gates, ways: found.gates ?? [], beds: found.places };
}

/** @param {GateRequest} g @param {Context} ctx */
function questions(g, ctx) {
  const asked = g.asked ?? [];
  if (asked.length === 0) return nothing;
  const chosen = (/** @type {string} */ code) => own.answers[`${g.id} ${code}`] ?? g.answers?.[code] ?? 'unknown';
  const send = () => ctx.act(async () => {
    await ctx.api.post(`/gate-requests/${g.id}/answers`, { answers: Object.fromEntries(asked.map(code => [code, chosen(code)])) });
    for (const code of asked) delete own.answers[`${g.id} ${code}`];
  }, t('gate.answered'));
  return html`<div class="gate-questions"><h3>${t('gate.asks_you', { keeper: keeperName(g.gatekeeper) })}</h3>
    ${asked.map(code => html`<fieldset><legend>${factText(code)}</legend>${segments({ name: `gate-${g.id}-${code}`, value: chosen(code), options: /** @type {[string, string][]} */ (['yes', 'no', 'unknown'].map(word => [word, t(`gate.answer_${word}`)])), set: word => { own.answers[`${g.id} ${code}`] = word; ctx.redraw(); } })}</fieldset>`)}
    ${button(t('gate.send_answers'), { kind: 'primary', id: 'gate-answer', busy: ctx.busy, click: send })}</div>`;
}

/** Nobody answers: it is rung. Looked up when it is asked for, since each look is logged. @param {GateRequest} g @param {Context} ctx */
function ring(g, ctx) {
  if (!g.live || !g.rings) return nothing;
  const number = numbers[g.id];
  if (number) return html`<p class="gate-ring">${t('gate.ring', { organisation: g.organisation })} <a href=${`tel:${number.replace(/[^0-9+]/g, '')}`}>${number}</a></p>`;
  const show = () => ctx.act(async () => { numbers[g.id] = (await ctx.api.get(`/gate-requests/${g.id}/night-number`)).nightNumber; });
  return html`<p class="gate-ring">${button(t('gate.show_number', { organisation: g.organisation }), { icon: 'phone', busy: ctx.busy, click: show })}</p>`;
}

/** @param {GateRequest} g @param {Context} ctx */
function gateView(g, ctx) {
  const isOwn = isOwner(ctx);
  return html`<div class="gate-item" data-gate=${g.id}><p><b>${label('kinds', g.kind)}</b>: ${sentenceOf(g)}</p>
    ${g.live ? clocksView(g, ctx.api.now()) : nothing}
    ${isOwn ? ring(g, ctx) : nothing}
    ${isOwn ? questions(g, ctx) : nothing}
    ${g.requests.length > 0 ? html`<ul class="asked">${g.requests.map(r => html`<li><span></span><div><b>${askedName(r)}</b><div class="small">${label('regions', r.region)}. ${answerText(r)}</div>${isOwn && r.conflict ? conflictView(r, ctx.busy, () => {}) : nothing}</div></li>`)}</ul>` : nothing}
    ${isOwn && g.live && g.state !== 'placed' ? button(t('gate.withdraw'), { kind: 'subtle', busy: ctx.busy, click: () => ctx.act(() => ctx.api.post(`/gate-requests/${g.id}/withdrawal`, {}), t('gate.state_withdrawn')) }) : nothing}
    ${isOwn ? nothing : html`<a class="notice-link" href=${`/toewijzing#g=${g.id}`}>${t('gate.to_queue')}</a>`}</div>`;
}

/** @param {Data} d @param {Context} ctx */
function ways(d, ctx) {
  const open = d.ways.filter(w => !w.gateRequestId && !d.gates.some(g => g.live && g.gatekeeper === w.gatekeeper));
  return open.map(w => html`<p>${t('gate.through', { kind: label('kinds', w.kind), keeper: keeperName(w.gatekeeper) })}</p>${button(t('gate.send', { keeper: keeperName(w.gatekeeper), kind: label('kinds', w.kind) }), { icon: 'arrow-right', busy: ctx.busy, extra: `gate-send-${w.kind}`, click: () => ctx.act(() => ctx.api.post(`/referrals/${ctx.referral.id}/gate-requests`, { kind: w.kind }), t('gate.state_waiting')) })}`);
}

/** @param {Data} d @param {Context} ctx */
function beds(d, ctx) {
  if (!d.gates.some(g => g.live && g.state !== 'placed') || d.beds.length === 0) return nothing;
  return html`<h3>${t('gate.beds_title')}</h3><p class="small">${t('gate.beds_text')}</p><ol class="gate-places" id="gate-beds">${d.beds.map(m => html`<li data-pool=${m.poolId}><div>${placeLine(m)}</div>${button(t('gate.ask_bed'), { about: m.locationName ?? '', busy: ctx.busy, click: () => ctx.act(() => ctx.api.post(`/referrals/${ctx.referral.id}/requests`, { poolIds: [m.poolId], bridge: true }), t('gate.bed_asked')) })}</li>`)}</ol>`;
}

/** @param {Context} ctx */
function residence(ctx) {
  const tasks = ctx.referral.tasks ?? [];
  if (tasks.length === 0 || !ctx.referral.need) return nothing;
  const value = own.residence || (tasks.includes('residence') ? '' : ctx.referral.need.residence ?? '');
  const options = /** @type {[string, string][]} */ ([['', t('gate.choose')], ...ordered('residences', 'intakeOrder').filter(r => r.code !== 'onbekend').map(r => [r.code, either(r.labelNl, r.labelEn)])]);
  const save = () => {
    const isWrong = setFaults('gate-task', value === '' ? [{ id: 'gate-residence', text: t('faults.choose', { field: t('gate.file_residence') }) }] : []);
    ctx.redraw();
    return isWrong ? undefined : ctx.act(async () => {
      const until = value === 'bedenktijd' && own.until ? { untilAt: new Date(`${own.until}T12:00:00`).toISOString() } : {};
      await keepFaults('gate-task', part => ({ residence: 'gate-residence', untilAt: 'gate-until' })[part], () => ctx.api.post(`/referrals/${ctx.referral.id}/residence`, { residence: value, ...until }));
      Object.assign(own, { residence: '', until: '' });
    }, t('gate.residence_saved'));
  };
  const choose = (/** @type {Event} */ e) => { own.residence = /** @type {HTMLSelectElement} */ (e.target).value; ctx.redraw(); };
  return html`<div class="gate-task" id="gate-task"><h3>${t(tasks.includes('residence') ? 'gate.task_residence' : tasks.includes('residence_offered') ? 'gate.task_offered' : 'gate.task_until')}</h3><p class="small">${t('gate.task_text')}</p>${faultSummary('gate-task')}
    ${fieldView('gate-residence', t('gate.file_residence'), html`<select id="gate-residence" aria-invalid=${invalid('gate-residence')} aria-describedby=${described('gate-residence')} @change=${choose}>${options.map(([code, word]) => html`<option value=${code} .selected=${value === code}>${word}</option>`)}</select>`)}
    ${value === 'bedenktijd' ? fieldView('gate-until', t('gate.until'), html`<input class="input" id="gate-until" type="date" min=${isoDate(ctx.api.now() + DAY_MS)} max=${isoDate(ctx.api.now() + UNTIL_DAYS * DAY_MS)} aria-invalid=${invalid('gate-until')} aria-describedby=${described('gate-until', true)} .value=${live(own.until)} @input=${(/** @type {Event} */ e) => { own.until = /** @type {HTMLInputElement} */ (e.target).value; ctx.redraw(); }}>`, t('gate.until_hint')) : nothing}
    ${button(t('gate.save'), { id: 'gate-found', busy: ctx.busy, click: save })}</div>`;
}

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'gate',
  title: 'gate.section',
  load,
  view: (/** @type {Data} */ d, ctx) => {
    const isOwn = isOwner(ctx);
    const parts = [d.gates.map(g => gateView(g, ctx)), isOwn ? ways(d, ctx) : [], isOwn ? beds(d, ctx) : nothing, residence(ctx)];
    return parts.every(part => part === nothing || (Array.isArray(part) && part.length === 0)) ? nothing : html`${parts}`;
  },
};
