// @ts-check
// What other organisations ask of this one: to take over a regie, to sit in an MDO, to answer a question. For those who
// have no file of the household themselves.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { byName, consultView, mdoView, regieView } from './care.js';
import { problemText } from './api.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { t } from './text.js';
import { announce, html, nothing, notice } from './ui.js';

/** @typedef {import('./frame.js').Frame} Frame */

const LIVE_DELAY_MS = 400;

/** @type {Frame} */
let frame;
const state = {
  /** @type {import('../types/api').Regie[]} */ regies: [],
  /** @type {import('../types/api').Mdo[]} */ mdos: [],
  /** @type {import('../types/api').Consult[]} */ consults: [],
  /** @type {import('../types/api').Organisation[]} */ organisations: [],
  /** @type {string | null} */ problem: null,
  busy: false,
};

/** The desk for cases of a municipality sits at tables; the regie is not for it, and nobody asks it for advice. */
const onlyTables = () => frame.session.role === 'gatekeeper';

let loadNumber = 0;
let loadShown = 0;

async function load() {
  const number = ++loadNumber;
  const { api } = frame;
  try {
    const [mdos, organisations, regies, consults] = await Promise.all([api.get('/mdos?limit=50'), api.get('/organisations?mdo=true'), ...(onlyTables() ? [] : [api.get('/regies'), api.get('/consults')])]);
    if (number < loadShown) return;
    loadShown = number;
    Object.assign(state, { regies: regies?.regies ?? [], mdos: mdos.mdos, consults: consults?.consults ?? [], organisations: byName(organisations.organisations), problem: null });
  } catch (error) {
    state.problem = problemText(error);
  }
  frame.draw();
}

/** @param {() => Promise<unknown>} work @param {string} [done] */
async function act(work, done) {
  if (state.busy) return false;
  state.busy = true;
  frame.draw();
  let problem = null;
  try {
    await work();
    if (done) announce(done);
  } catch (error) {
    problem = problemText(error);
    announce(problem);
  }
  state.busy = false;
  await load();
  state.problem = problem ?? state.problem;
  frame.draw();
  return problem === null;
}

/** What waits for this organisation stands first. @param {import('../types/api').Mdo} m */
const mdoWeight = m => (m.state === 'closed' ? 2 : m.own === 'invited' ? 0 : 1);

// Rows by their id, here and wherever a form stands in a row: what is typed into one stays with whom it is about when the
// list changes under it.
function view() {
  const own = frame.session.organisationId;
  const parts = { api: frame.api, busy: state.busy || frame.isStale(), organisations: state.organisations, own, draw: frame.draw, act };
  const mdos = state.mdos.filter(m => m.own !== null).sort((a, b) => mdoWeight(a) - mdoWeight(b));
  const consults = [...state.consults].sort((a, b) => Number(a.state !== 'asked') - Number(b.state !== 'asked'));
  // Who co-ordinates reads the file; who is only asked to does not yet.
  const file = (/** @type {import('../types/api').Regie} */ r) => (r.file && r.state !== 'ended' ? html`<a class="ref" href=${`/verwijzing#r=${r.referralId}`}>${r.referralCode ?? ''}</a>` : r.referralCode ?? '');
  const card = (/** @type {string} */ kind, /** @type {number} */ id, /** @type {unknown} */ title, /** @type {unknown} */ body) => html`<article class="panel dossier-part" data-kind=${kind} aria-labelledby="${kind}-${id}"><h3 id="${kind}-${id}">${title}</h3>${body}</article>`;
  return html`<main id="main" class="dossier">${staleNotice(frame, load)}${doubtNotice(frame)}
    ${state.problem ? notice({ title: state.problem, tone: 'error', alert: true }) : nothing}
    <h1 tabindex="-1">${t('together.title')}</h1><p class="subtle">${t('together.text')}</p>
    ${onlyTables() ? nothing : html`<h2>${t('care.regie_title')}</h2>${state.regies.length > 0 ? repeat(state.regies, r => r.referralId, r => card('regie', r.referralId, file(r), regieView(r, parts))) : html`<p>${t('together.no_regie')}</p>`}`}
    <h2>${t('care.mdo')}</h2>${mdos.length > 0 ? repeat(mdos, m => m.id, m => card('mdo', m.id, m.referralCode ?? '', mdoView(m, parts))) : html`<p>${t('together.no_mdo')}</p>`}
    ${onlyTables() ? nothing : html`<h2>${t('care.consult')}</h2>${consults.length > 0 ? repeat(consults, c => c.id, c => card('consult', c.id, c.own ? c.referralCode ?? '' : t('care.question'), consultView(c, parts))) : html`<p>${t('together.no_consult')}</p>`}`}</main>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['referrer', 'comensha', 'shelter', 'gatekeeper'],
  titleKey: 'together.title',
  skipKey: 'skip.main',
  view,
  begin: async f => { frame = f; await load(); },
  onLive: ({ kind }) => {
    if (!/^(mdo|regie|consult|leak)\./.test(kind) && kind !== 'reset') return;
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
