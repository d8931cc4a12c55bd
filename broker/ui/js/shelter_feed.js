// @ts-check
// What the shelter's page says of its own data connection: a warning when it is silent or its last file was refused, and
// one quiet line that leads to the page of the connection.
import { lastCame, stateTime, troubleOf } from './feed.js';
import { moment, t } from './text.js';
import { html, icon, nothing, notice } from './ui.js';

/** @typedef {import('../types/api').Feed} Feed */

const look = () => html`<a class="notice-link" href="/koppeling">${t('own_feed.look')}</a>`;

/** @param {Feed[]} feeds */
export function ownFeedNotice(feeds) {
  const feed = troubleOf(feeds);
  if (!feed) return nothing;
  const at = stateTime(feed);
  const title = feed.state === 'quarantined' ? (at ? t('own_feed.quarantined', { time: moment(at) }) : t('own_feed.quarantined_unknown'))
    : feed.state === 'silent' ? (at ? t('own_feed.silent', { time: moment(at) }) : t('own_feed.silent_unknown'))
      : (at ? t('own_feed.adapter_away', { time: moment(at) }) : t('own_feed.adapter_away_unknown'));
  return notice({ icon: feed.state === 'quarantined' ? 'alert-triangle' : 'wifi-off', title, text: html`${t('own_feed.by_hand')} ${look()}`, id: 'own-feed' });
}

/** Under the numbers, so that it is in nobody's way. @param {Feed[]} feeds */
export function ownFeedLine(feeds) {
  if (troubleOf(feeds)) return nothing;
  const at = feeds.map(f => lastCame(f) ?? '').sort().at(-1);
  return html`<a class="feed-line" href="/koppeling"><span>${at ? t('own_feed.ok', { time: moment(at) }) : t('own_feed.none')}</span>${icon('chevron-right')}</a>`;
}
