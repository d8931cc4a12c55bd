// A household that went home from its bridge bed: what a clock had opened for it stays by its day. One that went elsewhere is
// for today.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY_MS = 86_400_000;
let x, referrer;

before(async () => {
  x = await startExchange('home-safe');
  referrer = await x.as('nachtdienst.rotterdam');
});
after(() => x?.stop());

const read = async id => expectStatus(await referrer.get(`/referrals/${id}`), 200);

/** In a bridge bed of the follow-up that a barring order opened, of which two days are left. */
async function inItsBed() {
  const [place, other] = await placesFor(referrer, aWoman(), 2, 'crisis');
  const house = await x.as(deskOf(place.poolId));
  const r = await openReferral(referrer, aWoman());
  const q = (await ask(referrer, r.id, [place.poolId])).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  expectStatus(await referrer.post(`/referrals/${r.id}/clocks`, { clock: 'huisverbod', startedAt: new Date(Date.now() - 8 * DAY_MS).toISOString() }), 200);
  const followUp = await poll(async () => {
    const { clocks } = expectStatus(await referrer.get(`/referrals/${r.id}/clocks`), 200);
    return clocks.find(c => c.clock === 'huisverbod')?.followUp?.referralId;
  }, { what: 'the follow-up' });
  const { deadlineAt } = await read(followUp);
  assert.ok(Date.parse(deadlineAt) > Date.now() + 1.5 * DAY_MS, deadlineAt);
  const next = await x.as(deskOf(other.poolId));
  const bed = expectStatus(await referrer.post(`/referrals/${followUp}/requests`, { poolIds: [other.poolId], bridge: true }), 201).requests[0];
  expectStatus(await next.post(`/requests/${bed.id}/acceptance`), 200);
  expectStatus(await next.post(`/requests/${bed.id}/arrival`), 200);
  const { bridges } = expectStatus(await referrer.get(`/referrals/${followUp}/bridges`), 200);
  return { followUp, deadlineAt: (await read(followUp)).deadlineAt, bridge: bridges[0].id };
}

test('home: by its day; elsewhere: for today', async () => {
  const home = await inItsBed();
  expectStatus(await referrer.post(`/bridges/${home.bridge}/end`, { reason: 'home' }), 200);
  assert.equal((await read(home.followUp)).deadlineAt, home.deadlineAt);
  const moved = await inItsBed();
  expectStatus(await referrer.post(`/bridges/${moved.bridge}/end`, { reason: 'moved' }), 200);
  const { deadlineAt } = await read(moved.followUp);
  assert.ok(Date.parse(deadlineAt) < Date.now() + 1.1 * DAY_MS, deadlineAt);
});
