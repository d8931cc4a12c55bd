// The no-bed path over the API: what is said when a household has no place, and the walk through its routes.
import { today } from './walk_stay.mjs';
import { aReport, deskOf, expectStatus, openReferral, placesFor } from './world.mjs';

/** A hotel with the own desk as safety owner; the first check-in is an hour away. */
export const aHotel = (over = {}) => ({ kind: 'hotel', slept: 'hotel', owner: { kind: 'desk' }, everyMinutes: 60, ...over });

/** Tonight. */
export const aNight = (over = {}) => ({ date: new Date().toISOString().slice(0, 10), slept: 'hotel', ...over });

export async function walkNobed(x, referrer, need) {
  const r = await openReferral(referrer, need());
  const hotel = expectStatus(await referrer.post(`/referrals/${r.id}/bridges`, aHotel({ active: false })), 201);
  expectStatus(await referrer.post(`/bridges/${hotel.id}/start`), 200);
  expectStatus(await referrer.post(`/bridges/${hotel.id}/check-ins`, { result: 'safe' }), 200);
  expectStatus(await referrer.post(`/bridges/${hotel.id}/watch`, { owner: { kind: 'desk', callback: '010 000 0002' }, everyMinutes: 60 }), 200);
  const order = expectStatus(await referrer.post(`/referrals/${r.id}/bridges`, { kind: 'order', active: false }), 201);
  expectStatus(await referrer.post(`/bridges/${order.id}/end`, { reason: 'refused' }), 200);
  const police = { kind: 'other', role: 'police', organisation: 'Basisteam', callback: '0900 000000' };
  expectStatus(await referrer.post(`/referrals/${r.id}/bridges`, { kind: 'network', slept: 'familie_vrienden', owner: police }), 201);
  expectStatus(await referrer.post(`/referrals/${r.id}/nights`, aNight()), 200);
  // A bed for the meantime: the way there, the nights.
  const [bed] = await placesFor(referrer, need(), 1, 'nood');
  const house = await x.as(deskOf(bed.poolId));
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(bed.poolId)] }), 200);
  const q = expectStatus(await referrer.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  const { bridges } = expectStatus(await referrer.get(`/referrals/${r.id}/bridges`), 200);
  const { id } = bridges.find(b => b.kind === 'bed');
  expectStatus(await referrer.post(`/bridges/${id}/travel`, { etaAt: new Date(Date.now() + 3_600_000).toISOString() }), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  expectStatus(await house.get('/stays'), 200);
  expectStatus(await house.post(`/bridges/${id}/funding`, { stream: 'te_regelen', municipality: null, from: today(), reason: 'besluit' }), 200);
  expectStatus(await house.post(`/bridges/${id}/moments`, { arrivedAt: new Date().toISOString() }), 200);
  expectStatus(await referrer.get('/bridges'), 200);
  expectStatus(await referrer.get(`/referrals/${r.id}/bridges`), 200);
  expectStatus(await referrer.post(`/referrals/${r.id}/closure`, aNight({ reason: 'alles_vol' })), 200);
  expectStatus(await referrer.get('/unplaced?live=false'), 200);
  expectStatus(await (await x.as('beleid.rotterdam')).get('/unplaced'), 200);
}
