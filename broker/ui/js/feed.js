// @ts-check
// What the pages make of a data connection, apart from the screen: which one needs somebody, what hand and feed say of
// the same room, what a file would change, and what fits into an upload.
import { promised } from './capacity.js';

/** @typedef {import('../types/api').Feed} Feed */
/** @typedef {import('../types/api').MessageHead} MessageHead */
/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Preview} Preview */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('../types/api').Said} Said */
/** @typedef {import('../types/api').Upload} Upload */

// By the API: POST /uploads takes so many bytes of a file; said before anything is sent over a phone.
export const UPLOAD_BYTES_MAX = 700 * 1024;

/* ---- which one needs somebody ---- */

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

/* ---- messages ---- */

/** Set aside, and not read well since. @param {MessageHead} m */
export const isOpenQuarantine = m => m.outcome === 'quarantined' && m.replay !== 'done';

/** @param {MessageHead} m */
export const isUnderstood = m => m.outcome === 'taken' || m.outcome === 'test';

/** The last one that was understood; a file handed in here is no word of the connection. @param {MessageHead[]} messages newest first */
export const lastUnderstood = messages => messages.find(m => isUnderstood(m) && m.channel !== 'upload') ?? null;

/** A good message came after it: nobody needs to do anything. @param {MessageHead} m @param {MessageHead[]} messages newest first */
export function isOvertaken(m, messages) {
  const good = lastUnderstood(messages);
  return good !== null && good.receivedAt > m.receivedAt;
}

/** The last try to read it again that failed. @param {MessageHead} m @param {MessageHead[]} messages newest first */
export const failedReplay = (m, messages) => messages.find(r => r.replayOf === m.messageId && (r.outcome === 'refused' || r.outcome === 'quarantined')) ?? null;

/* ---- hand and feed about one room ---- */

/** As it stands on the screen: what is promised is not free to give away. @param {number} unitsFree @param {Pool} pool @param {Request[]} requests */
const asShown = (unitsFree, pool, requests) => Math.max(0, unitsFree - promised(pool, requests));

/** @param {Said | null | undefined} said */
const isStopped = said => Boolean(said?.stop);
/** @param {Said} said */
const staffed = said => (said.deliverable === 'yes' || said.deliverable === 'no' ? said.deliverable : null);

/**
 * Hand and feed differ. 'ask': the feed spoke last, so what the house said no longer counts and it must say which is
 * right. 'hand': the house spoke last; its word stands until the feed's next message. 'stop': a stop by hand stands,
 * for no feed opens a house.
 * @typedef {{ kind: 'ask', about: 'free' | 'stop' | 'staff', feed: Said, hand: Said, feedFree: number, handFree: number }
 *   | { kind: 'hand', at: string } | { kind: 'stop', feed: Said, feedFree: number }} Difference
 */

/** @param {Pool} pool @param {Request[]} requests @returns {Difference | null} */
export function difference(pool, requests) {
  const { said, disagrees, stop } = pool.capacity;
  const feed = said?.feed ?? null;
  const hand = said?.hand ?? null;
  if (stop?.source === 'hand' && feed && !feed.stop)
    return { kind: 'stop', feed, feedFree: typeof feed.unitsFree === 'number' ? asShown(feed.unitsFree, pool, requests) : 0 };
  if (!disagrees || !feed || !hand) return null;
  if (hand.observedAt >= feed.observedAt) return { kind: 'hand', at: hand.observedAt };
  const feedFree = asShown(feed.unitsFree ?? 0, pool, requests);
  const handFree = asShown(hand.unitsFree ?? 0, pool, requests);
  const ask = (/** @type {'free' | 'stop' | 'staff'} */ about) => /** @type {Difference} */ ({ kind: 'ask', about, feed, hand, feedFree, handFree });
  if (isStopped(feed) !== isStopped(hand)) return ask('stop');
  if (typeof feed.unitsFree === 'number' && typeof hand.unitsFree === 'number' && feedFree !== handFree) return ask('free');
  if (staffed(feed) !== null && staffed(hand) !== null && staffed(feed) !== staffed(hand)) return ask('staff');
  return null;
}

/** Rooms of which somebody must say what is right. @param {Pool[]} pools @param {Request[]} requests */
export const questions = (pools, requests) => pools.filter(p => difference(p, requests)?.kind === 'ask');

/* ---- a file that was handed in ---- */

/** How many rooms change; those that this person may not report are left out. Whether taking it over would do anything. @param {Preview[]} preview */
export function tally(preview) {
  const n = { changes: 0, confirms: 0, older: 0, barred: 0 };
  for (const row of preview) {
    if (!row.allowed || !row.effect) n.barred += 1;
    else n[row.effect] += 1;
  }
  return { ...n, canTake: n.changes + n.confirms > 0 };
}

/** Which of the values differ. @param {Partial<Said>} before @param {Partial<Said>} after */
export function changed(before, after) {
  return {
    total: (before.unitsTotal ?? null) !== (after.unitsTotal ?? null),
    free: (before.unitsFree ?? null) !== (after.unitsFree ?? null),
    staff: (before.deliverable ?? 'unknown') !== (after.deliverable ?? 'unknown'),
    stop: (before.stop?.reason ?? '') !== (after.stop?.reason ?? ''),
  };
}

/** What the page of an upload shows. Of one that is taken over no step of this tab need know: the answer was lost, or another tab did it. @param {{ step: string, upload: Upload | null }} u @returns {'preview' | 'taken' | 'unreadable' | 'unanswered' | 'expired'} */
export function uploadEnd({ step, upload }) {
  if (step === 'taken' || upload?.state === 'taken') return 'taken';
  if (upload?.state === 'read') return 'preview';
  return upload?.state === 'unreadable' || upload?.state === 'unanswered' ? upload.state : 'expired';
}

/**
 * What a look that failed says of the upload: only one that is not there any more has expired. Whoever is busy or not
 * reached is asked again.
 * @param {{ kind: string, status: number }} error @returns {'again' | 'gone' | 'fault'}
 */
export function lookFault({ kind, status }) {
  if (kind === 'offline' || status >= 500 || status === 429) return 'again';
  return kind === 'problem' && status === 404 ? 'gone' : 'fault';
}

/** The bytes as base64, for JSON has no other way. @param {Uint8Array} bytes */
export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
