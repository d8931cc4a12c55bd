// Every operation of care once, with good input: an MDO from its convening to its end, the regie handed over, refused
// and ended, a question to a specialist answered and another taken back.
import { aNeed, expectStatus, inMinutes, openReferral, organisationOf } from './world.mjs';

/** DESK: staff of a house, of POOL. */
export async function walkCare(referrer, desk, pool, need = aNeed) {
  const other = organisationOf(pool);
  const mark = need().returnCode ?? ''; // what people write here must be sealed as their need is
  const { organisations } = expectStatus(await referrer.get('/organisations'), 200);
  expectStatus(await referrer.get('/organisations?mdo=true'), 200);
  const third = organisations.find(o => o.kind === 'shelter' && o.id !== other).id;
  const { id } = await openReferral(referrer, need());

  const mdo = expectStatus(await referrer.post(`/referrals/${id}/mdos`, { ground: 'vital_interest', nextAt: inMinutes(90), organisationIds: [other] }), 201).id;
  expectStatus(await referrer.post(`/mdos/${mdo}/invitations`, { organisationIds: [third] }), 200);
  expectStatus(await desk.post(`/mdos/${mdo}/participation`, { joins: true }), 200);
  expectStatus(await desk.get('/mdos'), 200);
  expectStatus(await desk.get(`/mdos/${mdo}`), 200);
  const noted = expectStatus(await desk.post(`/mdos/${mdo}/items`, { domain: 'medisch', sort: 'action', text: `Arts bellen ${mark}`, organisationId: other, dueAt: inMinutes(120) }), 200);
  expectStatus(await desk.post(`/mdo-items/${noted.items[0].id}/state`, { state: 'done' }), 200);
  const outside = expectStatus(await desk.post(`/mdos/${mdo}/items`, { domain: 'strafrecht', sort: 'action', text: `Aangifte ${mark}`, outside: 'politie', callback: '0900 8844' }), 200);
  expectStatus(await desk.post(`/mdo-items/${outside.items[1].id}/state`, { state: 'dropped' }), 200);
  expectStatus(await referrer.post(`/mdos/${mdo}/date`, { nextAt: null }), 200);
  expectStatus(await desk.post(`/mdos/${mdo}/participation`, { joins: false }), 200);
  expectStatus(await referrer.post(`/mdos/${mdo}/closure`), 200);

  expectStatus(await referrer.post(`/referrals/${id}/regie-desk`, { role: `Dienst ${mark}`, callback: '010 123 45 66' }), 200);
  expectStatus(await referrer.post(`/referrals/${id}/regie-offer`, { organisationId: other }), 200);
  expectStatus(await desk.post(`/referrals/${id}/regie-refusal`), 200);
  expectStatus(await referrer.post(`/referrals/${id}/regie-offer`, { organisationId: other }), 200);
  expectStatus(await desk.get('/regies'), 200);
  expectStatus(await desk.get(`/referrals/${id}/regie`), 200);
  expectStatus(await desk.post(`/referrals/${id}/regie-acceptance`, { role: `Casusregisseur ${mark}`, callback: '010 123 45 67' }), 200);

  const ask = async question => expectStatus(await referrer.post(`/referrals/${id}/consults`, { organisationId: other, question }), 201).id;
  const consult = await ask(`Wat is hier nodig? ${mark}`);
  expectStatus(await desk.get(`/consults/${consult}`), 200);
  expectStatus(await desk.post(`/consults/${consult}/answer`, { answer: `Eerst een tolk. ${mark}` }), 200);
  expectStatus(await referrer.post(`/consults/${await ask('En dan?')}/closure`), 200);
  expectStatus(await referrer.get('/consults'), 200);

  expectStatus(await referrer.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  expectStatus(await desk.post(`/referrals/${id}/regie-end`), 200);
  return { referral: id, mdo, consult };
}
