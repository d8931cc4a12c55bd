// @ts-check
// The key of an organisation: made in this browser under a passphrase, confirmed by a second person, replaced, or declared
// lost: the one in use by two people. The exchange never sees the passphrase nor the private half.
import { problemText } from './api.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { knowNight, nightView, startNight } from './night_link.js';
import { fingerprint, fromBase64, makeKey, PASSPHRASE_MIN, toBase64 } from './sealing.js';
import { loadSodium } from './sodium.js';
import { moment, t } from './text.js';
import { announce, button, closeDialog, focusSoon, html, icon, live, nothing, notice, openDialog } from './ui.js';

/** @typedef {import('../types/api').OrgKey} OrgKey */

const LIVE_DELAY_MS = 300;
const LOSS_REASONS = ['wachtzin_vergeten', 'medewerker_weg', 'wachtzin_bekend', 'anders'];

/** @type {import('./frame.js').Frame} */
let frame;
const state = {
  /** @type {OrgKey[] | null} */ keys: null,
  /** @type {Map<number, string>} */ prints: new Map(),
  /** @type {string | null} */ problem: null, // of what was done: a reading, after it or because of a fact, leaves it
  /** @type {string | null} */ trouble: null, // of the last reading
  /** @type {string | null} */ fault: null,
  alone: false, making: false, busy: false, passphrase: '', again: '', digits: '',
  /** Whose loss is about to be declared, or confirmed. @type {OrgKey | null} */ losing: null,
};

let loadNumber = 0;
let loadShown = 0;

async function load() {
  const number = ++loadNumber;
  try {
    const { keys, secondPerson, nightSheet } = await frame.api.get('/keys');
    for (const k of keys) state.prints.set(k.id, await fingerprint(fromBase64(k.publicKey)));
    if (number < loadShown) return;
    loadShown = number;
    knowNight(nightSheet);
    Object.assign(state, { keys, alone: secondPerson === false, trouble: null });
    // What somebody is about to send stays what it was; only what it costs is counted anew.
    if (state.losing) state.losing = { ...state.losing, unreadNotes: keys.find((/** @type {OrgKey} */ k) => k.id === state.losing?.id)?.unreadNotes ?? state.losing.unreadNotes };
  } catch (error) {
    state.trouble = problemText(error);
  }
  frame.draw();
}

/** @param {() => Promise<unknown>} work @param {string} done */
async function act(work, done) {
  if (state.busy) return;
  Object.assign(state, { busy: true, problem: null });
  frame.draw();
  await new Promise(next => { setTimeout(next, 30); });
  try {
    await work();
    announce(done);
  } catch (error) {
    state.problem = problemText(error);
    announce(state.problem);
  }
  state.busy = false;
  await load();
  frame.draw();
}

function faultOfPassphrase() {
  if ([...state.passphrase].length < PASSPHRASE_MIN) return t('key.fault_short', { n: PASSPHRASE_MIN });
  return state.passphrase === state.again ? null : t('key.fault_differs');
}

function make() {
  state.fault = faultOfPassphrase();
  frame.draw();
  if (state.fault) {
    focusSoon('key-passphrase');
    return;
  }
  act(async () => {
    const sodium = await loadSodium();
    const made = makeKey(sodium, state.passphrase);
    await frame.api.post('/keys', { publicKey: toBase64(made.publicKey), wrapped: toBase64(made.wrapped) });
    Object.assign(state, { making: false, passphrase: '', again: '' });
  }, t('key.made'));
}

const input = (/** @type {string} */ id, /** @type {string} */ label, /** @type {'passphrase' | 'again'} */ name) => html`<div class="field"><label for=${id}>${label}</label><input id=${id} type="password" autocomplete="off" .value=${live(state[name])} aria-describedby="key-hint key-fault" @input=${(/** @type {Event} */ e) => { state[name] = /** @type {HTMLInputElement} */(e.target).value; }}></div>`;

const makeForm = () => html`<form class="key-form" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); make(); }}>
  <p id="key-hint">${t('key.hint', { n: PASSPHRASE_MIN })}</p>${input('key-passphrase', t('key.passphrase'), 'passphrase')}${input('key-again', t('key.again'), 'again')}
  <p class="field-fault" id="key-fault" role="alert">${state.fault ?? nothing}</p>
  <div class="row">${button(state.busy ? t('key.making') : t('key.make'), { kind: 'primary', type: 'submit', icon: 'key', busy: state.busy || frame.isStale() })}${button(t('dialog.back'), { kind: 'subtle', click: () => { Object.assign(state, { making: false, passphrase: '', again: '', fault: null }); frame.draw(); } })}</div></form>`;

const print = (/** @type {OrgKey} */ k) => html`<code class="fingerprint">${state.prints.get(k.id)}</code>`;

/** Waits for a second person, who reads the digits on the screen of the first. @param {OrgKey} k */
const confirmView = k => html`<section class="panel" aria-labelledby="key-waits"><h2 id="key-waits">${t('key.waits')}</h2>${k.madeByMe
  ? html`<p>${t('key.read_out')}</p>${print(k)}`
  : html`<p>${t('key.compare')}</p><form class="key-form" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); act(() => frame.api.post(`/keys/${k.id}/confirmation`, { fingerprint: state.digits }), t('key.confirmed')); }}>
    <div class="field"><label for="key-digits">${t('key.digits')}</label><input id="key-digits" inputmode="numeric" autocomplete="off" .value=${live(state.digits)} @input=${(/** @type {Event} */ e) => { state.digits = /** @type {HTMLInputElement} */(e.target).value; }}></div>
    ${button(t('key.confirm'), { kind: 'primary', type: 'submit', icon: 'user-check', busy: state.busy || frame.isStale() })}</form>`}</section>`;

/** @param {OrgKey} k */
function lose(k) {
  state.losing = k;
  frame.draw();
  openDialog('key-loss');
  load(); // notes may have come since: not everybody here hears of them
}

/** What was filled in, or the second voice for it. @param {SubmitEvent} event */
function sendLoss(event) {
  event.preventDefault();
  const k = state.losing;
  const reason = String(new FormData(/** @type {HTMLFormElement} */(event.target)).get('reason') ?? '');
  if (!k) return;
  closeDialog('key-loss');
  if (k.state === 'loss_asked') act(() => frame.api.post(`/keys/${k.id}/loss-confirmation`, {}), t('key.lost_done'));
  else act(() => frame.api.post(`/keys/${k.id}/loss`, { reason }), t(k.state === 'active' ? 'key.lose_asked' : 'key.lost_done'));
}

const loseSheet = () => html`<dialog class="sheet" id="key-loss" aria-labelledby="key-loss-title"><form class="inner key-form" @submit=${sendLoss}><h2 id="key-loss-title" tabindex="-1">${t('key.lose_title')}</h2><p>${state.losing?.unreadNotes ? t('key.lose_text', { n: state.losing.unreadNotes }) : t('key.lose_none')}</p>
  ${state.losing?.state === 'loss_asked' ? nothing : html`<fieldset class="key-reasons"><legend>${t('key.lose_reason')}</legend>${LOSS_REASONS.map(r => html`<label><input type="radio" name="reason" value=${r} required><span>${t(`key.loss_${r}`)}</span></label>`)}</fieldset>`}
  ${state.losing?.state === 'active' ? html`<p>${t('key.lose_two')}</p>` : nothing}
  <div class="row">${button(t(state.losing?.state === 'active' ? 'key.lose_ask' : 'key.lose_confirm'), { kind: 'primary', type: 'submit' })}${button(t('dialog.back'), { kind: 'subtle', click: () => closeDialog('key-loss') })}</div></form></dialog>`;

/** Somebody says that it is lost: what a colleague may say to that. @param {OrgKey} k @param {NonNullable<OrgKey['loss']>} loss @param {number} atMs */
const lossView = (k, loss, atMs) => html`<div class="key-loss" role="group" aria-labelledby="key-loss-${k.id}"><h3 id="key-loss-${k.id}">${icon('alert-triangle')}${t('key.loss_waits')}</h3>
  <p>${t('key.loss_why', { reason: t(`key.loss_${loss.reason}`), time: moment(loss.askedAt ?? k.madeAt, atMs) })}</p><p>${t(loss.askedByMe ? 'key.loss_mine' : 'key.loss_theirs')}</p>
  ${loss.until ? html`<p class="small">${t('key.loss_until', { time: moment(loss.until, atMs) })}</p>` : nothing}
  <div class="row">${loss.askedByMe ? nothing : button(t('key.loss_yes'), { kind: 'primary', busy: state.busy || frame.isStale(), click: () => lose(k) })}${button(t('key.loss_no'), { busy: state.busy || frame.isStale(), click: () => act(() => frame.api.post(`/keys/${k.id}/loss-withdrawal`, {}), t('key.loss_kept')) })}</div></div>`;

/** @param {OrgKey} k @param {number} atMs */
const keyCard = (k, atMs) => html`<section class="panel key-card" aria-labelledby="key-${k.id}"><h2 id="key-${k.id}">${icon('key')}${t('key.in_use')}</h2><p>${t('key.since', { time: moment(k.confirmedAt ?? k.madeAt, atMs) })}</p>${print(k)}
  <p class="small subtle">${t('key.unread', { n: k.unreadNotes })}</p>${k.state === 'loss_asked' && k.loss ? lossView(k, k.loss, atMs) : button(t('key.lose'), { busy: state.busy || frame.isStale(), click: () => lose(k) })}</section>`;

/** @param {OrgKey[]} keys @param {number} atMs */
const oldKeys = (keys, atMs) => keys.length === 0 ? nothing : html`<details class="more"><summary>${icon('chevron-right')}${t('key.earlier')}</summary><ul class="key-list">${keys.map(k => html`<li><b>${t(`key.state_${k.state}`)}</b> ${moment(k.endedAt ?? k.madeAt, atMs)}<code>${state.prints.get(k.id)}</code>${k.state === 'old' ? html`<span class="small">${t('key.unread', { n: k.unreadNotes })}</span>${button(t('key.lose'), { kind: 'subtle', busy: state.busy, click: () => lose(k) })}` : nothing}</li>`)}</ul></details>`;

const inUse = (/** @type {OrgKey} */ k) => k.state === 'active' || k.state === 'loss_asked';

function view() {
  const said = state.problem ?? state.trouble;
  const problem = said ? notice({ title: said, tone: 'error', alert: true }) : nothing;
  const keys = state.keys ?? [];
  const active = keys.find(inUse);
  const waiting = keys.find(k => k.state === 'made');
  const atMs = frame.api.now();
  return html`<main id="main" class="dossier keys">${staleNotice(frame, load)}${doubtNotice(frame)}${problem}<div><h1 id="keys-title" tabindex="-1">${t('key.title')}</h1><p>${t('key.what')}</p></div>
    ${state.keys === null ? nothing : html`${active ? keyCard(active, atMs) : waiting ? nothing : notice({ title: t('key.none'), text: html`<p>${t('key.none_text')}</p>` })}
    ${state.alone ? notice({ title: t('key.alone'), text: html`<p>${t(frame.session.role === 'org_admin' ? 'key.alone_admin' : 'key.alone_text')}</p>` }) : nothing}
    ${waiting ? confirmView(waiting) : nothing}
    ${state.making ? makeForm() : button(active || waiting ? t('key.make_next') : t('key.make_first'), { kind: active || waiting ? 'secondary' : 'primary', icon: 'key', click: () => { state.making = true; frame.draw(); focusSoon('key-passphrase'); } })}
    ${nightView(frame)}${oldKeys(keys.filter(k => !inUse(k) && k.state !== 'made'), atMs)}`}${loseSheet()}</main>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['referrer', 'comensha', 'shelter', 'org_admin'],
  titleKey: 'key.title',
  skipKey: 'skip.main',
  view,
  begin: async f => {
    frame = f;
    startNight(f);
    await load();
  },
  onLive: ({ kind }) => { // a colleague made, confirmed or lost one; a note came, or was read
    if (!/^(key|note)\./.test(kind) && kind !== 'reset') return;
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
