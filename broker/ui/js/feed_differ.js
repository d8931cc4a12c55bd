// @ts-check
// What hand and feed say of the same room, apart from the screen.
import { promised } from './capacity.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('../types/api').Said} Said */

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
