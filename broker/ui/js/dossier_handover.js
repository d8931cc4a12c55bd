// @ts-check
// Overdracht: the list that both sides of a yes talk through, the meeting point, and notes that only the other side can
// read. What is sealed or opened here exists in this tab only, and goes with it.
import { problemText } from './api.js';
import { ordered } from './codes.js';
import { described, fieldView, forgetFaults, invalid, setFaults } from './faults.js';
import { fingerprint, fromBase64, NOTE_BYTES_MAX, open, seal, SealingError, toBase64, unwrap } from './sealing.js';
import { loadSodium } from './sodium.js';
import { clock, either, moment, t } from './text.js';
import { button, focusSoon, html, icon, live, nothing, notice } from './ui.js';

/** @typedef {import('./dossier.js').Context} Context */
/** @typedef {import('../types/api').Handover} Handover */
/** @typedef {import('../types/api').Note} Note */

/** What a person is doing in this tab. @type {{ draft: string, writing: boolean, opening: number | null, passphrase: string, fault: string | null, texts: Map<number, { text: string, fits: boolean }>, meeting: string | null, ticks: Map<string, boolean>, busy: boolean }} */
const now = { draft: '', writing: false, opening: null, passphrase: '', fault: null, texts: new Map(), meeting: null, ticks: new Map(), busy: false };
let shownId = 0;
const READ_MS = 5 * 60_000;

/** @param {Handover} h */
const items = h => ordered('handoverItems', 'order').map(code => ({ code, item: h.items.find(i => i.item === code.code) })).filter(i => i.item);

/** @param {Handover} h */
export function progress(h) {
  const required = h.items.filter(i => i.required);
  return { done: required.filter(i => i.referrer && i.house).length, all: required.length };
}

/** @param {unknown} error */
function faultText(error) {
  if (error instanceof SealingError) return t(`handover.fault_${error.kind}`);
  return problemText(error);
}

/** A field that must not be empty; without words the form is not sent. @param {Context} ctx @param {string} formId @param {string} id @param {string} name @param {string} value */
function isFilled(ctx, formId, id, name, value) {
  const isEmpty = setFaults(formId, value.trim() === '' ? [{ id, text: t('faults.empty', { field: name }) }] : [], id);
  now.fault = null;
  ctx.redraw();
  return !isEmpty;
}

/** Something slow and private; its trouble is shown beside it. @param {Context} ctx @param {() => Promise<void>} work */
async function doing(ctx, work) {
  if (now.busy) return;
  now.busy = true;
  now.fault = null;
  ctx.redraw();
  await new Promise(done => { setTimeout(done, 30); }); // let the page say that it is busy before the work blocks it
  try {
    await work();
  } catch (error) {
    now.fault = faultText(error);
  }
  now.busy = false;
  ctx.redraw();
}

/** The box stays as it was pressed until the exchange says how it is. @param {Handover} h @param {Context} ctx @param {string} item @param {boolean} given */
async function acknowledge(h, ctx, item, given) {
  now.ticks.set(item, given);
  await ctx.act(() => ctx.api.post(`/referrals/${h.referralId}/handover-items`, { item, acknowledged: given }));
  now.ticks.delete(item);
  ctx.redraw();
}

/** @param {Handover} h @param {Context} ctx */
function listView(h, ctx) {
  const mine = h.side;
  const theirs = mine === 'house' ? 'referrer' : 'house';
  return html`<ul class="handover-list">${items(h).map(({ code, item }) => {
    const own = now.ticks.get(code.code) ?? Boolean(item?.[mine]);
    const other = item?.[theirs];
    return html`<li class=${own && other ? 'done' : ''}><label><input type="checkbox" .checked=${live(own)} @change=${(/** @type {Event} */ e) => acknowledge(h, ctx, code.code, /** @type {HTMLInputElement} */(e.target).checked)}>
      <span><b>${either(code.labelNl, code.labelEn)}</b>${item?.required ? nothing : html` <span class="subtle small">${t('handover.optional')}</span>`}<span class="small subtle line">${either(code.hintNl, code.hintEn)}</span></span></label>
      <span class="other small">${other ? html`${icon('check')}${t(`handover.${theirs}_done`, { time: clock(other) })}` : t(`handover.${theirs}_open`)}</span></li>`;
  })}</ul>`;
}

/** @param {Handover} h @param {Context} ctx */
function meetingView(h, ctx) {
  if (h.side === 'house') return html`<p class="small">${t('handover.meeting_house')}</p>`;
  if (now.meeting !== null) return html`<p class="meeting">${icon('map-pin')}<span><b>${t('handover.meeting')}</b> ${now.meeting || t('handover.meeting_none')}</span></p>`;
  if (ctx.referral.requests.some(q => q.id === h.requestId && q.state !== 'accepted')) return nothing;
  return html`<div class="meeting-ask">${button(t('handover.meeting_show'), { icon: 'map-pin', busy: ctx.busy, click: () => ctx.act(async () => {
    now.meeting = (await ctx.api.get(`/requests/${h.requestId}/location`)).meetingPoint;
  }) })}<p class="small subtle">${t('handover.meeting_text')}</p></div>`;
}

/** An opened note is closed again by hand, or by itself. @param {Context} ctx @param {number} id @param {{ text: string, fits: boolean }} shown */
function show(ctx, id, shown) {
  const { texts } = now;
  texts.set(id, shown);
  setTimeout(() => {
    if (texts.get(id) !== shown) return;
    texts.delete(id);
    ctx.redraw();
  }, READ_MS);
}

/** @param {Handover} h @param {Note} note @param {Context} ctx */
const reading = (h, note, ctx) => doing(ctx, async () => {
  const { passphrase } = now;
  now.passphrase = ''; // whatever comes of it: it does not stay on the screen
  const sealed = await ctx.api.get(`/notes/${note.id}`);
  const sodium = await loadSodium();
  const publicKey = fromBase64(sealed.publicKey);
  const secret = unwrap(sodium, fromBase64(sealed.wrapped ?? ''), publicKey, passphrase);
  const letter = JSON.parse(open(sodium, fromBase64(sealed.sealed), publicKey, secret));
  sodium.memzero(secret);
  show(ctx, note.id, { text: letter.text, fits: letter.referral === ctx.referral.code });
  now.opening = null;
  if (note.state === 'written') await ctx.act(() => ctx.api.post(`/notes/${note.id}/pickup`, {}));
  focusSoon(`note-${note.id}`);
});

/** @param {Note} note @param {number} atMs */
function noteState(note, atMs) {
  if (note.state === 'picked_up') return t('handover.note_picked_up', { time: moment(note.pickedUpAt ?? '', atMs), until: moment(note.destroyAt, atMs) });
  if (note.state === 'unreadable') return t('handover.note_unreadable');
  if (note.state === 'destroyed') return t(note.pickedUpAt ? 'handover.note_destroyed' : 'handover.note_destroyed_unread');
  return t('handover.note_written');
}

/** @param {Handover} h @param {Note} note @param {Context} ctx */
function noteView(h, note, ctx) {
  const atMs = ctx.api.now();
  const shown = now.texts.get(note.id);
  const opening = now.opening === note.id;
  return html`<li class=${note.state} id="note-${note.id}" tabindex="-1"><p><b>${t('handover.note_from', { organisation: note.organisation, time: moment(note.writtenAt, atMs) })}</b><span class="small line">${noteState(note, atMs)}</span></p>
    ${shown ? html`${shown.fits ? nothing : notice({ title: t('handover.note_other'), tone: 'error' })}<p class="note-text">${shown.text}</p>${button(t('handover.close'), { icon: 'x', click: () => { now.texts.delete(note.id); ctx.redraw(); focusSoon(`note-${note.id}`); } })}` : nothing}
    ${note.state === 'unreadable' && note.from === h.side ? notice({ title: t('handover.write_again') }) : nothing}
    ${note.readable && !shown && !opening ? button(t('handover.read'), { icon: 'lock-open', busy: ctx.busy || now.busy, click: () => { now.opening = note.id; now.fault = null; forgetFaults('note-open'); ctx.redraw(); focusSoon('note-passphrase'); } }) : nothing}
    ${opening && !shown ? html`<form class="note-open" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); if (isFilled(ctx, 'note-open', 'note-passphrase', t('handover.passphrase'), now.passphrase)) reading(h, note, ctx); }}>
      ${fieldView('note-passphrase', t('handover.passphrase'), html`<input id="note-passphrase" type="password" autocomplete="off" .value=${live(now.passphrase)} aria-invalid=${invalid('note-passphrase')} aria-describedby=${`note-fault ${invalid('note-passphrase') === nothing ? '' : 'note-passphrase-fault'}`.trim()} @input=${(/** @type {Event} */ e) => { now.passphrase = /** @type {HTMLInputElement} */(e.target).value; }}>`)}
      <p class="field-fault" id="note-fault" role="alert">${now.fault ?? nothing}</p>
      ${button(now.busy ? t('handover.opening') : t('handover.open'), { kind: 'primary', type: 'submit', icon: 'lock-open', busy: now.busy || ctx.busy })}</form>` : nothing}</li>`;
}

/** @param {Handover} h @param {Context} ctx */
const sending = (h, ctx) => doing(ctx, async () => {
  const key = /** @type {NonNullable<NonNullable<Handover['receiver']>['key']>} */ (h.receiver?.key);
  const sodium = await loadSodium();
  const letter = JSON.stringify({ v: 1, referral: ctx.referral.code, text: now.draft.trim() });
  const sealed = toBase64(seal(sodium, fromBase64(key.publicKey), letter));
  const went = await ctx.act(() => ctx.api.post(`/referrals/${h.referralId}/notes`, { keyId: key.id, sealed }), t('handover.sent'));
  if (went) Object.assign(now, { draft: '', writing: false });
});

/** @param {Handover} h @param {Context} ctx @param {string} print */
function writeView(h, ctx, print) {
  const to = h.receiver;
  if (!to) return nothing;
  if (!to.key) return html`<p>${t('handover.no_key', { organisation: to.organisation })}</p>`;
  const before = h.notes.find(n => n.from === h.side);
  const changed = before !== undefined && before.keyId !== to.key.id;
  const differs = print !== to.key.fingerprint;
  const draft = t('handover.draft', { organisation: to.organisation });
  if (!now.writing) return button(t('handover.write'), { icon: 'lock', busy: ctx.busy, click: () => { now.writing = true; now.fault = null; ctx.redraw(); focusSoon('note-draft'); } });
  return html`<form class="note-write" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); if (!differs && isFilled(ctx, 'note-write', 'note-draft', draft, now.draft)) sending(h, ctx); }}>
    ${fieldView('note-draft', draft, html`<textarea id="note-draft" rows="6" maxlength=${NOTE_BYTES_MAX} .value=${live(now.draft)} aria-invalid=${invalid('note-draft')} aria-describedby="draft-fault ${described('note-draft', draft)}" @input=${(/** @type {Event} */ e) => { now.draft = /** @type {HTMLTextAreaElement} */(e.target).value; }}></textarea>`, t('handover.draft_hint'))}
    ${differs ? notice({ title: t('handover.print_differs'), tone: 'error', alert: true }) : html`<p class="print">${icon('key')}<span>${t('handover.print', { organisation: to.organisation, time: moment(to.key.confirmedAt, ctx.api.now()) })}<code>${print}</code></span></p>`}
    ${changed ? notice({ title: t('handover.print_changed') }) : nothing}
    <p class="field-fault" id="draft-fault" role="alert">${now.fault ?? nothing}</p>
    <div class="row">${button(now.busy ? t('handover.sealing') : t('handover.send'), { kind: 'primary', type: 'submit', icon: 'lock', busy: now.busy || ctx.busy || differs })}${button(t('dialog.back'), { kind: 'subtle', click: () => { now.writing = false; forgetFaults('note-write'); ctx.redraw(); } })}</div></form>`;
}

/** @type {import('./dossier.js').Section} */
export const section = {
  id: 'handover',
  title: 'handover.title',
  load: async ctx => {
    if (shownId !== ctx.referral.id) Object.assign(now, { draft: '', writing: false, opening: null, passphrase: '', fault: null, texts: new Map(), meeting: null, ticks: new Map() });
    shownId = ctx.referral.id;
    const handover = await ctx.api.get(`/referrals/${ctx.referral.id}/handover`);
    const key = handover.receiver?.key;
    return { handover, print: key ? await fingerprint(fromBase64(key.publicKey)) : '' };
  },
  view: ({ handover, print }, ctx) => {
    const h = /** @type {Handover} */ (handover);
    if (h.requestId === null) return nothing;
    const { done, all } = progress(h);
    return html`${h.bridge ? html`<p class="small">${t('handover.bridge')}</p>` : nothing}<p class="handover-head ${h.completeAt ? 'good' : ''}">${icon(h.completeAt ? 'circle-check' : 'list-check')}<b>${h.completeAt ? t('handover.complete', { time: moment(h.completeAt, ctx.api.now()) }) : t('handover.progress', { done, all })}</b></p>
      <p class="small subtle">${t('handover.rule')}</p>${listView(h, ctx)}${meetingView(h, ctx)}
      <h3>${t('handover.notes')}</h3>${h.notes.length > 0 ? html`<ul class="note-list">${h.notes.map(n => noteView(h, n, ctx))}</ul>` : html`<p class="small subtle">${t('handover.notes_none')}</p>`}
      ${writeView(h, ctx, print)}`;
  },
};
