// @ts-check
// The state of a data connection in words with its age, and the operator's list of all of them with trouble first.
import { isTrouble, stateTime } from './feed.js';
import { wayWord } from './feeds_message.js';
import { ago, duration, moment, t } from './text.js';
import { badge, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Feed} Feed */
/** @typedef {import('../types/api').FeedState} FeedState */

/** @type {Record<FeedState, string>} */
export const ICONS = { ok: 'circle-check', silent: 'hourglass', quarantined: 'alert-triangle', adapter_away: 'wifi-off', never: 'clock' };

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
export const everyWord = minutes => (minutes === 60 ? t('feed.expected_hourly') : t('feed.expected_every', { duration: duration(minutes) }));

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
