// Every operation about gatekeepers once, with good input: a victim of trafficking through CoMensha, a minor alone
// through a municipality.
import { aMinorAlone, aVictim, deskOf, expectStatus, inMinutes, openReferral, placesFor } from './world.mjs';

export async function walkGates(x, referrer) {
  const comensha = await x.as('helpdesk.comensha'), town = await x.as('toewijzing.rotterdam');
  const referral = (await openReferral(referrer, aVictim({ residence: 'onbekend' }))).id;
  expectStatus(await referrer.post(`/referrals/${referral}/residence`, { residence: 'bedenktijd', untilAt: inMinutes(60 * 24 * 30) }), 200);
  const gate = expectStatus(await referrer.post(`/referrals/${referral}/gate-requests`, { kind: 'cosm' }), 201).id;
  for (const desk of [referrer, comensha]) {
    expectStatus(await desk.get('/gate-requests'), 200);
    expectStatus(await desk.get(`/gate-requests/${gate}`), 200);
    expectStatus(await desk.get(`/referrals/${referral}`), 200);
    expectStatus(await desk.get(`/referrals/${referral}/matches?bridge=true`), 200);
  }
  expectStatus(await referrer.get(`/gate-requests/${gate}/night-number`), 200);
  expectStatus(await comensha.post(`/gate-requests/${gate}/ownership`), 200);
  expectStatus(await comensha.post(`/gate-requests/${gate}/questions`, { facts: ['signalen', 'politie'] }), 200);
  expectStatus(await referrer.post(`/gate-requests/${gate}/answers`, { answers: { signalen: 'yes', politie: 'unknown' } }), 200);
  const place = (await placesFor(comensha, aVictim({ residence: 'bedenktijd' }), 1, 'cosm'))[0];
  const asked = expectStatus(await comensha.post(`/gate-requests/${gate}/requests`, { poolIds: [place.poolId] }), 201).requests[0];
  expectStatus(await (await x.as(deskOf(place.poolId))).get(`/requests/${asked.id}`), 200);
  expectStatus(await comensha.get(`/requests/${asked.id}`), 200);
  expectStatus(await comensha.post(`/gate-requests/${gate}/return`, { reason: 'gewone_opvang' }), 200);
  const child = (await openReferral(referrer, aMinorAlone())).id;
  const youth = expectStatus(await referrer.post(`/referrals/${child}/gate-requests`, { kind: 'jeugd' }), 201).id;
  expectStatus(await town.post(`/gate-requests/${youth}/ownership`), 200);
  expectStatus(await town.post(`/gate-requests/${youth}/assent`), 200);
  expectStatus(await referrer.post(`/gate-requests/${youth}/withdrawal`), 200);
}
