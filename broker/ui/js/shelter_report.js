// @ts-check
// Telling the exchange the house's own numbers, one pool per call: only so can each number carry the version of the pool
// that it was counted on, and be refused when a household came or went since.
import { ApiError, newKey } from './api.js';
import { handReport } from './capacity.js';

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */
/** @typedef {import('./capacity.js').Answer} Answer */
/** What the house says of a pool, and the version that was on the screen. @typedef {{ pool: Pool, free: number | null, version: number, answer?: Answer }} Claim */
/**
 * How it went. Late: there is a newer number, this one is not believed. Clashed: somebody was first. Failed: anything
 * else, and all that was not tried after it.
 * @typedef {{ saved: Claim[], late: Claim[], clashed: Claim[], failed: Claim[], error: ApiError | null }} Sent
 */

// From here on the trouble is not the number: the next pool would fare no better.
const STATUS_TOO_MANY = 429;

/**
 * Somebody else changed the pool first. mine: the number that this person gave; answer: what they said beside the number.
 * @typedef {{ pool: Pool, mine: number | null, answer?: Answer }} Clash
 */

/** The pools as they are now; one that is gone asks nothing. @param {Claim[]} clashed @param {Pool[]} pools @returns {Clash[]} */
export const clashesOf = (clashed, pools) => clashed.flatMap(({ pool, free, answer }) => {
  const now = pools.find(p => p.id === pool.id);
  return now ? [{ pool: now, mine: free, ...(answer ? { answer } : {}) }] : [];
});

/** What is sent when the person said what is right: what they answered about staff or a stop is never lost on the way. @param {Clash} clash @param {number | null} free @returns {Claim} */
export const settled = ({ pool, answer }, free) => ({ pool, free, version: pool.version, ...(answer ? { answer } : {}) });

/** @param {ApiError} error */
const isOfAll = error => error.kind !== 'problem' || error.status === 401 || error.status === 403 || error.status >= STATUS_TOO_MANY;

/**
 * Who answers what the screen shows speaks after it, though the clock here runs up to a second behind the exchange's.
 * @param {number} nowMs @param {Pool} pool
 */
const sayingTime = (nowMs, pool) => new Date(Math.max(nowMs, Date.parse(pool.capacity.observedAt ?? '') || 0)).toISOString();

/**
 * One call after the other. REQUESTS must not be older than the pools: what moved in between is then in the version, and
 * the exchange refuses.
 * @param {import('./api.js').Api} api @param {Claim[]} claims @param {Request[]} requests @returns {Promise<Sent>}
 */
export async function sendClaims(api, claims, requests) {
  /** @type {Sent} */
  const sent = { saved: [], late: [], clashed: [], failed: [], error: null };
  for (const claim of claims) {
    if (sent.error && isOfAll(sent.error)) {
      sent.failed.push(claim);
      continue;
    }
    const report = handReport(claim.pool, claim.free, requests, { reportId: newKey(), observedAt: sayingTime(api.now(), claim.pool) }, claim.answer);
    try {
      const { late } = await api.post('/capacity-reports', { reports: [report] }, { key: newKey(), ifMatch: `"${claim.version}"` });
      sent[late > 0 ? 'late' : 'saved'].push(claim);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 412) sent.clashed.push(claim);
      else {
        sent.failed.push(claim);
        sent.error = error;
      }
    }
  }
  return sent;
}
