// At the door after all, and the way out after a yes: over HTTPS, by both sides. Who stands at a door whose yes is over is
// promised and admitted in one step, or it is said what stands against it; a place that falls through says why.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aReport, aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, worker, house, house0, other, stranger, places, place; // other: the last of the places, never the first asked
const streams = {};
const isOf = (name, id) => e => e.event === name && e.data.referralId === id;
const read = async id => expectStatus(await worker.get(`/referrals/${id}`), 200);
const arrive = (who, request) => who.post(`/requests/${request.id}/arrival`);
const off = (who, referral, body) => who.post(`/referrals/${referral.id}/no-show`, body);
const standing = referral => referral.alarms.filter(a => !a.acknowledgedAt).map(a => a.alarm);

before(async () => {
  x = await startExchange('after-all');
  worker = await x.as('nachtdienst.rotterdam');
  stranger = await x.as('nachtdienst.amsterdam');
  places = await placesFor(worker, aWoman(), 6);
  await use(0);
  other = await x.as(deskOf(places[5].poolId));
  house0 = house;
  for (const [name, client] of [['worker', worker], ['house', house0], ['stranger', stranger]]) streams[name] = await client.events();
});
after(async () => {
  for (const s of Object.values(streams)) s.close();
  await x?.stop();
});

/** Each test has a house of its own, whose unit nobody took before. */
async function use(i) {
  place = places[i].poolId;
  house = await x.as(deskOf(place));
}

async function promised() {
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [place])).requests[0];
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  return { r, request };
}
const withdraw = async r => expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);

test('a no show by mistake: alarmed at once, in the list of the door, and let in by the house', async () => {
  const { r, request } = await promised();
  expectStatus(await worker.post(`/referrals/${r.id}/journey`, { etaAt: new Date(Date.now() + 600_000).toISOString() }), 200);
  const open = expectStatus(await off(worker, r, { reason: 'nobody_came' }), 200);
  assert.deepEqual([open.state, open.requests[0].cancelWhy, standing(open)], ['open', 'no_show', ['no_show']]);
  const fact = await streams.worker.until(isOf('alarm.raised', r.id));
  assert.equal(fact.data.requestId ?? null, null);
  const elsewhere = (await ask(worker, r.id, [places[5].poolId])).requests.at(-1);
  const lost = expectStatus(await house.get('/requests?lost=true'), 200);
  assert.deepEqual(lost.requests.map(q => q.id), [request.id]);
  assert.equal(lost.requests[0].household, null, 'who they are is for the house again when they are there');
  assert.deepEqual(expectStatus(await other.get('/requests?lost=true'), 200).requests, []);
  const there = expectStatus(await arrive(house, request), 200);
  assert.deepEqual([there.state, there.poolId, there.referralId], ['admitted', place, r.id]);
  assert.notEqual(there.id, request.id);
  const now = await read(r.id);
  assert.deepEqual([now.state, now.alarms], ['admitted', []]);
  assert.equal(now.requests.find(q => q.id === elsewhere.id).cancelWhy, 'other_yes');
  assert.equal(now.requests.find(q => q.id === request.id).cancelWhy, 'no_show', 'what was said stays said');
  // Tapped again, also on the card of the ended one: the same answer.
  assert.equal(expectStatus(await arrive(house, request), 200).id, there.id);
  assert.deepEqual(expectStatus(await house.get('/requests?lost=true'), 200).requests, []);
  await streams.house.until(isOf('referral.admitted', r.id));
  assert.ok(!streams.stranger.events.some(e => e.data?.referralId === r.id));
});

test('the worker may say so too; a stranger may not', async () => {
  await use(1);
  const { r, request } = await promised();
  expectStatus(await off(house, r, { reason: 'nobody_came' }), 200);
  expectStatus(await arrive(stranger, request), 404);
  expectStatus(await arrive(other, request), 404);
  assert.equal(expectStatus(await arrive(worker, request), 200).state, 'admitted');
});

test('what stands against it is named, with the next step', async () => {
  await use(2);
  const { r, request } = await promised();
  expectStatus(await off(worker, r, { reason: 'fell_through' }), 200);
  const elsewhere = (await ask(worker, r.id, [places[5].poolId])).requests.at(-1);
  expectStatus(await other.post(`/requests/${elsewhere.id}/acceptance`), 200);
  const promisedElsewhere = expectStatus(await arrive(house, request), 409);
  assert.equal(promisedElsewhere.type, '/problems/placed_elsewhere');
  assert.match(promisedElsewhere.detail, /referrer/);
  // That yes ends first; then the first house is full by its own word.
  expectStatus(await off(worker, r, { reason: 'fell_through' }), 200);
  const say = async free => expectStatus(await house.post('/capacity-reports', { reports: [aReport(place, { unitsFree: free, unitsOccupied: null })] }), 200);
  await say(0);
  const gone = expectStatus(await arrive(house, request), 409);
  assert.equal(gone.type, '/problems/unit_gone');
  assert.match(gone.detail, /correct the number/);
  await say(1);
  assert.equal(expectStatus(await arrive(house, request), 200).state, 'admitted');

  await say(1); // of after the arrival: it knows of them
  const second = await promised();
  expectStatus(await off(worker, second.r, { reason: 'nobody_came' }), 200);
  await withdraw(second.r);
  assert.equal(expectStatus(await arrive(house, second.request), 409).type, '/problems/search_over');
});

test('a place falls through: each side says its own, and the delivery record counts the house alone', async () => {
  await use(3);
  const counts = async () => expectStatus(await house.get('/delivery-record?days=30'), 200).counts;
  const first = (await counts()).bedGone;
  for (const [who, name, reason, status, bedGone, alarms] of [
    [worker, 'worker', 'household_no', 200, 0, []], [worker, 'worker', 'fell_through', 200, 0, []],
    [worker, 'worker', 'bed_gone', 200, 1, ['hold_ended']], [house, 'house', 'bed_gone', 200, 1, ['hold_ended']],
    [house, 'house', 'nobody_came', 200, 0, ['no_show']], [house, 'house', 'household_no', 422], [house, 'house', 'fell_through', 422],
  ]) {
    const { r } = await promised();
    const had = (await counts()).bedGone;
    const about = `${reason} by the ${name}`;
    const said = expectStatus(await off(who, r, { reason }), status, about);
    if (status === 200) {
      const now = await read(r.id);
      assert.deepEqual([now.state, now.acceptedAt, standing(now)], ['open', null, alarms], about);
      assert.equal(now.requests[0].cancelWhy, reason === 'nobody_came' ? 'no_show' : reason, about);
      assert.ok(now.need.household ?? now.need, about);
      await ask(worker, r.id, [places[5].poolId]);
    } else {
      assert.equal(said.type, '/problems/unknown_reason', about);
    }
    assert.equal((await counts()).bedGone - had, bedGone ?? 0, about);
    await withdraw(r);
  }
  assert.equal((await counts()).bedGone - first, 2);
  const { r } = await promised();
  assert.equal(expectStatus(await off(worker, r, { reason: 'zomaar' }), 400).errors[0].pointer, '/reason');
  assert.equal(expectStatus(await off(worker, r, { reason: 'bed_gone', refused: true }), 400).errors[0].pointer, '/reason');
  await withdraw(r);
});

test('a broker that dies with it knows the same afterwards', async () => {
  await use(4);
  const { r, request } = await promised();
  expectStatus(await off(house, r, { reason: 'bed_gone' }), 200);
  const there = expectStatus(await arrive(house, request), 200);
  await x.killBroker();
  await x.startBroker();
  worker = await x.as('nachtdienst.rotterdam');
  const now = await poll(() => read(r.id), { within: 20_000, what: 'the referral' });
  assert.deepEqual([now.state, now.requests.map(q => [q.id, q.state, q.cancelWhy])], ['admitted', [[request.id, 'cancelled', 'bed_gone'], [there.id, 'admitted', null]]]);
});
