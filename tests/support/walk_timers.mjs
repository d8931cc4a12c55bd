// Extra time, a longer hold, an alarm, a change of shift, and the delivery record: each operation once.
import { ask, deskOf, expectStatus, openReferral } from './world.mjs';

/** A household of NEED asks PLACE and lives through it. */
export async function walkTimers(x, referrer, need, place) {
  const house = await x.as(deskOf(place.poolId));
  const r = await openReferral(referrer, need());
  const request = (await ask(referrer, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${request.id}/extension`), 200);
  const me = expectStatus(await referrer.get('/colleagues'), 200).colleagues[0];
  expectStatus(await referrer.post(`/referrals/${r.id}/shift-handover`, { colleagueId: me.id }), 200);
  expectStatus(await referrer.post(`/referrals/${r.id}/takeover`), 200);
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await referrer.post(`/referrals/${r.id}/hold-extension`), 200);
  // A journey whose time of arrival is long past: missed as soon as it is told.
  expectStatus(await referrer.post(`/referrals/${r.id}/journey`, { etaAt: new Date(Date.now() - 59 * 60_000).toISOString() }), 200);
  for (let i = 0; ; i++) {
    const now = expectStatus(await referrer.get(`/referrals/${r.id}`), 200);
    if (now.alarms.some(a => a.alarm === 'no_show')) break;
    if (i > 400) throw new Error('no alarm of a journey that should have ended an hour ago');
    await new Promise(done => { setTimeout(done, 25); });
  }
  expectStatus(await referrer.post(`/referrals/${r.id}/alarm-acknowledgement`, { alarm: 'no_show' }), 200);
  expectStatus(await house.get('/delivery-record'), 200);
  expectStatus(await referrer.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
}
