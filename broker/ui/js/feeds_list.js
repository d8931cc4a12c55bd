// @ts-check
// The state of a data connection in words with its age, and the operator's list of all of them with trouble first.
import { byTrouble, isTrouble, lastCame, stateTime } from './feed.js';
import { wayWord } from './feeds_message.js';
import { ago, duration, moment, t } from './text.js';
import { badge, button, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Feed} Feed */
/** @typedef {import('../types/api').FeedState} FeedState */

/** @type {Record<FeedState, string>} */
const ICONS = { ok: 'circle-check', silent: 'hourglass', quarantined: 'alert-triangle', adapter_away: 'wifi-off', never: 'clock' };
/** @type {FeedState[]} */
const STATES = ['quarantined', 'silent', 'adapter_away', 'never', 'ok'];

/** @param {Feed} feed */
export const toneOf = feed => (isTrouble(feed) ? 'trouble' : feed.state === 'ok' ? 'good' : 'idle');

/** @param {Feed} feed @param {number} nowMs */
function stateText(feed, nowMs) {
  const at = stateTime(feed);
  if (feed.state === 'silent' && !at) return t('feed.text_silent_unknown');
  if (feed.state === 'adapter_away' && !at) return t('feed.text_adapter_away_unknown');
  return t(`feed.text_${feed.state}`, at ? { time: moment(at, nowMs), ago: ago(at, nowMs) } : {});
}

/** @param {number} minutes */
const everyWord = minutes => (minutes === 60 ? t('feed.expected_hourly') : t('feed.expected_every', { duration: duration(minutes) }));

/** @param {Feed} feed @param {number} nowMs */
function facts(feed, nowMs) {
  const rows = [
    [t('feed.way'), wayWord(feed.channel)],
    feed.profile ? [t('feed.profile'), html`<code>${feed.profile}</code>`] : null,
    feed.expectedMinutes ? [t('feed.expected'), everyWord(feed.expectedMinutes)] : null,
    feed.lastReportAt ? [t('feed.used'), moment(feed.lastReportAt, nowMs)] : null,
    feed.waiting ? [t('feed.waiting'), t('feed.waiting_count', { n: feed.waiting })] : null,
  ];
  return html`<dl class="feed-facts">${rows.map(r => (r ? html`<div><dt>${r[0]}</dt><dd>${r[1]}</dd></div>` : nothing))}</dl>`;
}

/** One connection: how it is, since when, and what it is. ADVICE is for the house only. @param {Feed} feed @param {number} nowMs @param {{ words: string, action: unknown } | null} advice */
export const feedCard = (feed, nowMs, advice) => html`<section class="feed-card ${toneOf(feed)}" aria-label=${t(`feed.state_${feed.state}`)}>
  <div class="feed-state">${icon(ICONS[feed.state])}<div><h2>${t(`feed.state_${feed.state}`)}${feed.test ? html` ${badge(t('feed.test'))}` : nothing}</h2><p>${stateText(feed, nowMs)}${isTrouble(feed) && !feed.test && advice ? ` ${advice.words}` : nothing}</p>${feed.test ? html`<p class="subtle">${t('feed.test_text')}</p>` : nothing}</div>${isTrouble(feed) && !feed.test && advice ? advice.action : nothing}</div>
  ${facts(feed, nowMs)}</section>`;

/** @param {Feed} feed @param {number} nowMs @param {(feed: Feed) => void} open */
const feedRow = (feed, nowMs, open) => {
  const at = stateTime(feed);
  const last = lastCame(feed);
  return html`<tr class=${toneOf(feed)}><th scope="row">${button(feed.organisation, { kind: 'subtle', extra: 'row-button', click: () => open(feed) })}${feed.test ? badge(t('feed.test')) : nothing}</th>
    <td><span class="state-word">${icon(ICONS[feed.state])}<span>${t(`feed.state_${feed.state}`)}${isTrouble(feed) && at ? html`<span class="small line">${moment(at, nowMs)}, ${ago(at, nowMs)}</span>` : nothing}</span></span></td>
    <td class="off-phone">${last ? html`${moment(last, nowMs)}<span class="small subtle line">${ago(last, nowMs)}</span>` : nothing}</td>
    <td class="off-phone">${wayWord(feed.channel)}</td><td class="off-phone">${feed.expectedMinutes ? everyWord(feed.expectedMinutes) : nothing}</td><td class="n off-phone">${feed.waiting ? String(feed.waiting) : ''}</td></tr>`;
};

/** @param {Feed[]} feeds @param {number} nowMs @param {(feed: Feed) => void} open */
export function allFeeds(feeds, nowMs, open) {
  const trouble = feeds.filter(isTrouble).length;
  if (feeds.length === 0) return html`<h1 id="feeds-title" tabindex="-1">${t('feeds.all_none')}</h1><p>${t('feeds.all_none_text')}</p>`;
  const tally = STATES.map(state => /** @type {const} */ ([state, feeds.filter(f => f.state === state).length])).filter(([, n]) => n > 0);
  return html`<div><h1 id="feeds-title" tabindex="-1">${trouble > 0 ? t('feeds.all_trouble', { n: trouble }) : t('feeds.all_good')}</h1>
    <ul class="feed-tally">${tally.map(([state, n]) => html`<li class=${state === 'ok' ? 'good' : state === 'never' ? 'idle' : 'trouble'}>${icon(ICONS[state])}${t(`feeds.tally_${state}`, { n })}</li>`)}</ul></div>
    <div class="panel flush"><table class="feeds-table"><caption class="sr">${t('feeds.all_caption')}</caption><thead><tr><th scope="col">${t('feeds.column_organisation')}</th><th scope="col">${t('feeds.column_state')}</th><th scope="col" class="off-phone">${t('feeds.column_last')}</th><th scope="col" class="off-phone">${t('feeds.column_way')}</th><th scope="col" class="off-phone">${t('feeds.column_expected')}</th><th scope="col" class="n off-phone">${t('feeds.column_waiting')}</th></tr></thead>
    <tbody>${byTrouble(feeds).map(feed => feedRow(feed, nowMs, open))}</tbody></table></div>`;
}
