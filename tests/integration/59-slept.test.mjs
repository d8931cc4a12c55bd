// Where a household without a place slept: nobody types the nights of a hotel, for that it stood is known. What a person
// tells of a night stands above it. By day a hotel of today has no night yet: tests/unit/http/nights_test.c makes it night,
// and scripts/at-time this file.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aHotel, aNight } from '../support/walk_nobed.mjs';
import { aWoman, expectStatus, openReferral } from '../support/world.mjs';

const HOUR_MS = 3_600_000;
let x, vt;
before(async () => {
  x = await startExchange('slept');
  vt = await x.as('nachtdienst.rotterdam');
});
after(() => x?.stop());

const dutch = (ms, options) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam', ...options }).format(ms);
const dayOf = ms => dutch(ms, { year: 'numeric', month: '2-digit', day: '2-digit' });
/** The evening of the night that NOW lies in; null by day. */
function evening() {
  const hour = Number(dutch(Date.now(), { hour: '2-digit', hourCycle: 'h23' }));
  return hour >= 22 || hour < 6 ? dayOf(Date.now() - 7 * HOUR_MS) : null;
}
const nightsOf = async r => expectStatus(await vt.get(`/referrals/${r.id}/bridges`), 200).nights;

test('the night in which a hotel stands is known by the hotel; by day there is none yet', async () => {
  const r = await openReferral(vt, aWoman());
  assert.deepEqual(await nightsOf(r), []);
  expectStatus(await vt.post(`/referrals/${r.id}/bridges`, aHotel()), 201);
  const night = evening();
  assert.deepEqual(await nightsOf(r), night === null ? [] : [{ date: night, slept: 'hotel', reason: null, knownBy: 'hotel' }]);
});

test('what a person tells stands above it, and says that a person told', async () => {
  const r = await openReferral(vt, aWoman());
  expectStatus(await vt.post(`/referrals/${r.id}/bridges`, aHotel()), 201);
  const date = evening() ?? dayOf(Date.now() - 24 * HOUR_MS);
  expectStatus(await vt.post(`/referrals/${r.id}/nights`, aNight({ date, slept: 'zorginstelling', reason: 'alles_vol' })), 200);
  assert.deepEqual(await nightsOf(r), [{ date, slept: 'zorginstelling', reason: 'alles_vol', knownBy: null }]);
});
