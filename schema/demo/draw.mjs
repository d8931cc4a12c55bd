// Draws that depend on a name, not on the order of asking: adding a house to the demo changes no other house.
// The number for a name is splitmix64's finaliser (Steele, Lea, Flood 2014) over the seed and the bytes of the name,
// the same mixing as broker/base/rng.h.

const U64 = (1n << 64n) - 1n;

/** @param {bigint} z */
function mix(z) {
  z = (z + 0x9e3779b97f4a7c15n) & U64;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & U64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & U64;
  return z ^ (z >> 31n);
}

/** @param {bigint} seed */
export function drawer(seed) {
  /** A number from 0 up to and not including 1. @param {string} name */
  const unit = name => {
    let h = mix(seed);
    for (const byte of new TextEncoder().encode(name)) h = mix(h ^ BigInt(byte));
    return Number(h >> 11n) / 2 ** 53;
  };
  /** @param {string} name @param {number} p */
  const chance = (name, p) => unit(name) < p;
  /** Whole number from low to high, both included. @param {string} name @param {number} low @param {number} high */
  const between = (name, low, high) => low + Math.floor(unit(name) * (high - low + 1));
  /** One of the [value, weight] rows. @template T @param {string} name @param {[T, number][]} rows @returns {T} */
  const pick = (name, rows) => {
    let left = unit(name) * rows.reduce((sum, r) => sum + r[1], 0);
    for (const [value, weight] of rows) if ((left -= weight) < 0) return value;
    return rows[rows.length - 1][0];
  };
  /** `n` different values. @template T @param {string} name @param {number} n @param {[T, number][]} rows @returns {T[]} */
  const pickSome = (name, n, rows) => {
    const left = [...rows], out = [];
    for (let i = 0; i < n && left.length; i++) {
      const v = pick(`${name}#${i}`, left);
      out.push(v);
      left.splice(left.findIndex(r => r[0] === v), 1);
    }
    return out;
  };
  /** yes, no or unknown: unknown with `p_unknown`, else yes with `p_yes`. */
  const tri = (name, p_yes, p_unknown) =>
    chance(`${name}?`, p_unknown) ? 'unknown' : chance(name, p_yes) ? 'yes' : 'no';
  return { unit, chance, between, pick, pickSome, tri };
}
