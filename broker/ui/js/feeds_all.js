// @ts-check
// The operator's list: all connections, trouble first.
import { byTrouble, isTrouble, lastCame, stateTime } from './feed.js';
import { ICONS, everyWord, toneOf } from './feeds_list.js';
import { wayWord } from './feeds_message.js';
import { ago, moment, t } from './text.js';
import { badge, button, html, icon, nothing } from './ui.js';

/** @typedef {import('../types/api').Feed} Feed */
/** @typedef {import('../types/api').FeedState} FeedState */

/** @type {FeedState[]} */
const STATES = ['quarantined', 'silent', 'adapter_away', 'never', 'ok'];

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
