// Hold simulated years (the JSON lines of `plek simulate`) against the bars of matching. Ratios are taken on the same
// worlds; a mean is over worlds.
import { readFileSync } from 'node:fs';

const rows = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

// A bar: what, the limit, and which way is good. [figure, scenario names or null for all, kind, limit]
const usual = ['base', 'stale', 'decl', 'slow', 'special', 'fewh24'];
const bars = [
  ['not on time / nearest first', ['base'], '<=', 0.65], ['not on time / nearest first, worst year', ['base'], '<=', 0.75],
  ['not on time / nearest with deadline order', ['base'], '<=', 0.72],
  ['unmet / nearest first', ['base'], '<=', 0.75], ['unmet / nearest first, worst year', ['base'], '<=', 0.85],
  ['unmet / ringing round', ['base'], '<=', 0.65],
  ['on time', ['base'], '>=', 0.905], ['on time / bound', ['base'], '>=', 0.92], ['on time / bound, worst year', ['base'], '>=', 0.87],
  ['on time / bound', ['slack'], '>=', 0.97], ['not on time / nearest first', ['slack'], '<=', 0.48],
  ['not on time / nearest first', ['stale', 'decl', 'slow', 'special', 'fewh24'], '<=', 0.68],
  ['unmet / nearest first', ['stale', 'decl', 'slow', 'special', 'fewh24'], '<=', 0.78],
  ['not on time / nearest first', ['surge'], '<=', 0.66], ['unmet / nearest first', ['surge'], '<=', 0.86],
  ['not on time / nearest first', ['small'], '<=', 0.74], ['unmet / nearest first', ['small'], '<=', 0.84],
  ['not on time / nearest first', ['tight'], '<=', 0.75], ['unmet / nearest first', ['tight'], '<=', 0.95],
  ['not on time / nearest with deadline order', ['over'], '<=', 1.04], ['unmet / nearest with deadline order', ['over'], '<=', 1.02],
  ['not on time / nearest first', ['mixed'], '<=', 0.70], ['not on time / nearest first, worst year', ['mixed'], '<', 0.85],
  ['unmet / nearest first', ['mixed'], '<=', 0.87],
  ['high threat on time / nearest first', ['base'], '>=', 1.6],
  ...['teen_son', 'wheelchair', 'no_status', 'large', 'trafficking'].map((g) => [`${g}, points above nearest first`, ['base'], '>=', 6]),
  ['ordinary, points above nearest first', ['base'], '>=', 0],
  ['any group, points above best score (least)', usual, '>=', 0],
  ['avoidable use of scarce places', null, '<=', 0], ['broken rules', null, '<=', 0], ['refused by the check', null, '<=', 0],
  ['asks per placement', ['base'], '<=', 1.6], ['asks per placement', ['slow'], '<=', 2.1],
  ['median hours to a yes', ['base'], '<=', 1.0], ['urgency A on time', ['base'], '>=', 0.82],
  ['fit / nearest first', ['base'], '>=', 0.95], ['km / nearest first', ['base'], '<=', 1.25],
];

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
const groupBy = (list, key) => Map.groupBy ? Map.groupBy(list, key) : list.reduce((m, x) => m.set(key(x), [...(m.get(key(x)) ?? []), x]), new Map());

function figures(world) {
  const of = (policy) => world.filter((r) => r.policy === policy).sort((a, b) => a.seed - b.seed);
  const ours = of('ours'), nearest = of('nearest'), deadline = of('nearest-deadline'), phone = of('phone'), score = of('best-score');
  const avg = (list, f) => (list.length ? mean(list.map(f)) : NaN);
  const fail = (r) => 1 - r.on_time, unmet = (r) => r.unmet;
  const worst = (f, pick) => (nearest.length ? pick(...ours.map((r, i) => f(r) / f(nearest[i]))) : NaN);
  const groups = Object.keys(ours[0].groups).filter((g) => ours.every((r) => r.groups[g] !== null));
  const points = (g, other) => 100 * (avg(ours, (r) => r.groups[g]) - avg(other, (r) => r.groups[g]));
  const bound = ours.every((r) => typeof r.bound === 'number') ? avg(ours, (r) => r.bound) : NaN;
  const out = {
    'on time': avg(ours, (r) => r.on_time),
    'not on time / nearest first': avg(ours, fail) / avg(nearest, fail),
    'not on time / nearest first, worst year': worst(fail, Math.max),
    'not on time / nearest with deadline order': avg(ours, fail) / avg(deadline, fail),
    'unmet / nearest first': avg(ours, unmet) / avg(nearest, unmet),
    'unmet / nearest first, worst year': worst(unmet, Math.max),
    'unmet / nearest with deadline order': avg(ours, unmet) / avg(deadline, unmet),
    'unmet / ringing round': avg(ours, unmet) / avg(phone, unmet),
    'on time / bound': avg(ours, (r) => r.on_time) / bound,
    'on time / bound, worst year': Math.min(...ours.map((r) => r.on_time / r.bound)),
    'high threat on time / nearest first': avg(ours, (r) => r.groups.high_threat) / avg(nearest, (r) => r.groups.high_threat),
    'any group, points above best score (least)': Math.min(...groups.map((g) => points(g, score))),
    'avoidable use of scarce places': Math.max(...ours.map((r) => r.avoidable_burn ?? 0)),
    'broken rules': world.reduce((n, r) => n + r.safety_violations, 0),
    'refused by the check': world.filter((r) => r.check !== 'ok').length,
    'asks per placement': avg(ours, (r) => r.asks_per_placement),
    'median hours to a yes': avg(ours, (r) => r.median_hours),
    'urgency A on time': avg(ours, (r) => r.on_time_urgency.A),
    'fit / nearest first': avg(ours, (r) => r.fit) / avg(nearest, (r) => r.fit),
    'km / nearest first': avg(ours, (r) => r.distance_km) / avg(nearest, (r) => r.distance_km),
  };
  for (const g of groups) out[`${g}, points above nearest first`] = points(g, nearest);
  return out;
}

const kept = { '<=': (v, l) => v <= l, '<': (v, l) => v < l, '>=': (v, l) => v >= l };
let good = 0, missed = 0;
for (const [scenario, world] of groupBy(rows, (r) => r.scenario)) {
  console.log(`\n${scenario}: ${new Set(world.map((r) => r.seed)).size} years`);
  for (const [policy, list] of groupBy(world, (r) => r.policy))
    console.log(`  ${policy.padEnd(20)} on time ${mean(list.map((r) => r.on_time)).toFixed(3)}  late ${mean(list.map((r) => r.late)).toFixed(3)}`
      + `  unmet ${mean(list.map((r) => r.unmet)).toFixed(3)}  median ${mean(list.map((r) => r.median_hours)).toFixed(2)} h`
      + `  asks ${mean(list.map((r) => r.asks_per_placement)).toFixed(2)}  ${mean(list.map((r) => r.distance_km)).toFixed(0)} km`
      + `  fit ${mean(list.map((r) => r.fit)).toFixed(3)}`);
  const values = figures(world);
  for (const [figure, where, way, limit] of bars) {
    if (where !== null && !where.includes(scenario)) continue;
    const value = values[figure];
    if (value === undefined || Number.isNaN(value)) continue; // not measured in this run: no bound, no such policy
    const ok = kept[way](Math.round(value * 1000) / 1000, limit);
    if (ok) good++; else missed++;
    console.log(`    ${ok ? 'kept  ' : 'MISSED'} ${figure}: ${value.toFixed(3)} (${way} ${limit})`);
  }
}
console.log(`${good} bars kept, ${missed} missed`);
process.exit(missed > 0 ? 1 : 0);
