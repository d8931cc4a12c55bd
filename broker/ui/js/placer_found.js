// @ts-check
// A better place came free while a referral looks: a quiet note that waits for the worker. Nothing is asked by itself,
// and the list does not move until the worker wants to see it.
import { either, t } from './text.js';
import { button, notice, nothing } from './ui.js';

/** @typedef {import('../types/api').Referral} Referral */
/** @typedef {import('../types/api').MatchResult} MatchResult */

/** Announced places that the worker has looked at, in this tab. */
const seen = new Set();
/** @param {Referral} r */
const keyOf = r => (r.announced ? `${r.id}:${r.announced.poolId}:${r.announced.at}` : '');

/** The announced place that was not looked at yet. @param {Referral} r */
export const unseen = r => (r.announced && !seen.has(keyOf(r)) ? r.announced : null);
/** @param {Referral} r */
export const markSeen = r => seen.add(keyOf(r));
/** @param {import('../types/api').AnnouncedPlace} place */
export const announcedName = place => place.locationName ?? either(place.poolName, place.poolNameEn);

/** What is said of it, in words. @param {Referral} r @param {number} asked how many places are being asked now */
export function foundText(r, asked) {
  const place = unseen(r);
  if (!place) return '';
  return t(asked > 0 ? 'track.found_better' : 'track.found', { name: announcedName(place) });
}

/**
 * The note above the list. N new places wait to be shown, the announced one among them if there is one.
 * @param {Referral} r @param {number} n @param {number} asked @param {() => void} show
 */
export function foundNote(r, n, asked, show) {
  const text = foundText(r, asked);
  if (n === 0 && !text) return nothing;
  return notice({ icon: 'info-circle', tone: 'info', title: t('results.fresh', { n: Math.max(1, n) }), text, action: button(t('results.show'), { click: show, id: 'show-found' }) });
}

/**
 * New facts while the list is in use: what is on the screen keeps its place, numbers change where they stand, what is
 * gone goes, what is new waits. @param {MatchResult} shown @param {MatchResult} result
 */
export function keepOrder(shown, result) {
  const now = new Map(result.places.map(m => [m.poolId, m]));
  const places = shown.places.filter(m => now.get(m.poolId)?.verdict === m.verdict).map(m => now.get(m.poolId) ?? m);
  return { ...shown, places, fits: places.filter(m => m.verdict === 'fits').length, ask: places.filter(m => m.verdict === 'ask').length };
}

/** Places of RESULT that fit and are not in SHOWN. @param {MatchResult | null} result @param {MatchResult | null} shown */
export function newFits(result, shown) {
  const known = new Set((shown?.places ?? []).map(m => m.poolId));
  return (result?.places ?? []).filter(m => m.verdict === 'fits' && !known.has(m.poolId)).length;
}
