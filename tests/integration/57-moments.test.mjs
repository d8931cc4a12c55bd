// A household that came or left at another moment than it was told, and one that was said to have left and is there: as the
// house says it over the API, and what each answer then shows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY_MS = 86_400_000;
const iso = ms => new Date(ms).toISOString();
const LEAVE = { reason: 'eigen_keuze', destination: 'familie_vrienden' };
let x, referrer, house, place, yesAt;

before(async () => {
  x = await startExchange('moments');
  referrer = await x.as('nachtdienst.rotterdam');
  const list = await placesFor(referrer, aNeed(), 8);
  place = list.find(p => p.kind === 'crisis') ?? list[0];
  house = await x.as(deskOf(place.poolId));
});
after(() => x?.stop());

async function promised() {
  const r = await openReferral(referrer, aNeed());
  const q = (await ask(referrer, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  yesAt = Date.now();
  return { referral: r.id, request: q.id };
}
const stayOf = async referral => expectStatus(await house.get(`/stays/${expectStatus(await referrer.get(`/referrals/${referral}`), 200).stayId}`), 200);
const pointers = problem => problem.errors.map(e => e.pointer);

test('an arrival of some time ago: then it began, and no moment that cannot be is taken', async () => {
  const p = await promised();
  for (const arrivedAt of [iso(Date.now() + DAY_MS), iso(yesAt - DAY_MS), iso(yesAt - 40 * DAY_MS), 'gisteren'])
    assert.deepEqual(pointers(expectStatus(await house.post(`/requests/${p.request}/arrival`, { arrivedAt }), 400)), ['/arrivedAt'], arrivedAt);
  await poll(() => Date.now() > yesAt + 50);
  const arrivedAt = iso(yesAt + 10);
  expectStatus(await house.post(`/requests/${p.request}/arrival`, { arrivedAt }), 200);
  const stay = await stayOf(p.referral);
  assert.equal(stay.startedAt, arrivedAt);
  assert.ok(Date.parse(stay.momentsUntil) > Date.now() + 30 * DAY_MS);
  assert.equal(stay.resumableUntil, null);
  const moved = expectStatus(await house.post(`/stays/${stay.id}/moments`, { arrivedAt: iso(yesAt + 20) }), 200);
  assert.equal(moved.startedAt, iso(yesAt + 20));
  assert.equal((await referrer.post(`/stays/${stay.id}/moments`, { arrivedAt })).status, 403);
  assert.deepEqual(pointers(expectStatus(await house.post(`/stays/${stay.id}/moments`, {}), 400)), ['/arrivedAt']);
  assert.deepEqual(pointers(expectStatus(await house.post(`/stays/${stay.id}/moments`, { arrivedAt: iso(Date.now() + DAY_MS), leftAt: iso(Date.now() + DAY_MS) }), 400)), ['/arrivedAt', '/leftAt']);
  const bad = expectStatus(await house.post(`/stays/${stay.id}/departure`, { reason: 'zin', destination: 'onbekend', leftAt: iso(yesAt - DAY_MS) }), 400);
  assert.deepEqual(pointers(bad), ['/reason', '/leftAt']);
  const leftAt = iso(yesAt + 30);
  const gone = expectStatus(await house.post(`/stays/${stay.id}/departure`, { ...LEAVE, leftAt }), 200);
  assert.equal(gone.endedAt, leftAt);
});

test('who was said to have left and is there lives there again, and a second arrival is no success', async () => {
  const p = await promised();
  expectStatus(await house.post(`/requests/${p.request}/arrival`), 200);
  const stay = await stayOf(p.referral);
  const gone = expectStatus(await house.post(`/stays/${stay.id}/departure`, LEAVE), 200);
  assert.ok(Date.parse(gone.resumableUntil) > Date.now() + 6 * DAY_MS);
  assert.equal((await house.get(`/referrals/${p.referral}`)).status, 404);
  assert.match(expectStatus(await referrer.post(`/requests/${p.request}/arrival`), 409).type, /has_left$/);
  assert.equal((await referrer.post(`/stays/${stay.id}/resumption`)).status, 403);
  const stream = await referrer.events();
  const back = expectStatus(await house.post(`/stays/${stay.id}/resumption`), 200);
  assert.deepEqual([back.state, back.endedAt, back.departureReason, back.returnCode], ['present', null, null, gone.returnCode]);
  assert.equal(expectStatus(await referrer.get(`/referrals/${p.referral}`), 200).state, 'admitted');
  expectStatus(await house.get(`/referrals/${p.referral}`), 200);
  assert.ok(expectStatus(await house.get('/stays'), 200).stays.some(s => s.id === stay.id));
  await poll(() => stream.events.some(e => (e.type ?? e.event) === 'stay.resumed'));
  stream.close();
  expectStatus(await house.post(`/stays/${stay.id}/departure`, LEAVE), 200);
});
