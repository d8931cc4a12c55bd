// A departure that was told by mistake and that its house may not take back, because it says that it was not safe: the desk of
// the referral does, over the API, and each side is told what it may do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY_MS = 86_400_000;
const UNSAFE = { reason: 'veiligheid', destination: 'onbekend' };
let x, referrer, other, house, place;

before(async () => {
  x = await startExchange('still_there');
  [referrer, other] = [await x.as('nachtdienst.rotterdam'), await x.as('nachtdienst.amsterdam')];
  const list = await placesFor(referrer, aNeed(), 8);
  place = list.find(p => p.kind === 'crisis') ?? list[0];
  house = await x.as(deskOf(place.poolId));
});
after(() => x?.stop());

async function arrived() {
  const r = await openReferral(referrer, aNeed());
  const q = (await ask(referrer, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await referrer.get(`/referrals/${r.id}`), 200);
  return { referral: r.id, stay: stayId };
}

test('left because it was not safe, and they are there: the desk says so, and the house may not', async () => {
  const at = await arrived();
  expectStatus(await house.post(`/stays/${at.stay}/departure`, UNSAFE), 200);
  assert.match(expectStatus(await house.post(`/stays/${at.stay}/resumption`), 409).type, /left_unsafe$/);
  assert.equal((await other.post(`/stays/${at.stay}/resumption`)).status, 404);
  assert.equal(expectStatus(await house.get(`/stays/${at.stay}`), 200).resumableUntil, null);
  const seen = expectStatus(await referrer.get(`/stays/${at.stay}`), 200);
  assert.ok(Date.parse(seen.resumableUntil) > Date.now() + 6 * DAY_MS);
  const stream = await house.events();
  const back = expectStatus(await referrer.post(`/stays/${at.stay}/resumption`), 200);
  assert.deepEqual([back.state, back.departureReason, back.endedAt, back.resumableUntil], ['present', null, null, null]);
  await poll(() => stream.events.some(e => (e.type ?? e.event) === 'stay.resumed'));
  stream.close();
  expectStatus(await house.get(`/referrals/${at.referral}`), 200);
  expectStatus(await house.post(`/stays/${at.stay}/departure`, { ...UNSAFE, reason: 'eigen_keuze' }), 200);
  assert.equal((await referrer.post(`/stays/${at.stay}/resumption`)).status, 403, 'what its house may take back is its house\'s');
  assert.equal(expectStatus(await referrer.get(`/stays/${at.stay}`), 200).resumableUntil, null);
});

test('another desk that looks for them by their code hears that they never left, and not where', async () => {
  const at = await arrived();
  const { returnCode: code } = expectStatus(await house.post(`/stays/${at.stay}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  const search = expectStatus(await other.post('/referrals', aNeed({ returnCode: code })), 201);
  assert.equal(expectStatus(await other.get(`/referrals/${search.id}`), 200).stillThere, false);
  const streams = [await other.events(), await referrer.events()];
  expectStatus(await house.post(`/stays/${at.stay}/resumption`), 200);
  const told = await poll(() => streams[0].events.find(e => (e.type ?? e.event) === 'referral.still_there'));
  await poll(() => streams[1].events.some(e => (e.type ?? e.event) === 'stay.resumed'));
  const { referralId, ...rest } = told.data;
  assert.equal(referralId, search.id);
  for (const name of ['requestId', 'poolId', 'stayId']) assert.ok(!(name in rest), `${name} says where they are`);
  assert.ok(!streams[0].events.some(e => (e.type ?? e.event) === 'stay.resumed'));
  assert.ok(!streams[1].events.some(e => (e.type ?? e.event) === 'referral.still_there'), 'it looks for nobody');
  for (const s of streams) s.close();
  assert.equal(expectStatus(await other.get(`/referrals/${search.id}`), 200).stillThere, true);
  assert.equal((await other.get(`/stays/${at.stay}`)).status, 404);
  expectStatus(await other.post(`/referrals/${search.id}/withdrawal`, { reason: 'anders' }), 200);
});
