// Every operation of what follows an arrival, with good input: ready and kept waiting, another who pays, clocks started,
// handed over, prolonged and stopped, a return code, the departure, the return, and the papers of the month.
import { expectStatus } from './world.mjs';

/** The month of now in the Netherlands. */
export const thisMonth = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam', year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date()).slice(0, 7);
export const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam', year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date());

/** The household of REFERRAL has arrived at the house of DESK; REFERRER placed it. */
export async function walkStay(x, referrer, desk, referral) {
  const other = await x.as('nachtdienst.amsterdam');
  const id = expectStatus(await referrer.get(`/referrals/${referral}`), 200).stayId;
  expectStatus(await desk.get('/stays'), 200);
  expectStatus(await desk.get(`/stays/${id}`), 200);
  expectStatus(await desk.post(`/stays/${id}/outflow`, { ready: true, blockedBy: 'woning' }), 200);
  expectStatus(await desk.post(`/stays/${id}/funding`, { stream: 'te_regelen', municipality: null, from: today(), reason: 'besluit' }), 200);
  const { clocks } = expectStatus(await referrer.post(`/referrals/${referral}/clocks`, { clock: 'huisverbod' }), 200);
  const clock = clocks.find(c => c.clock === 'huisverbod').id;
  expectStatus(await referrer.get(`/referrals/${referral}/clocks`), 200);
  expectStatus(await referrer.post(`/clocks/${clock}/offer`, { organisationId: other.session.organisationId }), 200);
  expectStatus(await other.get('/clocks'), 200);
  expectStatus(await referrer.get(`/clocks/${clock}`), 200);
  expectStatus(await other.post(`/clocks/${clock}/acceptance`, { callback: '020-1234567' }), 200);
  expectStatus(await other.post(`/clocks/${clock}/prolongation`), 200);
  expectStatus(await other.post(`/clocks/${clock}/stop`, { reason: 'ingetrokken' }), 200);
  const { returnCode } = expectStatus(await desk.post(`/stays/${id}/return-code`), 200);
  expectStatus(await desk.post(`/stays/${id}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  expectStatus(await desk.post(`/stays/${id}/moments`, { leftAt: new Date().toISOString() }), 200);
  expectStatus(await desk.post(`/stays/${id}/resumption`, {}), 200);
  expectStatus(await desk.post(`/stays/${id}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden', leftAt: new Date().toISOString() }), 200);
  expectStatus(await other.post('/returns', { code: returnCode }, { key: null }), 200);
  expectStatus(await desk.get('/stays?left=true'), 200);
  const policy = await x.as('beleid.rotterdam');
  for (const path of ['/statements', '/statements/csv', '/funding-flags']) expectStatus(await policy.get(`${path}?month=${thisMonth()}`), 200, path);
  return { id, returnCode };
}
