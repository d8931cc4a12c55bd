// Every operation of safety once, with good input: a leak from its report to its end at a house where nobody lives, a surge
// that begins and ends, a question about a conflict that is answered.
import { aNeed, ask, demo, expectStatus, openReferral } from './world.mjs';

const HOUSE = demo.locations.find(l => l.code === 'molenwiek');

/** DESK: staff of a house, of POOL. */
export async function walkSafety(x, referrer, desk, pool, need = aNeed) {
  const house = await x.as('intake.meerkoet');
  const admin = await x.as('beheer.uitwisseling');
  const step = async (who, leak, what) => expectStatus(await who.post(`/leaks/${leak}/${what}`), 200);
  const report = async () => expectStatus(await house.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201).id;

  expectStatus(await house.get('/locations'), 200);
  await step(admin, await report(), 'withdrawal');
  const leak = await report();
  await step(admin, leak, 'confirmation');
  expectStatus(await house.get('/leaks?limit=5'), 200);
  await step(house, leak, 'lift-request');
  await step(admin, leak, 'lift');

  expectStatus(await admin.post('/surge', { regions: [HOUSE.region], on: true, reason: 'ramp' }), 200);
  expectStatus(await referrer.get('/surge'), 200);
  expectStatus(await admin.post('/surge', { regions: [HOUSE.region], on: false }), 200);

  const { id } = await openReferral(referrer, need());
  const [request] = (await ask(referrer, id, [pool])).requests;
  expectStatus(await referrer.post(`/requests/${request.id}/conflict-question`), 200);
  expectStatus(await desk.post(`/requests/${request.id}/conflict-answer`, { conflict: false }), 200);
  expectStatus(await referrer.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
}
