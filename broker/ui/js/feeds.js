// @ts-check
// The page of data connections: for a house whether its own works and what came in, for the operator all of them with
// trouble first and the same page for each. Facts are fetched anew on each live event and every so often, for silence
// makes no event; not when nobody has touched the page for a while, so that a forgotten desk signs itself out.
import { problemText } from './api.js';
import { loadComplaints } from './complaint.js';
import { byTrouble, isTrouble } from './feed.js';
import { failedReplay, isOpenQuarantine, isOvertaken, isUnderstood, lastUnderstood } from './feed_messages.js';
import { feedCard } from './feeds_list.js';
import { complaintsList, headWords, messageBody, outcomeWord } from './feeds_message.js';
import { doubtNotice, staleNotice, startPage } from './frame.js';
import { later, missingView } from './later.js';
import { clock, moment, t } from './text.js';
import { announce, button, focusSoon, html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Feed} Feed */
/** @typedef {import('../types/api').Message} Message */
/** @typedef {import('../types/api').MessageHead} MessageHead */
/** @typedef {import('./frame.js').Frame} Frame */

const LIVE_DELAY_MS = 500;
const LOOK_MS = 15_000;
const WAIT_MS = 1500; // while somebody watches for an answer of the adapter
const UNTOUCHED_MS = 10 * 60_000;
const MESSAGES_MAX = 30;
const OPEN_MAX = 5; // files set aside that are shown whole

/** @type {Frame} */
let frame;
// What a house has here and the operator has not: handing in a file, and its delivery record.
const hand = later(() => import('./feeds_hand.js'));
/** The operator's list. */
const all = later(() => import('./feeds_all.js'));

const state = {
  /** @type {Feed[]} */ feeds: [],
  /** Whose page it is; null is the operator's list. @type {string | null} */ provider: null,
  /** Newest first. @type {MessageHead[]} */ messages: [],
  /** @type {Map<number, Message>} */ whole: new Map(),
  /** Messages of which all rooms are shown. @type {Set<number>} */ allRows: new Set(),
  /** Asked from this page, to say how it went. @type {Set<number>} */ asked: new Set(),
  /** Why asking failed. @type {Map<number, string>} */ faults: new Map(),
  /** Files that were read after all, to say so. @type {Map<number, { time: string, n: number }>} */ done: new Map(),
  /** @type {string | null} */ problem: null,
  ready: false,
  busy: false,
};

/** Only a shelter has places, and so a file or a number to hand in. */
const isHouse = () => frame.session.organisationKind === 'shelter';
const isOperator = () => frame.session.role === 'exchange_admin';
const touched = { at: Date.now() };
const isAsleep = () => Date.now() - touched.at > UNTOUCHED_MS;

/* ---- facts ---- */

let loadNumber = 0;
let loadShown = 0;
let loadedAt = 0;

/** @param {string | null} provider */
async function fetchMessages(provider) {
  if (!provider) return [];
  const answer = await frame.api.get(`/feed-messages?provider=${encodeURIComponent(provider)}&limit=${MESSAGES_MAX}`);
  return /** @type {MessageHead[]} */ (answer.messages);
}

/** What is shown without a tap: the last one that was understood, and what waits for somebody. @param {MessageHead[]} messages */
function wanted(messages) {
  const last = lastUnderstood(messages);
  const aside = messages.filter(m => isOpenQuarantine(m) && !isOvertaken(m, messages)).slice(0, OPEN_MAX);
  return [...(last ? [last] : []), ...aside, ...aside.flatMap(m => failedReplay(m, messages) ?? [])];
}

/** Set aside, and nothing good came after it. @param {MessageHead} m */
const needsSomebody = m => isOpenQuarantine(m) && !isOvertaken(m, state.messages);

/** @param {MessageHead} m */
const isFetched = m => {
  const kept = state.whole.get(m.id);
  return kept !== undefined && kept.outcome === m.outcome && kept.reports.length === m.reports && kept.receivedAt === m.receivedAt;
};

/** @param {MessageHead} m */
async function fetchWhole(m) {
  if (m.complaints + m.notices > 0) await loadComplaints();
  if (!isFetched(m)) state.whole.set(m.id, await frame.api.get(`/feed-messages/${m.id}`));
}

async function load() {
  const number = ++loadNumber;
  const provider = state.provider;
  try {
    const { feeds } = await frame.api.get('/feeds');
    const own = provider ?? (isOperator() ? null : feeds[0]?.provider ?? null);
    const messages = await fetchMessages(own);
    await Promise.all(wanted(messages).map(fetchWhole));
    if (number < loadShown || provider !== state.provider) return;
    loadShown = number;
    hear(messages);
    Object.assign(state, { feeds, provider: own, messages, problem: null, ready: true });
    loadedAt = frame.api.now();
  } catch (error) {
    state.problem = problemText(error);
    state.ready = true;
  }
  frame.setTitle(titleNow());
  frame.draw();
}

/** How reading again went, of what this page asked. @param {MessageHead[]} messages */
function hear(messages) {
  for (const id of state.asked) {
    const m = messages.find(x => x.id === id);
    if (!m || m.replay === 'asked') continue;
    state.asked.delete(id);
    if (m.replay === 'done') {
      const read = messages.find(x => x.replayOf === m.messageId && isUnderstood(x));
      state.done.set(id, { time: moment(m.receivedAt, frame.api.now()), n: read?.reports ?? 0 });
      setTimeout(() => { state.done.delete(id); frame.draw(); }, UNTOUCHED_MS);
      announce(t('replay.done'));
      focusSoon(`done-${id}`);
    } else if (m.replay === 'failed') {
      announce(t('replay.failed'));
    }
  }
}

/** The operator sees silent ones in the title of the tab too. */
const titleNow = () => {
  const trouble = state.feeds.filter(isTrouble).length;
  return isOperator() && trouble > 0 ? `(${trouble}) ${t('feeds.all_heading')}` : null;
};

let timer = 0;
/** @param {number} ms */
function loadSoon(ms) {
  if (timer) return;
  timer = window.setTimeout(async () => { timer = 0; await load(); }, ms);
}

/** Silence makes no event, and neither does an adapter that reads a file again. */
function look() {
  const isWaiting = state.asked.size > 0 || state.messages.some(m => m.replay === 'asked');
  if (document.visibilityState !== 'visible' || frame.isStale() || isAsleep()) return;
  if (frame.api.now() - loadedAt >= (isWaiting ? WAIT_MS : LOOK_MS)) loadSoon(0);
}

async function bringHand() {
  const part = await hand.fetch();
  part?.begin({ frame, load });
  frame.draw();
}

async function bringAll() {
  await all.fetch();
  frame.draw();
}

/* ---- going from the list to one and back ---- */

/** No code of a provider in the address: the browser's own state remembers which one. @param {string | null} provider */
function show(provider) {
  Object.assign(state, { provider, messages: [], ready: false, problem: null });
  hand.now()?.forget();
  state.done.clear();
  state.faults.clear();
  frame.draw();
  load().then(() => { scrollTo(0, 0); focusSoon('feeds-title'); });
}

/** @param {Feed} feed */
function open(feed) {
  history.pushState({ provider: feed.provider }, '');
  show(feed.provider);
}

function backToAll() {
  if (history.state?.provider) history.back();
  else show(null);
}

/* ---- deeds ---- */

/** @param {MessageHead} m */
async function replay(m) {
  if (state.asked.has(m.id)) return;
  state.faults.delete(m.id);
  state.asked.add(m.id);
  frame.draw();
  try {
    await frame.api.post(`/feed-messages/${m.id}/replay`, {});
    state.messages = state.messages.map(x => (x.id === m.id ? { ...x, replay: 'asked' } : x));
    announce(t('replay.asked'));
  } catch (error) {
    state.asked.delete(m.id);
    state.faults.set(m.id, problemText(error));
    announce(problemText(error));
  }
  await load();
}

/* ---- drawing ---- */

/** @param {MessageHead} m */
const bodyOf = m => {
  const whole = state.whole.get(m.id);
  if (!whole) return html`<p class="subtle" aria-busy="true">${t('message.loading')}</p>`;
  return messageBody(whole, { nowMs: frame.api.now(), isWhole: state.allRows.has(m.id), showAll: () => { state.allRows.add(m.id); frame.draw(); } });
};

/** @param {MessageHead} m */
function replayPart(m) {
  if (m.replay === 'asked' || state.asked.has(m.id)) return html`<p class="replay" role="status">${icon('hourglass')}<span><b>${t('replay.asked')}</b> ${t('replay.asked_text')}</span></p>`;
  const fault = state.faults.get(m.id);
  const again = failedReplay(m, state.messages);
  return html`${fault ? html`<p class="field-fault" role="alert">${icon('alert-circle')}${fault}</p>` : nothing}
    ${m.replay === 'failed' ? html`<p class="replay failed">${icon('alert-circle')}<span><b>${t('replay.failed')}.</b> ${again ? t('replay.failed_text', { time: moment(again.receivedAt, frame.api.now()) }) : t('replay.unanswered_text')}</span></p>` : nothing}
    ${button(t('replay.button'), { icon: 'refresh', busy: frame.isStale(), about: t('quarantine.of', { time: moment(m.receivedAt, frame.api.now()) }), click: () => replay(m) })}`;
}

/** @param {MessageHead} m */
function asideView(m) {
  const again = failedReplay(m, state.messages);
  const whole = state.whole.get((again ?? m).id) ?? state.whole.get(m.id);
  return html`<li class="aside" data-message=${m.id}><h3>${t('quarantine.of', { time: moment(m.receivedAt, frame.api.now()) })}</h3><p class="small subtle">${headWords(m)}</p>
    ${whole ? complaintsList(whole.complaints, whole.more) : html`<p class="subtle" aria-busy="true">${t('message.loading')}</p>`}${replayPart(m)}</li>`;
}

function quarantineView() {
  const now = state.messages.filter(needsSomebody);
  return html`${[...state.done].map(([id, d]) => notice({ icon: 'circle-check', tone: 'info', id: `done-${id}`, title: t('replay.done'), text: t('replay.done_text', d) }))}
    ${now.length > 0 ? html`<section class="panel" aria-labelledby="quarantine-title"><h2 id="quarantine-title">${t('quarantine.title', { n: now.length })}</h2><p>${t('quarantine.text')}</p><ul class="asides">${now.map(asideView)}</ul></section>` : nothing}`;
}

/** @param {MessageHead} m */
async function fetchSoon(m) {
  if (isFetched(m)) return;
  await fetchWhole(m).catch(error => { state.problem = problemText(error); });
  frame.draw();
}

function lastView() {
  const last = lastUnderstood(state.messages);
  return html`<section class="panel" aria-labelledby="last-title"><div class="section-head"><h2 id="last-title">${t('message.last')}</h2>${last ? html`<span class="subtle">${moment(last.receivedAt, frame.api.now())}</span>` : nothing}</div>
    ${last ? html`<p class="subtle">${headWords(last)}</p>${bodyOf(last)}` : html`<p class="subtle">${t('message.none')}</p>`}</section>`;
}

/** @param {MessageHead} m */
const historyRow = m => html`<li><details class="more" @toggle=${() => fetchSoon(m)}><summary>${icon('chevron-right')}<span class="history-head"><b>${moment(m.receivedAt, frame.api.now())}</b><span class="small subtle">${headWords(m)}</span></span><span class="outcome ${m.outcome}">${outcomeWord(m)}</span></summary><div class="more-body">${bodyOf(m)}${isOpenQuarantine(m) ? html`<p class="subtle">${t('quarantine.overtaken_text')}</p>${replayPart(m)}` : nothing}</div></details></li>`;

function historyView() {
  const last = lastUnderstood(state.messages);
  const rest = state.messages.filter(m => m !== last && !needsSomebody(m));
  if (rest.length === 0) return nothing;
  return html`<section class="panel" aria-labelledby="history-title"><h2 id="history-title">${t('message.history')}</h2><ul class="history">${rest.map(historyRow)}</ul></section>`;
}

/** What a house can do itself while its connection does not work. */
const advice = () => (!isHouse() ? null : {
  words: t('feed.advice'),
  action: frame.session.role === 'shelter' ? html`<a class="nl-button nl-button--secondary" href="/opvang"><span class="nl-button__label">${t('feed.by_hand')}</span></a>` : nothing,
});

const handPart = () => (!isHouse() ? nothing : hand.now()?.upload() ?? (hand.isMissing() ? missingView(bringHand) : nothing));

const allView = () => all.now()?.allFeeds(state.feeds, frame.api.now(), open) ?? missingView(bringAll);

/** Of an operator's list nobody comes here without a connection. */
const noneView = () => notice({ icon: 'info-circle', tone: 'info', ...(isHouse() ? { title: t('feeds.none'), text: t('feeds.none_text') } : { title: t('feeds.not_house'), text: t('feeds.not_house_text') }) });

function providerView() {
  const own = byTrouble(state.feeds.filter(f => f.provider === state.provider));
  const name = own[0]?.organisation ?? frame.session.organisation;
  return html`<div>${isOperator() ? button(t('feeds.all_back'), { kind: 'subtle', icon: 'arrow-back-up', extra: 'back', click: backToAll }) : nothing}
    <h1 id="feeds-title" tabindex="-1">${t('feeds.heading', { name })}</h1></div>
    ${own.length === 0 ? noneView() : own.map(f => feedCard(f, frame.api.now(), advice()))}
    ${state.messages.length > 0 ? html`${quarantineView()}${lastView()}` : nothing}${handPart()}${historyView()}`;
}

const updated = () => (loadedAt === 0 ? nothing : isAsleep()
  ? button(t('feeds.asleep', { time: clock(loadedAt) }), { kind: 'subtle', icon: 'refresh', click: () => { touched.at = Date.now(); load(); } })
  : html`<p class="small subtle">${t('feeds.updated', { time: clock(loadedAt) })}</p>`);

const view = () => html`<main class="feeds" id="main">
  ${state.problem ? notice({ title: state.problem, tone: 'error', alert: true }) : nothing}${doubtNotice(frame)}${staleNotice(frame, load, 'offline.text_feeds')}
  ${!state.ready ? html`<p class="subtle" aria-busy="true">${t('feeds.loading')}</p>` : isOperator() && !state.provider ? allView() : providerView()}
  ${state.ready && isHouse() ? hand.now()?.delivery() : nothing}${updated()}</main>`;

startPage({
  roles: ['shelter', 'org_admin', 'exchange_admin'],
  titleKey: 'feeds.title',
  skipKey: 'skip.main',
  view,
  onLive: () => { if (!isAsleep()) loadSoon(LIVE_DELAY_MS); },
  onBack: () => { if (hand.isMissing()) bringHand(); if (all.isMissing()) bringAll(); load(); },
  begin: async ready => {
    frame = ready;
    history.replaceState(null, '');
    addEventListener('popstate', () => { if (isOperator()) show(history.state?.provider ?? null); });
    for (const sign of ['pointerdown', 'keydown']) addEventListener(sign, () => { const was = isAsleep(); touched.at = Date.now(); if (was) load(); }, { passive: true });
    document.addEventListener('visibilitychange', look);
    setInterval(look, WAIT_MS);
    setInterval(() => frame.draw(), 60_000); // ages grow without an event
    await Promise.all([load(), isHouse() ? bringHand() : null, isOperator() ? bringAll() : null]);
  },
});
