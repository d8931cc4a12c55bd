// "Why not this one?" is answered for every pool, and the answer is true: for a set of households, every pool that is out
// states a fact; that fact is changed, in the household or in the house, and then the reason is gone - and where it was
// the only rule, the place is open. tests/support/why_not.mjs is the table of reason → change.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, startExchange } from '../support/exchange.mjs';
import { CHANGE, NEVER_OUT, households } from '../support/why_not.mjs';
import { aNeed, aReport, aWoman, ask, deskOf, demo, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const POOLS_AT_ONCE = 50;

let x, cases;
const met = new Map(); // reason → places for which its change was tried
const opened = new Map(); // reason → places that had this rule only, and opened
const count = (map, code) => map.set(code, (map.get(code) ?? 0) + 1);
const ruleOf = reason => CHANGE[reason.code]?.rule;
const same = (a, b) => a.code === b.code && JSON.stringify(a.params) === JSON.stringify(b.params);

/**
 * The demo and three houses more, for what it has none of at every hour: one that is closed for hours by the clock of this
 * test, one that takes small daughters only, and one without children for no other reason.
 */
function ownWorld(file) {
  const dutch = new Intl.DateTimeFormat('nl-NL', { timeZone: 'Europe/Amsterdam', hour: '2-digit', hourCycle: 'h23' });
  const hour = n => `${dutch.format(Date.now() + n * 3_600_000)}:00`;
  const house = (code, hours, profile) => {
    const location = { ...demo.locations[0], ...hours, id: demo.locations.length + 1, code, name: code };
    const pool = { ...demo.pools[1], ...profile, id: demo.pools.length + 1, location: location.id, code: `${code}-crisis`, kind: 'crisis', gatekeeper: 'none' };
    demo.locations.push(location); // this process's own copy
    demo.pools.push(pool);
    demo.observations.push({ ...demo.observations[1], pool: pool.id, units_total: pool.units_total, units_free: pool.units_total, units_occupied: 0, units_out_of_order: 0, deliverable: true, age_minutes: 5 });
  };
  house('dichtbij', { night_intake: 'no', intake_from: hour(8), intake_until: hour(10) }, {});
  house('kleintje', { night_intake: 'yes' }, { children: 'yes', oldest_son: null, oldest_daughter: 9, sexes: { women: 'yes', men: 'yes' }, unit_size: 6 });
  house('zonder', { night_intake: 'yes' }, { children: 'no', oldest_son: null, oldest_daughter: null, unit_size: 6 });
  writeFileSync(file, JSON.stringify(demo));
}

before(async () => {
  x = await startExchange('why-not');
  const file = join(x.dir, 'world.json');
  ownWorld(file);
  assert.equal(await x.stopBroker(), 0);
  const loaded = x.plek('demo', 'load', file);
  assert.equal(loaded.status, 0, loaded.out);
  await x.startBroker();
  cases = households(aNeed);
});
after(() => x?.stop());

/** What is said of POOLS for NEED, by pool. */
async function said(account, need, pools) {
  const client = await x.as(account);
  const places = [];
  for (let i = 0; i < pools.length; i += POOLS_AT_ONCE) {
    const some = pools.slice(i, i + POOLS_AT_ONCE);
    const answer = expectStatus(await client.post(`/matches?pool=${some.join(',')}&limit=${POOLS_AT_ONCE}`, need, { key: null }), 200, 'why not');
    assert.deepEqual(answer.places.map(p => p.poolId).sort((a, b) => a - b), [...some].sort((a, b) => a - b), 'every pool that is asked about is in the answer');
    places.push(...answer.places);
  }
  return new Map(places.map(p => [p.poolId, p]));
}

const everyPool = () => demo.pools.filter(p => !p.overflow).map(p => p.id); // those for a surge are in no match outside one
const isOut = place => place.verdict === 'out';
/** Rules that exclude, as the reasons tell them, first one first. */
const rulesOf = place => [...new Set(place.reasons.map(ruleOf))];

const wrong = [];
/** All that was not as said, at once. */
function noneWrong() {
  assert.deepEqual(wrong.splice(0), []);
}

/** The reason is gone, and a place that had this rule only is open: in ANSWERS, one for each way to change the fact. */
function judge(what, before, answers) {
  const [first] = before.reasons;
  const where = `${what}, pool ${before.poolId}: ${first.code} ${JSON.stringify(first.params)}`;
  if (answers.length === 0) wrong.push(`${where}: no change of the fact is possible`);
  if (answers.some(now => isOut(now) && now.reasons.some(r => same(r, first)))) wrong.push(`${where} is still said after its fact was changed`);
  count(met, first.code);
  if (rulesOf(before).length > 1) return;
  if (answers.some(now => !isOut(now))) count(opened, first.code);
  else wrong.push(`${where} was its only rule, yet it is out: ${JSON.stringify(answers[0]?.reasons)}`);
}

test('one pool by its number: verdict, every rule with its reason, and the change that opens it', async () => {
  const client = await x.as('nachtdienst.rotterdam');
  const need = aNeed({ threatLevel: 'groen', unsafeRegions: [], traits: { huisdier_hond: 'yes' } });
  const dog = [...(await said('nachtdienst.rotterdam', need, everyPool())).values()].find(p => isOut(p) && p.reasons.length === 1 && p.reasons[0].code === 'out_trait');
  assert.deepEqual(dog.rules, ['trait']);
  assert.deepEqual(dog.change, { rule: 'trait', params: [{ kind: 'trait', value: 'huisdier_hond' }] });
  assert.ok(!('why' in dog) && !('utility' in dog), 'a place that is out has no rank to explain');
  const { nearMisses, places } = expectStatus(await client.post('/matches', need, { key: null }), 200);
  assert.ok(nearMisses.some(m => m.rule === 'trait' && m.params[0].value === 'huisdier_hond'));
  for (const place of places) {
    assert.equal(place.why.tone, 'rank');
    const lost = Object.values(place.terms).reduce((a, b) => a + b);
    assert.equal(place.utility, 1000 - lost - place.scarcity.points);
    assert.ok(place.score >= 1000 - lost && place.score <= 1000, 'travel counts in the order besides the fit');
  }
  assert.equal(places[0].why.code, 'rank_best');
  for (const bad of ['0', '1,', 'a', '99999', Array(51).fill('1').join(','), '4294967297'])
    expectStatus(await client.post(`/matches?pool=${bad}`, need, { key: null }), 400, bad);
  const only = expectStatus(await client.post(`/matches?pool=${dog.poolId}&verdict=possible`, need, { key: null }), 200);
  assert.deepEqual(only.places, []);
});

test('a change that is promised opens the place, and where one could is promised', async () => {
  let promised = 0;
  for (const [what, account, need] of cases) {
    const all = await said(account, need, everyPool());
    const dogless = code => ({ ...need, traits: { ...need.traits, [code]: 'no' } });
    const groups = new Map();
    for (const place of all.values()) if (place.change) groups.set(JSON.stringify(place.change), [...(groups.get(JSON.stringify(place.change)) ?? []), place.poolId]);
    for (const [key, pools] of groups) {
      const { rule, params } = JSON.parse(key);
      const changed = rule === 'trait' ? dogless(params[0].value) : rule === 'size' ? { ...need, keepTogether: false }
        : { ...need, unsafePoints: need.unsafePoints.map(p => ({ ...p, minutes: p.minutes - params[0].value })) };
      for (const place of (await said(account, changed, pools)).values()) assert.notEqual(place.verdict, 'out', `${what}: ${key}`);
      promised += pools.length;
    }
    for (const place of all.values())
      if (isOut(place) && place.reasons.every(r => r.code === 'out_trait') && place.reasons.length === 1 && /^huisdier/.test(place.reasons[0].params[0].value))
        assert.ok(place.change, `${what}: pool ${place.poolId}`);
  }
  assert.ok(promised > 20, `${promised} promises`);
});

test('facts of the house: its own report takes the reason away', async () => {
  // None of the demo's houses takes nobody: two that fit say so first.
  const stopped = (await placesFor(await x.as('nachtdienst.rotterdam'), cases[1][2], 2)).map(p => p.poolId);
  for (const id of stopped) expectStatus(await (await x.as(deskOf(id))).post('/capacity-reports', { reports: [aReport(id, { stop: { reason: 'ziekte' } })] }), 200);
  const plans = [];
  for (const [what, account, need] of cases)
    for (const place of (await said(account, need, everyPool())).values())
      if (isOut(place) && CHANGE[place.reasons[0].code].house) plans.push([what, account, need, place]);
  const reports = new Map(); // desk → its pools
  for (const [, , , place] of plans) reports.set(deskOf(place.poolId), new Set([...(reports.get(deskOf(place.poolId)) ?? []), place.poolId]));
  for (const [desk, pools] of reports)
    expectStatus(await (await x.as(desk)).post('/capacity-reports', { reports: [...pools].map(id => aReport(id)) }), 200, desk);
  for (const [what, account, need] of cases) {
    const mine = plans.filter(p => p[0] === what);
    const now = await said(account, need, mine.map(p => p[3].poolId));
    for (const [, , , place] of mine) {
      // All three are of the same report: what else of it was said is gone too.
      const house = ['stop', 'deliverable', 'full'];
      const rest = rulesOf(place).filter(r => !house.includes(r));
      judge(what, { ...place, reasons: rest.length > 0 ? place.reasons : [place.reasons[0]] }, [now.get(place.poolId)]);
      assert.ok(!isOut(now.get(place.poolId)) || now.get(place.poolId).reasons.every(r => !house.includes(ruleOf(r))), what);
    }
  }
  noneWrong();
});

// After the one above every place is free: all that is left to say is of the household.
test('facts of the household: every reason is true', async () => {
  for (const [what, account, need] of cases) {
    const all = await said(account, need, everyPool());
    const asked = new Map(); // changed need, and who asks → pools
    const plans = [];
    for (const place of all.values()) {
      if (!isOut(place)) continue;
      const [first] = place.reasons;
      const change = CHANGE[first?.code];
      assert.ok(change, `${what}, pool ${place.poolId}: ${JSON.stringify(place.reasons)} is in no table`);
      assert.ok(place.reasons.every(r => r.tone === 'against'), `${what}, pool ${place.poolId}`);
      assert.deepEqual(rulesOf(place), place.rules, `${what}, pool ${place.poolId}: a reason for every rule that excludes, in their order`);
      if (change.not) count(met, first.code);
      if (!change.need && !change.who) continue;
      const needs = change.need ? change.need(need, place.reasons, place.poolId).map(n => [account, n]) : [[change.who, need]];
      const keys = needs.map(JSON.stringify);
      for (const key of keys) asked.set(key, [...(asked.get(key) ?? []), place.poolId]);
      plans.push([place, keys]);
    }
    const answers = new Map();
    for (const [key, pools] of asked) answers.set(key, await said(...JSON.parse(key), pools));
    for (const [place, keys] of plans) judge(what, place, keys.map(key => answers.get(key).get(place.poolId)));
  }
  noneWrong();
});

test('asked already, and said no: true of the referral, not of the household', async () => {
  const client = await x.as('nachtdienst.rotterdam');
  const need = aWoman();
  const [a, b] = await placesFor(client, need, 2);
  const referral = await openReferral(client, need);
  const { requests } = await ask(client, referral.id, [a.poolId, b.poolId]);
  const no = requests.find(r => r.poolId === b.poolId);
  expectStatus(await (await x.as(deskOf(b.poolId))).post(`/requests/${no.id}/decline`, { reason: 'anders' }), 200);
  const of = expectStatus(await client.get(`/referrals/${referral.id}/matches?pool=${a.poolId},${b.poolId}`), 200).places;
  const fresh = await said('nachtdienst.rotterdam', need, [a.poolId, b.poolId]);
  for (const [place, code] of [[a, 'out_asked'], [b, 'out_declined']]) {
    const before = of.find(p => p.poolId === place.poolId);
    assert.equal(before.verdict, 'out');
    assert.equal(before.reasons[0].code, code);
    judge('asked', before, [fresh.get(place.poolId)]);
  }
  noneWrong();
  assert.equal(of.find(p => p.poolId === b.poolId).reasons[0].params[0].value, 'anders');
  expectStatus(await client.post(`/referrals/${referral.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('a house that is none for this household, in none of its rooms: true of the household, not of the house', async () => {
  const client = await x.as('nachtdienst.rotterdam');
  const need = aWoman();
  const open = expectStatus(await client.post('/matches?limit=200', need, { key: null }), 200).places;
  const locationOf = id => demo.pools.find(p => p.id === id).location;
  const houses = [...new Set(open.map(p => locationOf(p.poolId)))].map(id => open.filter(p => locationOf(p.poolId) === id)).filter(rooms => rooms.length > 1);
  assert.ok(houses.length >= 3, `${houses.length} houses have two rooms for her`);
  const lost = body => async (referral, q, desk) => {
    expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
    expectStatus(await client.post(`/referrals/${referral.id}/no-show`, body), 200);
  };
  const ways = {
    out_conflict: async (referral, q, desk) => expectStatus(await desk.post(`/requests/${q.id}/decline`, { reason: 'netwerk_conflict' }), 200),
    out_turned_away: lost({ refused: true }),
    out_unwanted: lost({ reason: 'household_no' }),
  };
  for (const [i, [code, way]] of Object.entries(ways).entries()) {
    const [asked, room] = houses[i].map(p => p.poolId);
    const referral = await openReferral(client, need);
    await way(referral, (await ask(client, referral.id, [asked])).requests[0], await x.as(deskOf(asked)));
    const before = expectStatus(await client.get(`/referrals/${referral.id}/matches?pool=${room}`), 200).places[0];
    assert.deepEqual([before.verdict, before.rules[0], before.reasons[0].code], ['out', 'asked', code]);
    judge('house', before, [(await said('nachtdienst.rotterdam', need, [room])).get(room)]);
    expectStatus(await client.post(`/referrals/${referral.id}/requests`, { poolIds: [room] }), 422, code);
    expectStatus(await client.post(`/referrals/${referral.id}/withdrawal`, { reason: 'anders' }), 200);
  }
  noneWrong();
});

test('every rule, and every reason that excludes, was met', t => {
  const source = readFileSync(join(ROOT, 'broker/core/reason.def'), 'utf8');
  const excluding = [...source.matchAll(/^REASON\(\w+, "(\w+)", AGAINST/gm)].map(m => m[1]);
  assert.deepEqual(Object.keys(CHANGE).sort(), excluding.sort(), 'the table has every reason, and no other');
  const rules = [...readFileSync(join(ROOT, 'broker/core/match_rules.c'), 'utf8').matchAll(/codes\[RULE_N\] = \{([^}]*)\}/g)].flatMap(m => [...m[1].matchAll(/"(\w+)"/g)].map(r => r[1]));
  assert.deepEqual([...new Set(Object.values(CHANGE).map(c => c.rule)), ...Object.keys(NEVER_OUT)].sort(), rules.sort());
  for (const code of excluding) {
    t.diagnostic(`${code}: ${met.get(code) ?? 0} places, ${opened.get(code) ?? 0} opened by it alone${CHANGE[code].not ? ` (${CHANGE[code].not})` : ''}`);
    if (!met.get(code)) wrong.push(`${code} was never met`);
  }
  noneWrong();
});
