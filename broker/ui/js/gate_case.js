// @ts-check
// One gate request as its gatekeeper works on it: the file, the clocks, what is missing, the places to ask, and the way
// back. What may be done follows from its state; the exchange judges each step once more.
import { answersView, bridgeText, clocksView, factText, fileView, keeperName, placeLine, rowsFor, stateBadge } from './gate.js';
import { label } from './codes.js';
import { described, faultLine, faultSummary, fieldView, invalid, setFaults } from './faults.js';
import { answerText, askedName, conflictView } from './referral.js';
import { ofTone, sentence } from './reasons.js';
import { takeBackButton, takeBackSheet } from './take_back.js';
import { either, t } from './text.js';
import { button, html, live, nothing } from './ui.js';

/** @typedef {import('../types/api').GateRequest} GateRequest */
/**
 * @typedef {object} CaseParts
 * @property {GateRequest} gate
 * @property {import('../types/api').Referral | null} file null when it is closed to this desk
 * @property {import('../types/api').PlaceMatch[]} places that may be asked now
 * @property {number} nowMs
 * @property {boolean} busy
 * @property {Set<string>} missing facts that are ticked
 * @property {string} reason to give it back; '' = none chosen
 * @property {(code: string) => void} toggle
 * @property {(reason: string) => void} choose
 * @property {(name: string, body?: unknown) => void} step
 * @property {(request: import('../types/api').Request) => void} askConflict
 * @property {(request: import('../types/api').Request) => void} takeBack
 * @property {() => void} draw
 */

const isAtWork = (/** @type {GateRequest} */ g) => g.live && ['taken', 'asked_back', 'placing'].includes(g.state);

/** @param {CaseParts} p */
function ownerView(p) {
  const g = p.gate;
  if (g.live && g.state === 'waiting') return button(t('gate.take'), { kind: 'primary', icon: 'hand-stop', id: 'gate-take', busy: p.busy, click: () => p.step('ownership') });
  if (!g.owner) return nothing;
  return html`<p>${g.owner.mine ? t('gate.owner_me') : t('gate.owner', { name: either(g.owner.nl, g.owner.en) })} ${isAtWork(g) && !g.owner.mine ? button(t('gate.take_over'), { busy: p.busy, click: () => p.step('ownership') }) : nothing}</p>`;
}

/** With nothing chosen the step is not taken, and it says what is missing. @param {CaseParts} p @param {string} form @param {boolean} isEmpty @param {string} id @param {string} field @param {() => void} go */
function chosen(p, form, isEmpty, id, field, go) {
  const isWrong = setFaults(form, isEmpty ? [{ id, text: t('faults.choose', { field }) }] : []);
  p.draw();
  if (!isWrong) go();
}

/** @param {CaseParts} p */
function questions(p) {
  const asked = p.gate.asked ?? [];
  return html`<section class="panel" aria-labelledby="gate-ask-title"><h3 id="gate-ask-title">${t('gate.missing_title')}</h3>
    ${answersView(p.gate)}
    ${asked.length > 0 ? html`<p class="small">${t('gate.waits_for_answer', { n: asked.length })}</p>` : nothing}
    ${faultSummary('gate-ask')}<fieldset class="gate-facts"><legend class="sr">${t('gate.missing_title')}</legend>${faultLine('gate-fact-0')}${rowsFor('gateFacts', p.gate).map((r, i) => html`<label><input type="checkbox" id="gate-fact-${i}" aria-invalid=${invalid(`gate-fact-${i}`)} aria-describedby=${described(`gate-fact-${i}`)} .checked=${live(p.missing.has(r.code))} @change=${() => p.toggle(r.code)}>${factText(r.code)}</label>`)}</fieldset>
    ${button(t('gate.ask_back'), { icon: 'messages', id: 'gate-ask-back', busy: p.busy, click: () => chosen(p, 'gate-ask', p.missing.size === 0, 'gate-fact-0', t('gate.missing_title'), () => p.step('questions', { facts: [...p.missing] })) })}</section>`;
}

/** @param {CaseParts} p */
function places(p) {
  const g = p.gate;
  const asked = new Set(g.requests.filter(r => r.state === 'pending').map(r => r.poolId));
  return html`<section class="panel" aria-labelledby="gate-places-title"><h3 id="gate-places-title">${t('gate.places_title')}</h3>
    ${p.places.length === 0 ? html`<p>${t('gate.places_none')}</p>` : html`<ol class="gate-places">${p.places.map(m => html`<li data-pool=${m.poolId}><div>${placeLine(m)}<p class="small subtle">${m.unitsFree ?? '–'} ${t('gate.free')}. ${ofTone(m.reasons, 'question').map(sentence).join(' ')}</p></div>${asked.has(m.poolId) ? nothing : button(t('gate.ask_place'), { about: m.locationName ?? '', busy: p.busy, click: () => p.step('requests', { poolIds: [m.poolId] }) })}</li>`)}</ol>`}
    ${g.gatekeeper === 'gi' && !g.assented ? html`<p class="small">${t('gate.assent_text')}</p>${button(t('gate.assent'), { icon: 'check', id: 'gate-assent', busy: p.busy, click: () => p.step('assent') })}` : nothing}
    ${g.assented ? html`<p>${t('gate.assented')}</p>` : nothing}</section>`;
}

/** @param {CaseParts} p */
function requests(p) {
  if (p.gate.requests.length === 0) return nothing;
  return html`<section class="panel" aria-labelledby="gate-requests-title"><h3 id="gate-requests-title">${t('gate.requests_title')}</h3><ul class="asked">${p.gate.requests.map(r => html`<li class=${r.state === 'accepted' || r.state === 'admitted' ? 'yes' : ''} data-request=${r.id}><span></span><div><b>${askedName(r)}</b><div class="small">${label('regions', r.region)}. ${answerText(r)}</div>${conflictView(r, p.busy, () => p.askConflict(r), true)}${takeBackButton(r, p.busy, p.draw)}</div></li>`)}</ul>${takeBackSheet(p.gate.requests, p.busy, p.takeBack)}</section>`;
}

/** @param {CaseParts} p */
function back(p) {
  const options = /** @type {[string, string][]} */ ([['', t('gate.choose')], ...rowsFor('gateReturns', p.gate).map(r => [r.code, either(r.labelNl, r.labelEn)])]);
  return html`<section class="panel" aria-labelledby="gate-return-title"><h3 id="gate-return-title">${t('gate.return_title')}</h3>
    ${faultSummary('gate-give-back')}${fieldView('gate-reason', t('gate.return_reason'), html`<select id="gate-reason" aria-invalid=${invalid('gate-reason')} aria-describedby=${described('gate-reason')} @change=${(/** @type {Event} */ e) => p.choose(/** @type {HTMLSelectElement} */ (e.target).value)}>${options.map(([code, word]) => html`<option value=${code} .selected=${p.reason === code}>${word}</option>`)}</select>`)}
    ${button(t('gate.return'), { icon: 'arrow-back-up', id: 'gate-return', busy: p.busy, click: () => chosen(p, 'gate-give-back', p.reason === '', 'gate-reason', t('gate.return_reason'), () => p.step('return', { reason: p.reason })) })}</section>`;
}

/** @param {CaseParts} p */
export function caseView(p) {
  const g = p.gate;
  return html`<article class="gate-case" aria-labelledby="case-title"><h2 id="case-title" tabindex="-1">${g.referralCode} ${stateBadge(g)}</h2>
    <p class="subtle">${t('gate.for', { kind: label('kinds', g.kind), referrer: g.referrer })}</p>
    ${ownerView(p)}
    ${clocksView(g, p.nowMs)}
    <p>${bridgeText(g)}</p>
    ${g.returnReason ? html`<p>${t('gate.returned_for', { reason: label('gateReturns', g.returnReason) })}</p>` : nothing}
    ${p.file?.need ? html`<section class="panel" aria-labelledby="gate-file-title"><h3 id="gate-file-title">${t('gate.file_title')}</h3>${fileView(p.file.need)}</section>` : html`<p>${t('gate.file_closed', { keeper: keeperName(g.gatekeeper) })}</p>`}
    ${requests(p)}
    ${isAtWork(g) ? html`${places(p)}${questions(p)}` : nothing}
    ${g.live && g.state !== 'placed' ? back(p) : nothing}</article>`;
}
