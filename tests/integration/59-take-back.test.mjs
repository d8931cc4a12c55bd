// One pending request is taken back by who asked it, and the referral stands: over HTTPS, by the desk, its house, a
// colleague after a change of shift, a gatekeeper, and those who may not.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aHotel } from '../support/walk_nobed.mjs';
import { aReport, aVictim, aWoman, ask, deskOf, expectStatus, openReferral, placesFor, poolOf } from '../support/world.mjs';

let x, worker, stranger, house, other, places;
const streams = {};
const green = () => aWoman({ threatLevel: 'groen', urgency: 'drie_dagen' });
const read = async id => expectStatus(await worker.get(`/referrals/${id}`), 200);
const back = (who, request, headers = {}) => who.post(`/requests/${request.id}/withdrawal`, {}, headers);
const accept = (who, request) => who.post(`/requests/${request.id}/acceptance`);
const isOf = (name, request) => e => e.event === name && e.data.requestId === request.id;
const freeOf = async poolId => expectStatus(await worker.get(`/pools/${poolId}`), 200).capacity.offerable;
const hasRequest = async (client, request) => expectStatus(await client.get('/requests'), 200).requests.some(q => q.id === request.id);
const say = async (client, poolId, free) => expectStatus(await client.post('/capacity-reports', { reports: [aReport(poolId, { unitsFree: free, unitsOccupied: null })] }), 200);

before(async () => {
  x = await startExchange('take-back');
  worker = await x.as('nachtdienst.rotterdam');
  stranger = await x.as('nachtdienst.amsterdam');
  places = (await placesFor(worker, green(), 4)).map(p => p.poolId);
  house = await x.as(deskOf(places[0]));
  other = await x.as(deskOf(places[1]));
  for (const [name, client] of [['worker', worker], ['house', house], ['stranger', stranger]]) streams[name] = await client.events();
});
after(async () => {
  for (const s of Object.values(streams)) s.close();
  await x?.stop();
});

test('at groen a wrong ask is taken back, the house is told, and the next one is asked at once', async () => {
  const r = await openReferral(worker, green());
  const before = await freeOf(places[0]);
  const wrong = (await ask(worker, r.id, [places[0]])).requests[0];
  assert.equal(wrong.canWithdraw, true);
  assert.equal(await freeOf(places[0]), before - 1);
  assert.equal(expectStatus(await worker.post(`/referrals/${r.id}/requests`, { poolIds: [places[1]] }), 422).type, '/problems/too_many');
  assert.ok(await hasRequest(house, wrong));
  assert.equal(expectStatus(await house.get(`/requests/${wrong.id}`), 200).canWithdraw, false);
  const key = randomUUID();
  const gone = expectStatus(await back(worker, wrong, { key }), 200);
  assert.deepEqual([gone.id, gone.state, gone.cancelWhy, gone.canWithdraw], [wrong.id, 'cancelled', 'taken_back', false]);
  assert.equal(await freeOf(places[0]), before, 'free in the same commit');
  assert.equal((await read(r.id)).state, 'open');
  assert.equal(await hasRequest(house, wrong), false);
  await streams.house.until(isOf('request.cancelled', wrong));
  // Tapped again, with the same key and with another.
  assert.deepEqual(expectStatus(await back(worker, wrong, { key }), 200), gone);
  expectStatus(await back(worker, wrong), 200);
  const next = (await ask(worker, r.id, [places[1]])).requests.at(-1);
  expectStatus(await back(worker, next), 200);
  // Also the one it was taken back from.
  const again = (await ask(worker, r.id, [places[0]])).requests.at(-1);
  expectStatus(await accept(house, again), 200);
  const now = await read(r.id);
  assert.deepEqual([now.state, now.requests.map(q => q.cancelWhy)], ['reserved', ['taken_back', 'taken_back', null]]);
  assert.ok(!streams.stranger.events.some(e => e.data?.referralId === r.id));
  expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('a yes after it is recorded, counts for nothing and says what happened', async () => {
  const record = async () => expectStatus(await house.get('/delivery-record'), 200).counts;
  const r = await openReferral(worker, green());
  const before = await record();
  const q = (await ask(worker, r.id, [places[0]])).requests[0];
  expectStatus(await back(worker, q), 200);
  const late = expectStatus(await accept(house, q), 409);
  assert.equal(late.type, '/problems/taken_back');
  assert.match(late.detail, /free again/);
  assert.equal(expectStatus(await house.post(`/requests/${q.id}/decline`, { reason: 'gezin_past_niet' }), 409).type, '/problems/taken_back');
  const now = await read(r.id);
  assert.deepEqual([now.state, now.requests[0].state, now.requests[0].lateYes], ['open', 'cancelled', true]);
  await streams.worker.until(isOf('request.late_yes', q));
  const after = await record();
  assert.deepEqual([after.asked - before.asked, after.letGo - before.letGo, after.lateYes - before.lateYes], [1, 1, 1]);
  for (const name of ['unanswered', 'lateNo', 'falseFree', 'refused', 'bedGone']) assert.equal(after[name], before[name], name);
  expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('who is later loses: answered before it', async () => {
  const r = await openReferral(worker, aWoman());
  const [yes, no] = (await ask(worker, r.id, [places[0], places[1]])).requests;
  expectStatus(await other.post(`/requests/${no.id}/decline`, { reason: 'gezin_past_niet' }), 200);
  assert.equal(expectStatus(await back(worker, no), 409).type, '/problems/answered');
  expectStatus(await accept(house, yes), 200);
  assert.equal(expectStatus(await back(worker, yes), 409).type, '/problems/answered');
  assert.equal((await read(r.id)).state, 'reserved');
  expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
  assert.equal(expectStatus(await back(worker, yes), 409).type, '/problems/wrong_state');
  // Both at once: one of the two, and never both.
  for (let i = 0; i < 5; i++) {
    const s = await openReferral(worker, aWoman());
    const q = (await ask(worker, s.id, [places[0]])).requests[0];
    const [mine, theirs] = await Promise.all([back(worker, q), accept(house, q)]);
    assert.deepEqual([mine.status, theirs.status].sort(), [200, 409]);
    assert.equal(mine.status === 409 ? mine.json.type : theirs.json.type, mine.status === 409 ? '/problems/answered' : '/problems/taken_back');
    assert.equal((await read(s.id)).state, mine.status === 200 ? 'open' : 'reserved');
    expectStatus(await worker.post(`/referrals/${s.id}/withdrawal`, { reason: 'anders' }), 200);
  }
});

test('who did not ask: another desk does not know of it, its house may not', async () => {
  const r = await openReferral(worker, green());
  const q = (await ask(worker, r.id, [places[0]])).requests[0];
  expectStatus(await back(stranger, q), 404);
  expectStatus(await back(house, q), 403);
  expectStatus(await back(other, q), 403);
  expectStatus(await worker.post('/requests/999999/withdrawal'), 404);
  assert.equal((await read(r.id)).requests[0].state, 'pending');
  // After a change of shift it is the desk's still.
  expectStatus(await worker.post(`/referrals/${r.id}/shift-handover`), 200);
  expectStatus(await worker.post(`/referrals/${r.id}/takeover`), 200);
  expectStatus(await back(stranger, q), 404);
  expectStatus(await back(worker, q), 200);
  expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('the last unit goes to whoever asks next', async () => {
  await say(house, places[0], 1);
  const [mine, theirs] = [await openReferral(worker, green()), await openReferral(stranger, green())];
  const q = (await ask(worker, mine.id, [places[0]])).requests[0];
  assert.equal(expectStatus(await stranger.post(`/referrals/${theirs.id}/requests`, { poolIds: [places[0]] }), 409).type, '/problems/taken');
  expectStatus(await back(worker, q), 200);
  await ask(stranger, theirs.id, [places[0]]);
  for (const [who, r] of [[worker, mine], [stranger, theirs]]) expectStatus(await who.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
  await say(house, places[0], poolOf(places[0]).units_total);
});

test('a bed for the meantime that a hotel took the place of', async () => {
  const r = await openReferral(worker, aWoman());
  const [bed] = expectStatus(await worker.get(`/referrals/${r.id}/matches?bridge=true&limit=1`), 200).places;
  const place = (await ask(worker, r.id, [places.find(p => p !== bed.poolId)])).requests[0];
  const q = expectStatus(await worker.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests.at(-1);
  expectStatus(await worker.post(`/referrals/${r.id}/bridges`, aHotel()), 201);
  expectStatus(await back(worker, q), 200);
  const now = await read(r.id);
  assert.deepEqual([now.state, now.requests.find(p => p.id === place.id).state], ['asked', 'pending']);
  const { bridges } = expectStatus(await worker.get(`/referrals/${r.id}/bridges`), 200);
  assert.deepEqual(bridges.map(b => [b.kind, b.state]), [['hotel', 'active']]);
  expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('what a gatekeeper asked is the gatekeeper\'s to take back, and its case goes on', async () => {
  const comensha = await x.as('helpdesk.comensha');
  const need = aVictim({ residence: 'bedenktijd' });
  const r = await openReferral(worker, need);
  const gate = expectStatus(await worker.post(`/referrals/${r.id}/gate-requests`, { kind: 'cosm' }), 201).id;
  expectStatus(await comensha.post(`/gate-requests/${gate}/ownership`), 200);
  const poolIds = (await placesFor(comensha, need, 1, 'cosm')).map(p => p.poolId);
  const q = expectStatus(await comensha.post(`/gate-requests/${gate}/requests`, { poolIds }), 201).requests[0];
  assert.equal(q.canWithdraw, true);
  assert.equal((await read(r.id)).requests.at(-1).canWithdraw, false);
  expectStatus(await back(worker, q), 403);
  expectStatus(await back(stranger, q), 404);
  assert.equal(expectStatus(await back(comensha, q), 200).cancelWhy, 'taken_back');
  assert.equal(expectStatus(await comensha.get(`/gate-requests/${gate}`), 200).state, 'placing');
  expectStatus(await comensha.post(`/gate-requests/${gate}/requests`, { poolIds }), 201);
  expectStatus(await worker.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});
