// @ts-check
// What the pages make of a data connection, apart from the screen: which one needs somebody, and since when.

/** @typedef {import('../types/api').Feed} Feed */

/** Order of the operator's list: what somebody must do something about, then what never spoke, then what works. */
const RANK = { quarantined: 0, silent: 1, adapter_away: 2, never: 3, ok: 4 };

/** @param {Feed} feed */
export const isTrouble = feed => feed.state === 'silent' || feed.state === 'quarantined' || feed.state === 'adapter_away';

/** Since when it is as it is; what is not known is the oldest. @param {Feed} feed */
const since = feed => feed.silentSince ?? (feed.state === 'adapter_away' ? feed.lastHeartbeatAt : feed.lastMessageAt) ?? '';

/** Trouble first, of that the oldest first; of those that work by name. @param {Feed[]} feeds */
export const byTrouble = feeds => [...feeds].sort((a, b) => RANK[a.state] - RANK[b.state]
  || (isTrouble(a) ? since(a).localeCompare(since(b)) : 0) || a.organisation.localeCompare(b.organisation) || a.channel.localeCompare(b.channel));

/** The connection that a house must hear of: the worst one, and none that is only on trial. @param {Feed[]} feeds @returns {Feed | null} */
export const troubleOf = feeds => byTrouble(feeds.filter(f => isTrouble(f) && !f.test))[0] ?? null;

/** When something last came. Of a connection of which no adapter has spoken yet only its numbers are known. @param {Feed} feed @returns {string | null} */
export const lastCame = feed => feed.lastMessageAt ?? feed.lastReportAt ?? null;

/** The time that the words about its state name. @param {Feed} feed @returns {string | null} */
export const stateTime = feed => {
  if (feed.state === 'silent') return feed.silentSince ?? lastCame(feed);
  if (feed.state === 'adapter_away') return feed.lastHeartbeatAt ?? null;
  return lastCame(feed);
};
