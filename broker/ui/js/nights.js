// @ts-check
// Nights of a household without a place, as people read them: three weeks in one hotel are one line, not 21.

/** @typedef {import('../types/api').NightTold} NightTold */
/** @typedef {NightTold & { to: string, n: number }} NightRun from `date` up to and with `to` */

const DAY_MS = 86_400_000;

/** @param {string} date */
const dayAfter = date => new Date(Date.parse(`${date}T12:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

/** One after the other, of the same kind, and for the same reason. @param {NightTold[]} nights by day @returns {NightRun[]} */
export function nightRuns(nights) {
  /** @type {NightRun[]} */
  const runs = [];
  for (const night of nights) {
    const last = runs.at(-1);
    if (last && dayAfter(last.to) === night.date && ['slept', 'reason', 'knownBy'].every(k => /** @type {any} */ (last)[k] === /** @type {any} */ (night)[k])) Object.assign(last, { to: night.date, n: last.n + 1 });
    else runs.push({ ...night, to: night.date, n: 1 });
  }
  return runs;
}
