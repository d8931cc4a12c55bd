// @ts-check
// One referral from the night call to the end: the head says where it stands, and each part of its life is a section of
// its own module. Seen by the referrer, by the house that said yes, and by who places it; what a section shows and lets
// do follows from what the exchange answers, not from this page.
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { ApiError, problemText } from './api.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { later, missingView } from './later.js';
import { headline } from './referral.js';
import { moment, t } from './text.js';
import { announce, html, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Referral} Referral */
/** @typedef {import('./frame.js').Frame} Frame */
/**
 * What a section works with.
 * @typedef {object} Context
 * @property {Frame} frame
 * @property {import('./api.js').Api} api
 * @property {Referral} referral as last read
 * @property {import('../types/api').Role} role
 * @property {boolean} busy a write of this page is under way
 * @property {() => void} redraw
 * @property {() => Promise<void>} reload read the referral and all sections anew
 * @property {(path: string) => void} leave go to another page: nothing is read for this one any more
 * @property {(work: () => Promise<unknown>, done?: string) => Promise<boolean>} act do a write: its trouble is shown, DONE is read out; true if it went well
 */
/**
 * @typedef {object} Section
 * @property {string} id also of its element: "section-<id>"
 * @property {string | ((data: any) => string)} title key of its text
 * @property {(ctx: Context) => Promise<any>} load its facts; a refusal (403, 404) hides the section
 * @property {(data: any, ctx: Context) => unknown} view `nothing` hides it
 */

/** A house said yes to a bridge bed: there they are handed over as anywhere. @param {import('../types/api').Request} q */
const isBedYes = q => Boolean(q.bridge) && (q.state === 'accepted' || q.state === 'admitted');

/**
 * In the order of a referral's life: when there is such a part at all, and its module, which is fetched only then.
 * @type {{ id: string, isFor: (ctx: Context) => boolean, part: import('./later.js').Later<{ section: Section }> }[]}
 */
const SECTIONS = [
  { id: 'facts', part: later(() => import('./dossier_facts.js')), isFor: ({ referral: r }) => r.side === 'regie' },
  { id: 'timers', part: later(() => import('./dossier_timers.js')), isFor: ({ role, referral: r }) => role !== 'shelter' && r.owner !== undefined && (!['admitted', 'withdrawn'].includes(r.state) || (r.alarms ?? []).length > 0) },
  { id: 'nobed', part: later(() => import('./dossier_nobed.js')), isFor: ({ role, referral: r }) => role !== 'shelter' || r.side === 'regie' || r.requests.some(q => q.bridge) },
  { id: 'gate', part: later(() => import('./dossier_gate.js')), isFor: ({ role, referral: r }) => (role === 'referrer' || role === 'comensha' || (r.tasks ?? []).length > 0) && r.side !== 'regie' },
  { id: 'stay', part: later(() => import('./dossier_stay.js')), isFor: () => true },
  { id: 'care', part: later(() => import('./dossier_care.js')), isFor: () => true },
  { id: 'handover', part: later(() => import('./dossier_handover.js')), isFor: ({ referral: r }) => r.side !== 'regie' && (['reserved', 'travelling', 'admitted'].includes(r.state) || r.requests.some(isBedYes)) },
];

const LIVE_DELAY_MS = 400;
/** In place of the facts of a section whose module did not come. */
const MISSING = Symbol('missing');

/** @type {Frame} */
let frame;
const state = {
  /** @type {number | null} */ id: null,
  /** @type {Referral | null} */ referral: null,
  /** @type {Map<string, any>} */ data: new Map(),
  /** @type {string | null} */ problem: null, // of what was done: a reading, after it or because of a fact, leaves it
  /** @type {string | null} */ trouble: null, // of the last reading
  isGone: false, // not there for them, or not any more
  isLeaving: false,
  busy: false,
};

/** The number in the hash: all that an address may say of a referral. */
function idOfHash() {
  const found = /^#(?:r=)?([1-9][0-9]{0,15})$/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

/** @returns {Context} */
const context = () => ({
  frame, api: frame.api, referral: /** @type {Referral} */ (state.referral), role: frame.session.role, busy: state.busy || frame.isStale(),
  redraw: frame.draw, reload: load, leave, act,
});

const isHidden = (/** @type {unknown} */ error) => error instanceof ApiError && (error.status === 403 || error.status === 404);

/** @param {typeof SECTIONS[number]} s @param {Context} ctx @returns {Promise<[string, any]>} */
async function loadSection(s, ctx) {
  if (!s.isFor(ctx)) return [s.id, null];
  const part = await s.part.fetch();
  if (!part) return [s.id, MISSING];
  try {
    return [s.id, await part.section.load(ctx)];
  } catch (error) {
    if (isHidden(error)) return [s.id, null];
    throw error;
  }
}

let loadNumber = 0;
let loadShown = 0;

async function load() {
  const number = ++loadNumber;
  const id = state.id;
  if (id === null || state.isLeaving) return;
  try {
    const referral = await frame.api.get(`/referrals/${id}`);
    const ctx = { ...context(), referral };
    const data = await Promise.all(SECTIONS.map(s => loadSection(s, ctx)));
    if (number < loadShown || id !== state.id) return;
    loadShown = number;
    Object.assign(state, { referral, data: new Map(data), trouble: null, isGone: false });
    frame.setTitle(referral.code);
  } catch (error) {
    if (number < loadShown || id !== state.id) return; // of a referral, or of facts, that are not shown any more
    state.trouble = isHidden(error) ? t('dossier.gone') : problemText(error);
    if (isHidden(error)) {
      loadShown = number;
      Object.assign(state, { referral: null, data: new Map(), problem: null, isGone: true }); // what was shown is no longer theirs
      frame.setTitle(null);
    }
  }
  frame.draw();
}

/** @param {string} path */
function leave(path) {
  state.isLeaving = true;
  location.assign(path);
}

/** @param {() => Promise<unknown>} work @param {string} [done] */
async function act(work, done) {
  if (state.busy) return false;
  state.busy = true;
  state.problem = null;
  frame.draw();
  let went = false;
  try {
    await work();
    went = true;
    if (done) announce(done);
  } catch (error) {
    state.problem = problemText(error);
    announce(state.problem);
  }
  state.busy = false;
  await load(); // after a failure too: the facts may be others than were shown
  frame.draw();
  return went;
}

/** @param {typeof SECTIONS[number]} s */
function sectionView(s) {
  const data = state.data.get(s.id);
  if (data === MISSING) return missingView(load);
  const section = s.part.now()?.section;
  const body = data === null || data === undefined || !section ? nothing : section.view(data, context());
  return body === nothing || !section ? nothing : html`<section class="panel dossier-part" id="section-${s.id}" aria-labelledby="title-${s.id}"><h2 id="title-${s.id}">${t(typeof section.title === 'string' ? section.title : section.title(data))}</h2>${body}</section>`;
}

/** @param {Referral} r */
const head = r => html`<div class="dossier-head"><h1 id="dossier-title" tabindex="-1">${r.code}</h1><p class="lead">${r.side === 'regie' ? t(`dossier.regie_${r.state}`) : headline(r)}</p>
  <p class="subtle">${t('dossier.opened', { time: moment(r.openedAt, frame.api.now()), organisation: r.organisation ?? '' })}</p></div>`;

/** Of a page that shows no referral. */
const noHead = () => html`<h1 tabindex="-1">${t('dossier.title')}</h1>`;

function view() {
  const said = state.problem ?? state.trouble;
  const problem = said ? notice({ title: said, tone: 'error', alert: true }) : nothing;
  const r = state.referral;
  return html`<main id="main" class="dossier">${staleNotice(frame, load)}${doubtNotice(frame)}${problem}
    ${r ? repeat([r], () => r.id, () => html`${head(r)}${SECTIONS.map(sectionView)}`) : state.id === null ? html`${noHead()}<p>${t('dossier.none')}</p>` : state.isGone ? html`${noHead()}${frame.session.role === 'shelter' ? html`<p>${t('dossier.gone_left')} <a href="/verblijf#vertrokken">${t('stay.page')}</a></p>` : nothing}` : nothing}</main>`;
}

/**
 * Whether a fact may change this page. Facts about stays, MDOs, bridges, notes name the referral too. A question to a
 * specialist does not, for who is asked may not learn of which it is; what names none else (free places, above all) is no
 * reason to read everything anew. No fact at all: something was missed.
 * @param {string} kind @param {import('../types/api').EventFact | null} fact
 */
const concerns = (kind, fact) => fact === null || fact.referralId === state.id || kind.startsWith('consult.') || (fact.referralId === undefined && /^(regie|mdo)\./.test(kind)); // of what is theirs no more no number is told

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

startPage({
  roles: ['referrer', 'comensha', 'shelter'],
  titleKey: 'dossier.title',
  skipKey: 'skip.main',
  view,
  begin: async f => {
    frame = f;
    state.id = idOfHash();
    addEventListener('hashchange', () => { Object.assign(state, { id: idOfHash(), referral: null, problem: null, trouble: null, isGone: false }); frame.setTitle(null); load(); });
    await load();
  },
  onLive: ({ kind, fact }) => {
    if (!concerns(kind, fact)) return;
    clearTimeout(soon);
    soon = setTimeout(load, LIVE_DELAY_MS);
  },
  onBack: () => load(),
});
