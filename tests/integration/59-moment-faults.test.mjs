// Why a moment of arrival or leaving cannot be, as a word in the fault: told with the arrival, corrected, and of who pays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY_MS = 86_400_000;
const iso = ms => new Date(ms).toISOString();
let x, referrer, house, place;

before(async () => {
  x = await startExchange('moment-faults');
  referrer = await x.as('nachtdienst.rotterdam');
  [place] = await placesFor(referrer, aNeed(), 1);
  house = await x.as(deskOf(place.poolId));
});
after(() => x?.stop());

const faults = answer => expectStatus(answer, 400).errors.map(e => [e.pointer, e.code]);

test('every fault of a moment has its word', async () => {
  const r = await openReferral(referrer, aNeed());
  const q = (await ask(referrer, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  const arrive = arrivedAt => house.post(`/requests/${q.id}/arrival`, { arrivedAt });
  assert.deepEqual(faults(await arrive(iso(Date.now() + DAY_MS))), [['/arrivedAt', 'in_future']]);
  assert.deepEqual(faults(await arrive(iso(Date.now() - DAY_MS))), [['/arrivedAt', 'before_yes']]);
  assert.deepEqual(faults(await arrive('gisteren')), [['/arrivedAt', undefined]], 'no moment at all has no such word');
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);

  const { stayId } = expectStatus(await referrer.get(`/referrals/${r.id}`), 200);
  const { startedAt } = expectStatus(await house.get(`/stays/${stayId}`), 200);
  const leave = leftAt => house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden', leftAt });
  assert.deepEqual(faults(await leave(iso(Date.parse(startedAt) - 60_000))), [['/leftAt', 'before_arrival']]);
  expectStatus(await leave(iso(Date.now())), 200);
  const { endedAt } = expectStatus(await house.get(`/stays/${stayId}`), 200);

  const correct = body => house.post(`/stays/${stayId}/moments`, body);
  assert.deepEqual(faults(await correct({ arrivedAt: iso(Date.parse(endedAt) + 1) })), [['/arrivedAt', 'after_departure']]);
  assert.deepEqual(faults(await correct({ leftAt: iso(Date.parse(startedAt) - 1) })), [['/leftAt', 'before_arrival']]);
  assert.deepEqual(faults(await correct({ arrivedAt: startedAt, leftAt: iso(Date.now() + DAY_MS) })), [['/leftAt', 'in_future']]);

  const pays = from => house.post(`/stays/${stayId}/funding`, { stream: 'te_regelen', municipality: null, from, reason: 'correctie' });
  const dayOf = ms => iso(ms).slice(0, 10);
  assert.deepEqual(faults(await pays(dayOf(Date.now() - 3 * DAY_MS))).filter(f => f[0] === '/from'), [['/from', 'before_arrival']]);
  assert.deepEqual(faults(await pays(dayOf(Date.now() + 3 * DAY_MS))).filter(f => f[0] === '/from'), [['/from', 'in_future']]);
});
