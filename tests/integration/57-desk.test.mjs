// A clock of CoMensha opens the next search at CoMensha, without the number and the ground of the desk that placed the
// household. Who takes it there says its own; the house that is asked then sees whom to ring, and each reading has its ground.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY = 86_400_000;
const said = { callback: '033 555 0186', channel: 'telefoon', ground: 'statutory_task' };

let x, worker, comensha, places;

before(async () => {
  x = await startExchange('desk', { contract: true });
  worker = await x.as('nachtdienst.rotterdam');
  comensha = await x.as('helpdesk.comensha');
  places = await placesFor(worker, aNeed(), 4);
});
after(() => x?.stop());

/** The search that CoMensha's clock opens for a household of Rotterdam that lives at PLACE. */
async function followUp(place, need = aNeed()) {
  const r = await openReferral(worker, need);
  const house = await x.as(deskOf(place.poolId));
  const q = (await ask(worker, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const before = expectStatus(await comensha.get('/referrals'), 200).referrals.map(f => f.id);
  expectStatus(await worker.post(`/referrals/${r.id}/clocks`, { clock: 'cosm', startedAt: new Date(Date.now() - 70 * DAY).toISOString() }), 200);
  return poll(async () => expectStatus(await comensha.get('/referrals'), 200).referrals.find(f => !before.includes(f.id) && f.follows === 'follow_up'), { what: 'the search that the clock opens' });
}

test('who takes it says number, channel and ground; the house sees whom to ring', async () => {
  const { id } = await followUp(places[0]);
  const bare = expectStatus(await comensha.get(`/referrals/${id}`), 200);
  assert.deepEqual([bare.owner.id, bare.need.callback, bare.need.ground], [0, undefined, undefined]);
  const taken = expectStatus(await comensha.post(`/referrals/${id}/takeover`, said), 200);
  assert.deepEqual([taken.mine, taken.need.callback, taken.need.ground], [true, said.callback, said.ground]);
  const [place] = expectStatus(await comensha.get(`/referrals/${id}/matches?limit=5`), 200).places;
  const q = (await ask(comensha, id, [place.poolId])).requests.at(-1);
  const house = await x.as(deskOf(place.poolId));
  assert.equal(expectStatus(await house.get(`/requests/${q.id}`), 200).callback, said.callback);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await comensha.get(`/requests/${q.id}/location`), 200);
  assert.deepEqual(x.sql(`SELECT ground FROM access_log WHERE event = 'location.reveal' AND object = ${q.id}`).flat(), [said.ground]);
  // Corrected; and what was said outlives the broker.
  expectStatus(await comensha.post(`/referrals/${id}/takeover`, { ...said, callback: '033 555 0000' }), 200);
  assert.equal(expectStatus(await house.get(`/requests/${q.id}`), 200).callback, '033 555 0000');
  await x.killBroker();
  await x.startBroker();
  comensha = await x.signIn('helpdesk.comensha');
  worker = await x.signIn('nachtdienst.rotterdam');
  assert.equal(expectStatus(await comensha.get(`/referrals/${id}`), 200).need.callback, '033 555 0000');
});

test('nothing, or all of it: each fault at its place; who has nothing to do with it learns nothing', async () => {
  const { id } = await followUp(places[1]);
  const post = async body => (await comensha.post(`/referrals/${id}/takeover`, body));
  for (const [body, pointers] of [
    [{ callback: said.callback }, ['/ground']],
    [{ ground: said.ground }, ['/callback']],
    [{ ...said, callback: 'bel Anna' }, ['/callback']],
    [{ channel: 'duif', ground: 'zomaar', callback: '12' }, ['/callback', '/channel', '/ground']],
    [{ ...said, colleagueId: 1 }, ['/colleagueId']],
  ])
    assert.deepEqual(expectStatus(await post(body), 400).errors.map(e => e.pointer).sort(), pointers);
  expectStatus(await worker.post(`/referrals/${id}/takeover`, said), 404);
  assert.equal(expectStatus(await comensha.get(`/referrals/${id}`), 200).owner.id, 0);
  assert.equal(expectStatus(await post({}), 200).mine, true); /* as ever: taken, and nothing said */
});

test('an anonymous household: the chat was the first desk\'s, and no mobile number', async () => {
  const { id } = await followUp(places[2], { ...aNeed(), anonymous: true, channel: 'chat', callback: undefined });
  assert.equal(expectStatus(await comensha.get(`/referrals/${id}`), 200).need.channel, 'chat');
  assert.equal(expectStatus(await comensha.post(`/referrals/${id}/takeover`, { ...said, callback: '06 12345678' }), 400).errors[0].pointer, '/callback');
  const taken = expectStatus(await comensha.post(`/referrals/${id}/takeover`, said), 200);
  assert.deepEqual([taken.need.channel ?? 'telefoon', taken.need.callback], ['telefoon', said.callback]);
});

test('an anonymous referral that a worker opened: to others it is not there, and its own desk does not turn the chat into a telephone', async () => {
  const { id } = await openReferral(worker, { ...aNeed(), anonymous: true, channel: 'chat', callback: undefined });
  const mobile = { callback: '06 12345678', ground: 'consent' };
  const rival = await x.as(deskOf(places[3].poolId));
  expectStatus(await comensha.post(`/referrals/${id}/takeover`, mobile), 404);
  expectStatus(await rival.post(`/referrals/${id}/takeover`, mobile), 403);
  for (const body of [said, { ground: 'vital_interest', channel: 'chat' }])
    assert.deepEqual(expectStatus(await worker.post(`/referrals/${id}/takeover`, body), 400).errors.map(e => e.pointer).sort(), Object.keys(body).map(f => `/${f}`).sort());
  const kept = expectStatus(await worker.post(`/referrals/${id}/takeover`, {}), 200);
  assert.deepEqual([kept.need.channel, kept.need.ground], ['chat', aNeed().ground]);
});
