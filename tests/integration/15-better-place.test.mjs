// Who waits is told when a better place comes free: the one whose deadline comes first, once for each unit, within a
// second of the report. It is told and nothing more: nobody is asked, nothing is held, and no house hears of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aNeed, aReport, deskOf, expectStatus, openReferral } from '../support/world.mjs';

const FAST_MS = 1000; // what the design promises for a fact to reach a page
const QUIET_MS = 600; // long enough for an event that must not come

let x, first, second, house; // desks
const streams = {};
const referrals = {};
let pool, need;

const pause = ms => new Promise(done => { setTimeout(done, ms); });
const isFound = e => e.event === 'referral.place_found';
const found = name => streams[name].events.filter(isFound);

/** A house says how many units it has free. */
async function says(poolId, free) {
  const desk = await x.as(deskOf(poolId));
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(poolId, { unitsTotal: 2, unitsFree: free, unitsOccupied: 2 - free })] }), 200, 'report');
}

const search = async () => expectStatus(await first.post('/matches?limit=200', need, { key: null }), 200, 'search');

async function listen(name, client) {
  streams[name] = await client.events();
}

before(async () => {
  x = await startExchange('better-place');
  first = await x.signIn('nachtdienst.rotterdam');
  second = await x.signIn('nachtdienst.amsterdam');
  need = aNeed();
  const places = (await search()).places.filter(p => p.verdict === 'fits');
  assert.ok(places.length > 0, 'somewhere they could go');
  pool = places.find(p => p.units === 1).poolId;
  for (const p of places) await says(p.poolId, 0);
  assert.equal((await search()).fits, 0);
  house = await x.signIn(deskOf(pool));
  await listen('first', first);
  await listen('second', second);
  await listen('house', house);
  referrals.first = await openReferral(first, need);
  await pause(20); // so that one deadline is before the other
  referrals.second = await openReferral(second, need);
  assert.ok(referrals.first.deadlineAt < referrals.second.deadlineAt);
  assert.equal(referrals.first.announced, null);
});
after(async () => {
  for (const s of Object.values(streams)) s.close();
  await x?.stop();
});

test('a unit that comes free is announced to the one whose deadline comes first', async t => {
  const from = performance.now();
  await says(pool, 1);
  const told = await streams.first.until(isFound);
  const took = performance.now() - from;
  t.diagnostic(`told ${Math.round(took)} ms after the report was sent`);
  assert.ok(took < FAST_MS, `${took} ms`);
  assert.equal(told.data.referralId, referrals.first.id);
  assert.equal(told.data.poolId, pool);
  assert.equal(told.data.requestId ?? null, null);
  const shown = expectStatus(await first.get(`/referrals/${referrals.first.id}`), 200);
  assert.equal(shown.announced.poolId, pool);
  assert.equal(shown.announced.at, told.data.at);
  const listed = expectStatus(await first.get('/referrals?live=true'), 200).referrals.find(r => r.id === referrals.first.id);
  assert.equal(listed.announced.poolId, pool);
});

test('one unit, one who is told: the later deadline and the house hear nothing, and nobody is asked', async () => {
  await pause(QUIET_MS);
  assert.deepEqual(found('second'), []);
  assert.equal(expectStatus(await second.get(`/referrals/${referrals.second.id}`), 200).announced, null);
  assert.deepEqual(streams.house.events.filter(e => !e.event.startsWith('capacity.')), []);
  for (const [client, r] of [[first, referrals.first], [second, referrals.second]]) {
    const now = expectStatus(await client.get(`/referrals/${r.id}`), 200);
    assert.deepEqual([now.state, now.requests.length], ['open', 0]);
  }
  const seen = expectStatus(await first.get(`/pools/${pool}`), 200).capacity;
  assert.deepEqual([seen.unitsHeld, seen.offerable], [0, 1]);
});

test('the same number again is no news; a second unit is news for the second', async () => {
  await says(pool, 1);
  await pause(QUIET_MS);
  assert.equal(found('first').length, 1);
  assert.equal(found('second').length, 0);
  await says(pool, 2);
  const told = await streams.second.until(isFound);
  assert.equal(told.data.referralId, referrals.second.id);
  assert.equal(found('first').length, 1);
});

test('full and free again is news again', async () => {
  await says(pool, 0);
  const gone = expectStatus(await first.get(`/referrals/${referrals.first.id}`), 200);
  assert.equal(gone.announced, null);
  await says(pool, 1);
  await streams.first.until(() => found('first').length === 2);
  await pause(QUIET_MS);
  assert.equal(found('second').length, 1);
});

test('who was told needs it no more: the next hears of it', async () => {
  expectStatus(await first.post(`/referrals/${referrals.first.id}/withdrawal`, { reason: 'anders' }), 200);
  await streams.second.until(() => found('second').length === 2);
  assert.equal(found('second')[1].data.poolId, pool);
});

test('a restart announces nothing again, and the journal keeps every promise', async () => {
  const before = x.sql('SELECT COUNT(*) FROM journal WHERE kind = 19')[0][0];
  assert.equal(before, '4');
  await x.killBroker();
  await x.startBroker();
  const again = await x.signIn('nachtdienst.amsterdam');
  const shown = expectStatus(await again.get(`/referrals/${referrals.second.id}`), 200);
  assert.equal(shown.announced.poolId, pool);
  await pause(QUIET_MS);
  assert.equal(await x.stopBroker(), 0);
  assert.equal(x.sql('SELECT COUNT(*) FROM journal WHERE kind = 19')[0][0], before);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
});
