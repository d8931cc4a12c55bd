// @ts-check
// The arithmetic of a house's own numbers, apart from the screen. On the screen stands what can still be given away; the
// exchange wants the units without a resident, promised ones included (schema/api/openapi.yaml, CapacityReports).

/** @typedef {import('../types/api').Pool} Pool */
/** @typedef {import('../types/api').Request} Request */

/**
 * Units promised or asked for and not yet arrived. Not capacity.unitsHeld: that counts a household that has arrived
 * until the next report, and whoever counts free rooms does not count that room any more.
 * @param {Pool} pool @param {Request[]} requests live ones of the house
 */
export const promised = (pool, requests) => requests
  .filter(r => r.poolId === pool.id && (r.state === 'pending' || r.state === 'accepted'))
  .reduce((sum, r) => sum + (r.units ?? 1), 0);

/** @param {Pool} pool */
export const total = pool => pool.capacity.unitsTotal ?? pool.unitsTotal ?? 0;

/** What can be shown as free at most. @param {Pool} pool @param {Request[]} requests */
export const freeMax = (pool, requests) => Math.max(0, total(pool) - promised(pool, requests) - (pool.capacity.unitsOutOfOrder ?? 0));

/**
 * What a house answers when hand and feed differ about more than a number. stop null: intake is open.
 * @typedef {{ stop?: import('../types/api').Stop | null, deliverable?: 'yes' | 'no' }} Answer
 */

/**
 * One report by hand. What the house said earlier about staff, a stop or rooms out of order is said again: a report
 * without it would take it back in silence.
 * @param {Pool} pool @param {number | null} free as shown; null is not known @param {Request[]} requests
 * @param {{ reportId: string, observedAt: string }} at @param {Answer} [answer] in the place of what is believed
 */
export function handReport(pool, free, requests, at, answer = {}) {
  const { stop, deliverable, unitsOutOfOrder } = { ...pool.capacity, ...answer };
  const all = total(pool);
  return {
    poolId: pool.id, reportId: at.reportId, observedAt: at.observedAt, source: 'hand',
    ...(free !== null ? { unitsFree: free + promised(pool, requests) } : {}),
    ...(all > 0 ? { unitsTotal: all } : {}),
    ...(unitsOutOfOrder !== null && unitsOutOfOrder !== undefined ? { unitsOutOfOrder } : {}),
    ...(deliverable === 'yes' || deliverable === 'no' ? { deliverable: deliverable === 'yes' } : {}),
    ...(stop ? { stop: { reason: stop.reason, ...(stop.untilAt ? { untilAt: stop.untilAt } : {}) } } : {}),
  };
}

/** The stop that is in force; one that has ended is none, though no event said so. @param {Pool} pool @param {number} nowMs @returns {import('../types/api').Stop | null} */
export const stopNow = (pool, nowMs) => {
  const stop = pool.capacity.stop ?? null;
  return stop?.untilAt && Date.parse(stop.untilAt) <= nowMs ? null : stop;
};

/** When the house last confirmed: the oldest number counts, for one old number makes the whole list doubtful. @param {Pool[]} pools */
export const oldestConfirmed = pools => pools.map(p => p.capacity.observedAt).filter(at => typeof at === 'string').sort()[0] ?? null;
