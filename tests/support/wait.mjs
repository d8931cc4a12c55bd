// Waiting without sleeping blindly: ask again until it holds, within a bound.

export const pause = ms => new Promise(done => setTimeout(done, ms));

/** Ask WHAT-is-so until it is truthy, and return that; throws after WITHIN ms. */
export async function poll(ask, { within = 10_000, every = 20, what = 'a condition' } = {}) {
  const end = Date.now() + within;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() >= end) throw new Error(`waited ${within} ms for ${what}`);
    await pause(every);
  }
}

/** Numbers in 0 <= x < 1 that follow from a seed (mulberry32): what a test drew can be drawn again. */
export function seeded(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: n => Math.floor(next() * n), pick: list => list[Math.floor(next() * list.length)] };
}
