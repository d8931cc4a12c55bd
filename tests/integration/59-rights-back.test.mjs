// A barring order that a house watches goes to the desk when the household leaves, and back when that was a mistake.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aWoman, ask, deskOf, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, referrer, house, place;

before(async () => {
  x = await startExchange('rights-back');
  referrer = await x.as('nachtdienst.rotterdam');
  [place] = await placesFor(referrer, aWoman(), 1, 'crisis');
  house = await x.as(deskOf(place.poolId));
});
after(() => x?.stop());

test('undone, the right is the house\'s again, and on its board', async () => {
  const r = await openReferral(referrer, aWoman());
  const q = (await ask(referrer, r.id, [place.poolId])).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const { clocks } = expectStatus(await referrer.post(`/referrals/${r.id}/clocks`, { clock: 'huisverbod' }), 200);
  const id = clocks.find(c => c.clock === 'huisverbod').id;
  expectStatus(await referrer.post(`/clocks/${id}/offer`, { organisationId: organisationOf(place.poolId) }), 200);
  expectStatus(await house.post(`/clocks/${id}/acceptance`), 200);
  const onBoard = async who => expectStatus(await who.get('/clocks'), 200).clocks.find(c => c.id === id)?.own;
  assert.equal(await onBoard(house), true);
  const { stayId } = expectStatus(await referrer.get(`/referrals/${r.id}`), 200);
  expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  assert.deepEqual([await onBoard(house), await onBoard(referrer)], [undefined, true]);
  expectStatus(await house.post(`/stays/${stayId}/resumption`), 200);
  assert.equal(await onBoard(house), true);
  assert.notEqual(await onBoard(referrer), true);
});
