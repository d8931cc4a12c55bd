// @ts-check
// The placer's page. Two faces: searching (nothing is saved) and following one referral, whose number stands in the hash
// so that a reload comes back to the same place. This module has the empty form; lists and following come with
// placer_work.js, when there is something to list or to follow.
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { later, missingView, onFirstUse } from './later.js';
import { emptyIntake, isSearchable } from './need.js';
import { keepDraft, readKept } from './placer_draft.js';
import { intakeView } from './placer_intake.js';
import { GONE_MS, addRegion, desk, hashId, isInUse, search, setIntake, showResult, state } from './placer_search.js';
import { t } from './text.js';
import { button, focusSoon, html, nothing, notice } from './ui.js';

const LIVE_DELAY_MS = 800;

/** @type {import('./frame.js').Frame} */
let frame;

const work = later(() => import('./placer_work.js'));
const folds = later(() => import('./placer_intake_more.js'));
const night = later(() => import('./night_link.js'));

/** Here, or with a word where it would stand that it did not come. */
async function bring() {
  const [part] = await Promise.all([work.fetch(), folds.fetch()]);
  frame.draw();
  return part;
}

/* ---- drawing ---- */

const messageView = () => {
  const m = state.message;
  return m ? notice({ title: m.title, text: m.text, alert: true, id: 'message', action: m.retry ? button(m.retry.text, { kind: 'primary', busy: state.busy, click: () => work.now()?.askAgain(m.retry?.poolIds ?? []) }) : nothing }) : nothing;
};

/** Grey outlines after 400 ms of waiting. */
const outlines = () => html`<div class="outlines" aria-busy="true"><p class="sr">${t('results.loading')}</p>${[1, 2, 3].map(() => html`<div class="outline" aria-hidden="true"></div>`)}</div>`;

const searching = () => {
  if (!isSearchable(state.intake)) return html`<section class="empty"><h2 id="results-title" tabindex="-1">${t('results.empty_title')}</h2><p>${t('results.empty')}</p></section>`;
  const part = work.now();
  if (!part && work.isMissing()) return missingView(bring);
  if (!state.result || !part) return state.slow ? outlines() : html`<h2 id="results-title" class="sr" tabindex="-1">${t('results.loading')}</h2>`;
  return part.listView(state.result);
};

const form = () => intakeView({
  // As it is when a tap comes, not as it was drawn: two taps may come between two drawings.
  get intake() { return state.intake; },
  callback: state.callback, faults: state.faults, home: frame.session.region, regionFault: state.regionFault,
  moreOpen: state.moreOpen, setMore: open => { state.moreOpen = open; frame.draw(); },
  rest: folds.now(), missing: folds.isMissing() ? missingView(bring) : nothing,
  set: setIntake, addRegion, clear: () => setIntake(emptyIntake()),
  setChat: chat => { setIntake({ ...state.intake, chat }); state.faults.delete('callback'); frame.draw(); },
  setCallback: text => { state.callback = text; state.faults.delete('callback'); keepDraft(state.intake, state.callback); frame.draw(); },
});

const view = () => {
  const part = work.now();
  const referral = part ? state.referral : null;
  const isLost = !part && work.isMissing() && (hashId() > 0 || state.isBusyElsewhere);
  const alarms = part?.alarms() ?? [];
  const main = html`<div class="results" id="results">${referral ? alarms : nothing}${messageView()}${isLost ? missingView(again) : nothing}${doubtNotice(frame)}${staleNotice(frame, refresh)}${part?.runningRow()}${referral ? part?.tracking(referral) : isLost ? nothing : searching()}${referral ? nothing : night.now()?.nightView(frame)}</div>`;
  // The summary comes after the tracking on a narrow screen, and what rings before the intake: in the document too.
  return html`<main class="work ${referral ? 'tracks' : alarms.length > 0 ? 'rings' : ''}">${referral ? html`${main}${part?.summary(referral)}` : html`${alarms.length > 0 ? html`<div class="ringing">${alarms}</div>` : nothing}${form()}${main}`}</main>`;
};

/* ---- living ---- */

/** The part did not come with the page of a referral, or with what already runs. */
async function again() {
  if (await bring()) await enter();
}

/** What the page begins with: the referral of the hash, or the list of the answers that were kept. */
async function enter() {
  const id = hashId();
  if (id) await (await bring())?.load(id);
  else {
    if (isSearchable(state.intake) || state.intake.children.length > 0) bring();
    await search(false);
  }
  lookAround();
}

/** What runs, and what rings: with nothing of both there is nothing to draw, and nothing to fetch for it. */
async function lookAround() {
  if (!work.now()) {
    try {
      // Who lives in a house that is not safe for them has no search that runs.
      const [{ referrals }, { bridges }, unsafe] = await Promise.all([frame.api.get('/referrals?live=true&limit=20'), frame.api.get('/bridges'), frame.api.get('/referrals?unsafe=true&live=false&limit=1')]);
      state.isBusyElsewhere = referrals.length + bridges.length + unsafe.referrals.length > 0;
    } catch { /* the row is an extra; the next event tries again */ }
    if (!state.isBusyElsewhere) return;
  }
  (await bring())?.loadRunning();
}

function refresh() {
  if (state.referral) work.now()?.load(state.referral.id, true);
  else search(true);
  lookAround();
}

let liveTimer = 0;
/** Several facts within a moment are one fetch. */
function refreshSoon() {
  if (liveTimer) return;
  liveTimer = window.setTimeout(() => { liveTimer = 0; refresh(); }, LIVE_DELAY_MS);
}

/** @param {import('./live.js').Live} live */
function onLive(live) {
  const { fact } = live;
  const mine = state.referral;
  const part = work.now();
  if (part && mine && fact?.referralId === mine.id) part.load(mine.id, true).then(part.loadRunning); // at once: somebody waits for this
  else refreshSoon();
}

/** The clock runs, taken places leave the list, and a waiting list comes in when nobody is looking at the old one. */
function everySecond() {
  const part = work.now();
  const kept = state.gone.filter(g => Date.now() - g.at < GONE_MS);
  const hasNews = state.waiting !== null && !state.referral && !isInUse();
  if (hasNews && state.waiting) showResult(state.waiting, false);
  if (state.moreWaiting && !isInUse()) part?.showMore();
  if (hasNews || kept.length !== state.gone.length || (state.referral && part?.isWaiting(state.referral))) {
    state.gone = kept;
    frame.draw();
  }
}

async function onHash() {
  const id = hashId();
  state.message = null;
  if (id && id !== state.referral?.id) (await bring())?.load(id).then(() => focusSoon('results-title'));
  else if (!id && state.referral) work.now()?.leave();
}

startPage({
  roles: ['referrer', 'comensha'],
  titleKey: 'placer.title',
  skipKey: 'skip.places',
  view,
  onLive,
  onBack: () => { if (work.isMissing()) again(); refresh(); },
  begin: async ready => {
    frame = ready;
    desk.frame = ready;
    Object.assign(state, readKept());
    addEventListener('hashchange', onHash);
    for (const event of ['pointerdown', 'pointermove', 'keydown']) addEventListener(event, () => { state.lastTouch = Date.now(); }, { passive: true });
    setInterval(everySecond, 1000);
    // Ages on the cards ("6 min geleden") grow without an event.
    setInterval(() => { if (!state.referral) frame.draw(); }, 30_000);
    onFirstUse(bring);
    await enter();
    night.fetch().then(n => n?.startNight(frame));
  },
});
