// Who may do what: every route with every role, as a matrix. Each cell is the status that a good request of that role
// gets. 'Own' is the organisation that the thing belongs to; the others are real roles with nothing to do with it. A
// thing that does not concern somebody does not exist for them (404); what their role may never do is 403.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { Adapter, aFeed, aFeedReport, aMessage, aQuarantined } from '../support/feeds.mjs';
import { aKey, b64, confirmedKey, letter, sealTo, sealing } from '../support/sealing.mjs';
import { routesOf } from '../support/routes.mjs';
import { poll } from '../support/wait.mjs';
import { aHotel, aNight } from '../support/walk_nobed.mjs';
import { thisMonth, today } from '../support/walk_stay.mjs';
import { aMinorAlone, aReport, aVictim, aWoman, ask, deskOf, demo, expectStatus, inMinutes, openReferral, organisationOf, placesFor, poolOf } from '../support/world.mjs';

// own: the desk of Veilig Thuis whose referral it is; house: the shelter that is asked; vt2, house2: others of the
// same roles; machine: the adapter at the machines' door; man2: a certificate that is not enrolled, same door; manp:
// the adapter's certificate at the people's door, where a certificate says nothing; none: nobody signed in. keeper: the desk
// for cases of a municipality, to which a minor is sent where a row is about a gate request, and which sits at the table
// where one is about an MDO; regie: another Veilig Thuis, which took over the regie of the household of the row.
const WHO = ['own', 'vt2', 'house', 'house2', 'comensha', 'municip', 'rapport', 'orgadm', 'exadmin', 'machine', 'man2', 'manp', 'none', 'keeper', 'regie'];

const MATRIX = `
method path                      own vt2 house house2 comensha municip rapport orgadm exadmin machine man2 manp none keeper regie
GET /health                      200 200 200   200    200      200     200     200    200     403     403  200  200 200 200
GET /version                     200 200 200   200    200      200     200     200    200     403     403  200  200 200 200
GET /openapi.json                200 200 200   200    200      200     200     200    200     403     403  200  200 200 200
GET /codes                       200 200 200   200    200      200     200     200    200     200     403  401  401 200 200
POST /session                    201 201 201   201    201      201     201     201    201     403     403  201  201 201 201
GET /session                     200 200 200   200    200      200     200     200    200     403     403  401  401 200 200
DELETE /session                  204 204 204   204    204      204     204     204    204     403     403  401  401 204 204
GET /pools                       200 200 200   200    200      200     200     200    200     200     403  401  401 200 200
GET /pools/{id}                  200 200 200   404    200      404     404     404    200     200     403  401  401 404 200
GET /capacity                    200 200 200   200    200      200     200     200    200     403     403  401  401 403 200
GET /capacity/opvang             200 200 200   200    200      403     403     200    200     403     403  401  401 403 200
GET /capacity/hsds               200 200 200   200    200      200     200     200    200     403     403  401  401 403 200
GET /capacity/fhir               200 200 200   200    200      200     200     200    200     403     403  401  401 403 200
POST /capacity-reports           403 403 200   403    403      403     403     403    403     200     403  401  401 403 403
POST /matches                    200 200 403   403    200      403     403     403    403     403     403  401  401 403 200
POST /referrals                  201 201 403   403    201      403     403     403    403     403     403  401  401 403 201
GET /referrals                   200 200 403   403    200      403     403     403    403     403     403  401  401 403 200
GET /referrals/{id}              200 404 403   404    404      404     404     404    404     403     403  401  401 404 200
GET /referrals/{id}/matches      200 404 403   404    404      404     404     404    404     403     403  401  401 404 200
POST /referrals/{id}/requests    201 404 403   403    404      403     403     403    403     403     403  401  401 404 404
POST /referrals/{id}/journey     200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/no-show     200 404 200   404    404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/withdrawal  200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
GET /requests                    200 200 200   200    200      200     200     200    200     403     403  401  401 200 200
GET /requests/{id}               200 404 200   404    404      404     404     404    404     403     403  401  401 404 404
POST /requests/{id}/sighting     403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /requests/{id}/acceptance   403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /requests/{id}/decline      403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /requests/{id}/arrival      200 404 200   404    404      403     403     403    403     403     403  401  401 403 404
GET /requests/{id}/location      200 404 200   404    404      404     404     404    404     403     403  401  401 404 404
POST /requests/{id}/extension    403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /referrals/{id}/hold-extension 200 404 403 403   404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/alarm-acknowledgement 409 404 403 403 404 403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/shift-handover 200 404 403 403   404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/takeover    200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
GET /colleagues                  200 200 403   403    200      403     403     403    403     403     403  401  401 403 200
GET /delivery-record             403 403 200   200    403      403     403     200    404     403     403  401  401 403 403
GET /events                      200 200 200   200    200      200     200     200    200     403     403  401  401 200 200
GET /statistics/overview         403 403 403   403    403      200     200     403    403     403     403  401  401 403 403
POST /feed-messages              403 403 403   403    403      403     403     403    403     201     403  401  401 403 403
POST /feed-heartbeats            403 403 403   403    403      403     403     403    403     200     403  401  401 403 403
GET /feed-orders/{id}/content    403 403 403   403    403      403     403     403    403     200     403  401  401 403 403
GET /notifications               403 403 403   403    403      403     403     200    200     403     403  401  401 403 403
GET /feeds                       403 403 200   200    403      403     403     200    200     403     403  401  401 403 403
GET /feed-messages               403 403 200   200    403      403     403     200    200     403     403  401  401 403 403
GET /feed-messages/{id}          403 403 200   404    403      403     403     404    200     403     403  401  401 403 403
POST /feed-messages/{id}/replay  403 403 202   404    403      403     403     404    202     403     403  401  401 403 403
POST /uploads                    403 403 201   201    403      403     403     201    403     403     403  401  401 403 403
GET /uploads/{id}                403 403 200   404    403      403     403     404    403     403     403  401  401 403 403
POST /uploads/{id}/acceptance    403 403 200   404    403      403     403     404    403     403     403  401  401 403 403
GET /stays                       200 200 200   200    200      403     403     403    403     403     403  401  401 403 200
GET /stays/{id}                  200 404 200   404    404      404     404     404    404     403     403  401  401 404 404
POST /stays/{id}/departure       403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /stays/{id}/outflow         403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /stays/{id}/funding         403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /stays/{id}/return-code     403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /stays/{id}/moments         403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /stays/{id}/resumption      200 404 200   404    404      403     403     403    403     403     403  401  401 403 404
POST /returns                    200 200 403   403    200      403     403     403    403     403     403  401  401 403 200
GET /clocks                      200 200 200   200    200      403     403     403    403     403     403  401  401 403 200
GET /clocks/{id}                 200 200 200   404    404      404     404     404    404     403     403  401  401 404 200
GET /referrals/{id}/clocks       200 404 200   404    404      404     404     404    404     403     403  401  401 404 200
POST /referrals/{id}/clocks      200 404 200   404    404      403     403     403    403     403     403  401  401 403 404
POST /clocks/{id}/offer          200 403 403   404    404      403     403     403    403     403     403  401  401 403 403
POST /clocks/{id}/acceptance     200 200 403   404    404      403     403     403    403     403     403  401  401 403 403
POST /clocks/{id}/prolongation   200 403 403   404    404      403     403     403    403     403     403  401  401 403 403
POST /clocks/{id}/stop           200 403 403   404    404      403     403     403    403     403     403  401  401 403 403
GET /statements                  403 403 200   200    403      200     200     200    403     403     403  401  401 403 403
GET /statements/csv              403 403 200   200    403      200     200     200    403     403     403  401  401 403 403
GET /funding-flags               403 403 403   403    403      200     200     403    403     403     403  401  401 403 403
GET /organisations                   200 200 200 200 200 403 403 403 403 403 403 401 401 200 200
GET /mdos                            200 200 200 200 200 403 403 403 403 403 403 401 401 200 200
GET /regies                          200 200 200 200 200 403 403 403 403 403 403 401 401 200 200
GET /consults                        200 200 200 200 200 403 403 403 403 403 403 401 401 200 200
GET /mdos/{id}                       200 404 200 404 404 404 404 404 404 403 403 401 401 200 200
GET /consults/{id}                   200 404 200 404 404 404 404 404 404 403 403 401 401 404 404
GET /referrals/{id}/regie            200 404 404 404 404 404 404 404 404 403 403 401 401 404 200
POST /referrals/{id}/mdos            201 404 404 404 404 403 403 403 403 403 403 401 401 403 201
POST /mdos/{id}/invitations          200 404 404 404 404 403 403 403 403 403 403 401 401 403 200
POST /mdos/{id}/participation        200 404 200 404 404 403 403 403 403 403 403 401 401 200 404
POST /mdos/{id}/date                 200 404 404 404 404 403 403 403 403 403 403 401 401 403 200
POST /mdos/{id}/closure              200 404 404 404 404 403 403 403 403 403 403 401 401 403 200
POST /mdos/{id}/items                200 404 200 404 404 403 403 403 403 403 403 401 401 200 404
POST /mdo-items/{id}/state           200 404 200 404 404 403 403 403 403 403 403 401 401 200 404
POST /referrals/{id}/regie-offer     200 404 404 404 404 403 403 403 403 403 403 401 401 403 200
POST /referrals/{id}/regie-acceptance 409 404 200 404 404 403 403 403 403 403 403 401 401 403 200
POST /referrals/{id}/regie-desk      200 404 404 404 404 403 403 403 403 403 403 401 401 403 200
POST /referrals/{id}/regie-refusal   200 404 200 404 404 403 403 403 403 403 403 401 401 403 200
POST /referrals/{id}/regie-end       200 404 404 404 404 403 403 403 403 403 403 401 401 403 200
POST /referrals/{id}/consults        201 404 404 404 404 403 403 403 403 403 403 401 401 403 201
POST /consults/{id}/answer           404 404 200 404 404 403 403 403 403 403 403 401 401 403 404
POST /consults/{id}/closure          200 404 200 404 404 403 403 403 403 403 403 401 401 403 404
GET /keys                        200 200 200   200    200      403     403     200    403     403     403  401  401 403 200
GET /night-sheet                 404 404 404   404    404      403     403     404    403     403     403  401  401 403 404
POST /keys                       201 201 201   201    201      403     403     201    403     403     403  401  401 403 201
POST /keys/{id}/confirmation     404 404 200   404    404      403     403     404    403     403     403  401  401 403 404
POST /keys/{id}/loss             404 404 200   404    404      403     403     404    403     403     403  401  401 403 404
POST /keys/{id}/loss-confirmation 404 404 200  404    404      403     403     404    403     403     403  401  401 403 404
POST /keys/{id}/loss-withdrawal  404 404 200   404    404      403     403     404    403     403     403  401  401 403 404
GET /referrals/{id}/handover     200 404 200   404    404      404     404     404    404     403     403  401  401 404 404
POST /referrals/{id}/handover-items 200 404 200 404   404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/notes       201 404 409   404    404      404     404     404    404     403     403  401  401 404 404
GET /notes/{id}                  404 404 200   404    404      404     404     404    404     403     403  401  401 404 404
POST /notes/{id}/pickup          404 404 200   404    404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/gate-requests   201 404 403 403 404 403 403 403 403 403 403 401 401 403 404
POST /referrals/{id}/residence       200 404 404 404 404 403 403 403 403 403 403 401 401 404 404
GET /gate-requests                   200 200 403 403 200 403 403 403 403 403 403 401 401 200 200
GET /gate-requests/{id}/night-number 200 404 404 404 404 404 404 404 404 403 403 401 401 404 404
GET /gate-requests/{id}              200 404 404 404 200 404 404 404 404 403 403 401 401 200 404
POST /gate-requests/{id}/ownership   403 403 403 403 200 403 403 403 403 403 403 401 401 200 403
POST /gate-requests/{id}/questions   403 403 403 403 200 403 403 403 403 403 403 401 401 200 403
POST /gate-requests/{id}/answers     200 404 403 403 404 403 403 403 403 403 403 401 401 403 404
POST /gate-requests/{id}/assent      403 403 403 403 403 403 403 403 403 403 403 401 401 200 403
POST /gate-requests/{id}/requests    404 404 403 403 201 403 403 403 403 403 403 401 401 201 404
POST /gate-requests/{id}/return      403 403 403 403 200 403 403 403 403 403 403 401 401 200 403
POST /gate-requests/{id}/withdrawal  200 404 403 403 404 403 403 403 403 403 403 401 401 403 404
GET /bridges                     200 200 403   403    200      403     403     403    403     403     403  401  401 403 200
POST /bridges/{id}/start         200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /bridges/{id}/check-ins     200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /bridges/{id}/end           200 404 404   404    404      403     403     403    403     403     403  401  401 403 404
POST /bridges/{id}/watch         200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /bridges/{id}/travel        200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /bridges/{id}/funding       403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
POST /bridges/{id}/moments       403 403 200   404    403      403     403     403    403     403     403  401  401 403 403
GET /referrals/{id}/bridges      200 404 403   404    404      404     404     404    404     403     403  401  401 404 200
POST /referrals/{id}/bridges     201 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/nights      200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
POST /referrals/{id}/closure     200 404 403   403    404      403     403     403    403     403     403  401  401 403 404
GET /unplaced                    200 200 403   403    200      200     200     403    403     403     403  401  401 403 200
GET /locations                       403 403 200 200 403 403 403 200 200 403 403 401 401 403 403
POST /locations/{id}/leak-reports    403 403 201 404 403 403 403 404 201 403 403 401 401 403 403
GET /leaks                           403 403 200 200 403 403 403 200 200 403 403 401 401 403 403
POST /leaks/{id}/confirmation        403 403 409 404 403 403 403 404 200 403 403 401 401 403 403
POST /leaks/{id}/withdrawal          403 403 200 404 403 403 403 404 200 403 403 401 401 403 403
POST /leaks/{id}/lift-request        403 403 200 404 403 403 403 404 200 403 403 401 401 403 403
POST /leaks/{id}/lift                403 403 409 404 403 403 403 404 200 403 403 401 401 403 403
GET /surge                           200 200 200 200 200 200 200 200 200 403 403 401 401 200 200
POST /surge                          403 403 403 403 403 403 403 403 200 403 403 401 401 403 403
POST /requests/{id}/conflict-question 200 404 403 403 404 403 403 403 403 403 403 401 401 404 404
POST /requests/{id}/conflict-answer  403 403 200 404 403 403 403 403 403 403 403 401 401 403 403
`.trim().split('\n').map(line => line.split(/\s+/)).map(([method, path, ...cells]) => [`${method} ${path}`, ...cells]);

// The lists that are 200 for everybody who is signed in are empty for those whom they do not concern.
const EMPTY = { 'GET /pools': ['municip', 'rapport'], 'GET /feed-messages': ['house2', 'orgadm'], 'GET /stays': ['vt2', 'house2', 'comensha', 'regie'], 'GET /clocks': ['vt2', 'house2', 'comensha', 'regie'], 'GET /requests': ['own', 'vt2', 'comensha', 'municip', 'rapport', 'orgadm', 'exadmin', 'keeper', 'regie'], 'GET /regies': ['keeper'], 'GET /consults': ['keeper'] };

const accounts = { own: 'nachtdienst.rotterdam', vt2: 'nachtdienst.amsterdam', comensha: 'helpdesk.comensha', municip: 'beleid.rotterdam', rapport: 'rapporteur.landelijk', exadmin: 'beheer.uitwisseling', keeper: 'toewijzing.rotterdam', regie: 'nachtdienst.utrecht' };
let x, who, place, org, adapter, cosm;

before(async () => {
  x = await startExchange('roles');
  who = {};
  for (const [name, account] of Object.entries(accounts)) who[name] = await x.as(account);
  const carried = demo.machines[0].organisations;
  const all = await placesFor(who.own, aWoman(), 6);
  place = all.find(p => carried.includes(organisationOf(p.poolId)) && organisationOf(p.poolId) !== 1);
  const elsewhere = all.find(p => p !== place && organisationOf(p.poolId) !== 1);
  who.house = await x.as(deskOf(place.poolId));
  who.house2 = await x.as(deskOf(elsewhere.poolId));
  who.orgadm = await x.as('beheer.lindehof');
  who.machine = x.machine('adapter');
  who.man2 = x.machine('stranger');
  who.manp = x.machine('adapter', 0);
  who.none = x.client();
  org = organisationOf(place.poolId);
  cosm = (await placesFor(who.comensha, aVictim(), 1, 'cosm'))[0];
  adapter = new Adapter(who.machine, [aFeed(org)]);
  expectStatus(await adapter.beat(), 200);
  expectStatus(await who.house.post('/capacity-reports', { reports: [room()] }), 200);
});
after(() => x?.stop());

/** As many units as a report may say without looking like a mistake, so that no row meets a full house. */
const room = () => aReport(place.poolId, { unitsTotal: 10 * poolOf(place.poolId).units_total, unitsFree: 10 * poolOf(place.poolId).units_total });

/** Let go of what a row held; what is past that stays as it is. */
async function release(given) {
  if (given.stay) await who.house.post(`/stays/${given.stay}/departure`, { reason: 'anders', destination: 'onbekend' });
  else if (given.referral) await who.own.post(`/referrals/${given.referral}/withdrawal`, { reason: 'anders' });
  if (given.location) await endLeak(given.location);
  if (given.order) await adapter.tell(aMessage(org, { channel: 'upload', orderId: given.order, outcome: 'refused' }));
  if (given.upload) await who.house.post(`/uploads/${given.upload}/acceptance`, {}, { headers: given.headers });
}

/** A message of the house's feed that was put aside; a file of the house that waits to be read, or was. */
async function freshFeed(state) {
  if (state === 'aside') return { id: expectStatus(await adapter.tell(aQuarantined(org)), 201).id };
  const upload = expectStatus(await who.house.post('/uploads', { content: 'cGxlaw==' }), 201).id;
  const order = (await adapter.order(o => o.kind === 'read' && o.id > upload)).id; // a row before may have left one
  if (state === 'brought') return { id: order, order };
  expectStatus(await adapter.tell(aMessage(org, { channel: 'upload', orderId: order, reports: [aFeedReport(place.poolId)] })), 201);
  const { previewTag } = expectStatus(await who.house.get(`/uploads/${upload}`), 200);
  return { id: upload, upload, headers: { 'If-Match': previewTag } };
}

/** A household that has arrived: there, gone with its code, or with a clock that its desk offers to another. */
async function freshStay(state, referral, request) {
  expectStatus(await who.house.post(`/requests/${request}/arrival`), 200);
  const { stayId } = expectStatus(await who.own.get(`/referrals/${referral}`), 200);
  const leave = { reason: 'eigen_keuze', destination: 'onbekend' };
  if (state === 'left') return { code: expectStatus(await who.house.post(`/stays/${stayId}/departure`, leave), 200).returnCode };
  if (state === 'stayed') return { referral, id: stayId, stay: stayId };
  const { clocks } = expectStatus(await who.own.post(`/referrals/${referral}/clocks`, { clock: 'huisverbod' }), 200);
  expectStatus(await who.own.post(`/clocks/${clocks.at(-1).id}/offer`, { organisationId: who.vt2.session.organisationId }), 200);
  return { referral, id: clocks.at(-1).id, stay: stayId };
}

/** What care is about: an MDO in which the house sits, its item, the regie offered to the house, a question to it. */
async function freshCare(state) {
  const referral = await openReferral(who.own, aWoman());
  if (state === 'over') {
    expectStatus(await who.own.post(`/referrals/${referral.id}/withdrawal`, { reason: 'anders' }), 200);
    return { id: referral.id };
  }
  if (state === 'offered') {
    expectStatus(await who.own.post(`/referrals/${referral.id}/regie-offer`, { organisationId: org }), 200);
    return { referral: referral.id };
  }
  if (state === 'consult') {
    const { id } = expectStatus(await who.own.post(`/referrals/${referral.id}/consults`, { organisationId: org, question: 'Wat nu?' }), 201);
    return { id, referral: referral.id };
  }
  const mdo = expectStatus(await who.own.post(`/referrals/${referral.id}/mdos`, { ground: 'vital_interest', organisationIds: [org] }), 201).id;
  expectStatus(await who.house.post(`/mdos/${mdo}/participation`, { joins: true }), 200);
  const noted = expectStatus(await who.own.post(`/mdos/${mdo}/items`, { domain: 'herstel', sort: 'need', text: 'Rust' }), 200);
  return { id: state === 'item' ? noted.items[0].id : mdo, referral: referral.id, mdo };
}

/** A victim of trafficking whose referral is with CoMensha, in STATE: sent, taken or asked back. */
async function freshGate(state, { keeper = who.comensha, need = aVictim(), kind = 'cosm', fact = 'signalen' } = {}) {
  const referral = (await openReferral(who.own, need)).id;
  const gate = expectStatus(await who.own.post(`/referrals/${referral}/gate-requests`, { kind }), 201).id;
  if (state !== 'sent') expectStatus(await keeper.post(`/gate-requests/${gate}/ownership`), 200);
  if (state === 'asked back') expectStatus(await keeper.post(`/gate-requests/${gate}/questions`, { facts: [fact] }), 200);
  return { referral, id: gate };
}

/** Those who have a seat at what a row is about get it, at GIVEN or at one like it: a minor's gate request, or a chair at
 * the table; the regie. */
const SEAT = {
  keeper: async (state, given) => {
    if (['sent', 'taken', 'asked back'].includes(state)) {
      await release(given);
      const minor = await freshGate(state, { keeper: who.keeper, need: aMinorAlone(), kind: 'jeugd', fact: 'gezag' });
      return state === 'taken' ? { ...minor, pool: expectStatus(await who.keeper.get(`/referrals/${minor.referral}/matches`), 200).places[0].poolId } : minor;
    }
    if (!given.mdo) return given;
    expectStatus(await who.own.post(`/mdos/${given.mdo}/invitations`, { organisationIds: [who.keeper.session.organisationId] }), 200);
    expectStatus(await who.keeper.post(`/mdos/${given.mdo}/participation`, { joins: true }), 200);
    return given;
  },
  regie: async (state, given) => {
    const referral = given.referral ?? (state === 'over' ? given.id : null);
    if (!referral) return given;
    if (state === 'offered') expectStatus(await who.own.post(`/referrals/${referral}/regie-refusal`), 200);
    expectStatus(await who.own.post(`/referrals/${referral}/regie-offer`, { organisationId: who.regie.session.organisationId }), 200);
    expectStatus(await who.regie.post(`/referrals/${referral}/regie-acceptance`, { role: 'Casusregie', callback: '010 123 45 67' }), 200);
    return given;
  },
};

/** A leak of the house's location: reported by its staff, confirmed by the exchange's administrator, to be lifted. */
async function freshLeak(state) {
  const location = poolOf(place.poolId).location;
  if (state === 'location') return { id: location, location };
  const { id } = expectStatus(await who.house.post(`/locations/${location}/leak-reports`, { reason: 'anders' }), 201);
  if (state !== 'leak') expectStatus(await who.exadmin.post(`/leaks/${id}/confirmation`), 200);
  if (state === 'lifting') expectStatus(await who.house.post(`/leaks/${id}/lift-request`), 200);
  return { id, location };
}

/** However far a row has brought it. */
async function endLeak(location) {
  const open = async () => expectStatus(await who.exadmin.get('/leaks'), 200).leaks.find(l => l.location.id === location && !['lifted', 'dropped'].includes(l.state));
  for (let l = await open(); l; l = await open()) {
    if (l.state === 'reported') expectStatus(await who.exadmin.post(`/leaks/${l.id}/withdrawal`), 200);
    else if (l.state === 'frozen') expectStatus(await who.house.post(`/leaks/${l.id}/lift-request`), 200);
    else expectStatus(await (l.byMe ? who.house : who.exadmin).post(`/leaks/${l.id}/lift`), 200);
  }
}

/** A household with a request to the house: pending, or after its yes. */
async function fresh(state) {
  if (['aside', 'brought', 'read'].includes(state)) return freshFeed(state);
  if (['mdo', 'item', 'offered', 'consult', 'over'].includes(state)) return freshCare(state);
  if (['key', 'loss', 'to-house', 'note'].includes(state)) return freshHandover(state);
  if (['sent', 'taken', 'asked back'].includes(state)) return freshGate(state);
  if (['location', 'leak', 'frozen', 'lifting'].includes(state)) return freshLeak(state);
  const referral = await openReferral(who.own, aWoman());
  if (state === 'bridge') return { referral: referral.id, id: expectStatus(await who.own.post(`/referrals/${referral.id}/bridges`, aHotel()), 201).id };
  if (state === 'bed' || state === 'slept') return freshBed(state, referral.id);
  if (state === 'open') return { referral: referral.id };
  const request = (await ask(who.own, referral.id, [place.poolId])).requests[0].id;
  if (!['pending', 'question'].includes(state)) expectStatus(await who.house.post(`/requests/${request}/acceptance`), 200);
  if (state === 'question') expectStatus(await who.own.post(`/requests/${request}/conflict-question`), 200);
  if (['stayed', 'left', 'clock'].includes(state)) return freshStay(state, referral.id, request);
  return { referral: referral.id, request };
}

/** A bridge bed of the house: its yes, or the household is there. */
async function freshBed(state, referral) {
  const q = expectStatus(await who.own.post(`/referrals/${referral}/requests`, { poolIds: [place.poolId], bridge: true }), 201).requests[0];
  expectStatus(await who.house.post(`/requests/${q.id}/acceptance`), 200);
  if (state === 'slept') expectStatus(await who.house.post(`/requests/${q.id}/arrival`), 200);
  return { referral, id: expectStatus(await who.own.get(`/referrals/${referral}/bridges`), 200).bridges[0].id };
}

// ---- warm handover, keys and notes ----
/** A colleague of the house, who makes what it confirms: the demo has one desk at most houses, so a second is made. */
let second;
function colleague() {
  if (!second) x.sql(`INSERT INTO account (username, org, role, display_nl, display_en, password_hash, created_at_ms) SELECT 'collega.rollen', org, role, 'Collega', 'Colleague', password_hash, created_at_ms FROM account WHERE username = '${who.house.session.account}'`);
  if (!second) x.broker.child.kill('SIGHUP');
  second ??= poll(() => x.as('collega.rollen').catch(() => { x.sessions.delete('collega.rollen'); }), { what: 'the colleague is known' });
  return second;
}
const bodyOfKey = () => {
  const pair = aKey();
  return { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped), pair };
};

/** A key of the house that waits to be confirmed, or of which the colleague says that it is lost; or one that notes can be
 * written to, and a note. */
async function freshHandover(state) {
  const key = state === 'key' ? bodyOfKey() : await confirmedKey(await colleague(), who.house);
  if (state === 'key') {
    const made = expectStatus(await (await colleague()).post('/keys', { publicKey: key.publicKey, wrapped: key.wrapped }), 201);
    return { id: made.id, print: await sealing.fingerprint(key.pair.publicKey) };
  }
  if (state === 'loss') {
    expectStatus(await (await colleague()).post(`/keys/${key.id}/loss`, { reason: 'anders' }), 200);
    return { id: key.id };
  }
  const given = await fresh('accepted');
  if (state === 'to-house') return { ...given, key };
  const note = expectStatus(await who.own.post(`/referrals/${given.referral}/notes`, { keyId: key.id, sealed: sealTo(key.publicKey, letter('hallo')) }), 201);
  return { ...given, id: note.id };
}

// What each route is given: [state of the household, body]. Rows without an entry need neither.
const GIVEN = {
  'POST /capacity-reports': ['none', name => ({ reports: [{ ...room(), source: name === 'machine' ? 'feed' : 'hand' }] })],
  'POST /matches': ['none', () => aWoman()],
  'POST /referrals': ['none', () => aWoman()],
  'GET /referrals/{id}': ['pending'],
  'GET /referrals/{id}/matches': ['pending'],
  'POST /referrals/{id}/requests': ['open', () => ({ poolIds: [place.poolId] })],
  'POST /referrals/{id}/journey': ['accepted', () => ({ etaAt: inMinutes(30) })],
  'POST /referrals/{id}/no-show': ['accepted'],
  'POST /referrals/{id}/withdrawal': ['open', () => ({ reason: 'anders' })],
  'POST /requests/{id}/extension': ['pending'],
  'POST /referrals/{id}/hold-extension': ['accepted'],
  'POST /referrals/{id}/alarm-acknowledgement': ['open', () => ({ alarm: 'lead' })], // none stands
  'POST /referrals/{id}/shift-handover': ['open'],
  'POST /referrals/{id}/takeover': ['open'],
  'GET /stays/{id}': ['stayed'],
  'POST /stays/{id}/departure': ['stayed', () => ({ reason: 'eigen_keuze', destination: 'onbekend' })],
  'POST /stays/{id}/outflow': ['stayed', () => ({ ready: true, blockedBy: 'woning' })],
  'POST /stays/{id}/funding': ['stayed', () => ({ stream: 'wmo', municipality: 'GM0363', from: today(), reason: 'besluit' })],
  'POST /stays/{id}/return-code': ['stayed'],
  'POST /stays/{id}/moments': ['stayed', () => ({ arrivedAt: new Date().toISOString() })],
  'POST /stays/{id}/resumption': ['stayed'], // it is there: nothing to say
  'POST /returns': ['left', (name, given) => ({ code: given.code })],
  'GET /clocks/{id}': ['clock'],
  'GET /referrals/{id}/clocks': ['clock'],
  'POST /referrals/{id}/clocks': ['stayed', () => ({ clock: 'huisverbod' })],
  'POST /clocks/{id}/offer': ['clock', () => ({ organisationId: null })],
  'POST /clocks/{id}/acceptance': ['clock'],
  'POST /clocks/{id}/prolongation': ['clock'],
  'POST /clocks/{id}/stop': ['clock', () => ({ reason: 'ingetrokken' })],
  'GET /requests/{id}': ['pending'],
  'POST /requests/{id}/sighting': ['pending'],
  'POST /requests/{id}/acceptance': ['pending'],
  'POST /requests/{id}/decline': ['pending', () => ({ reason: 'gezin_past_niet' })],
  'POST /requests/{id}/arrival': ['accepted'],
  'GET /requests/{id}/location': ['accepted'],
  'POST /feed-messages': ['none', () => aMessage(org)],
  'POST /feed-heartbeats': ['none', () => ({ adapter: 'rollen', startedAt: inMinutes(-1), feeds: [aFeed(org)] })],
  'GET /feed-orders/{id}/content': ['brought'],
  'GET /feed-messages/{id}': ['aside'],
  'POST /feed-messages/{id}/replay': ['aside'],
  'POST /uploads': ['none', () => ({ content: 'cGxlaw==' })],
  'GET /uploads/{id}': ['read'],
  'POST /uploads/{id}/acceptance': ['read'],
  'GET /mdos/{id}': ['mdo'],
  'GET /consults/{id}': ['consult'],
  'GET /referrals/{id}/regie': ['open'],
  'POST /referrals/{id}/mdos': ['open', () => ({ ground: 'vital_interest', organisationIds: [org] })],
  'POST /mdos/{id}/invitations': ['mdo', () => ({ organisationIds: [org] })],
  'POST /mdos/{id}/participation': ['mdo', () => ({ joins: true })],
  'POST /mdos/{id}/date': ['mdo', () => ({ nextAt: inMinutes(60) })],
  'POST /mdos/{id}/closure': ['mdo'],
  'POST /mdos/{id}/items': ['mdo', () => ({ domain: 'veiligheid', sort: 'need', text: 'Een slot' })],
  'POST /mdo-items/{id}/state': ['item', () => ({ state: 'done' })],
  'POST /referrals/{id}/regie-offer': ['open', () => ({ organisationId: org })],
  'POST /referrals/{id}/regie-acceptance': ['offered', () => ({ role: 'Casusregie', callback: '010 123 45 67' })],
  'POST /referrals/{id}/regie-desk': ['open', () => ({ role: 'Casusregie', callback: '010 123 45 67' })],
  'POST /referrals/{id}/regie-refusal': ['offered'],
  'POST /referrals/{id}/regie-end': ['over'],
  'POST /referrals/{id}/consults': ['open', () => ({ organisationId: org, question: 'Wat nu?' })],
  'POST /consults/{id}/answer': ['consult', () => ({ answer: 'Dit.' })],
  'POST /consults/{id}/closure': ['consult'],
  'POST /keys': ['none', () => { const { pair, ...body } = bodyOfKey(); return body; }],
  'POST /keys/{id}/confirmation': ['key', (_, given) => ({ fingerprint: given.print })],
  'POST /keys/{id}/loss': ['key', () => ({ reason: 'anders' })],
  'POST /keys/{id}/loss-confirmation': ['loss'],
  'POST /keys/{id}/loss-withdrawal': ['loss'],
  'GET /referrals/{id}/handover': ['accepted'],
  'POST /referrals/{id}/handover-items': ['accepted', () => ({ item: 'vervoer', acknowledged: true })],
  'POST /referrals/{id}/notes': ['to-house', (_, given) => ({ keyId: given.key.id, sealed: sealTo(given.key.publicKey, letter('hallo')) })],
  'GET /notes/{id}': ['note'],
  'POST /notes/{id}/pickup': ['note'],
  'POST /referrals/{id}/gate-requests': ['open', () => ({ kind: 'cosm' })],
  'POST /referrals/{id}/residence': ['open', () => ({ residence: 'eu' })],
  'GET /gate-requests/{id}': ['sent'],
  'GET /gate-requests/{id}/night-number': ['sent'],
  'POST /gate-requests/{id}/ownership': ['sent'],
  'POST /gate-requests/{id}/questions': ['taken', name => ({ facts: name === 'keeper' ? ['gezag', 'bereikbaar'] : ['signalen', 'politie'] })],
  'POST /gate-requests/{id}/answers': ['asked back', name => ({ answers: { [name === 'keeper' ? 'gezag' : 'signalen']: 'yes' } })],
  'POST /gate-requests/{id}/assent': ['taken'],
  'POST /gate-requests/{id}/requests': ['taken', (_, given) => ({ poolIds: [given.pool ?? cosm.poolId] })],
  'POST /gate-requests/{id}/return': ['taken', () => ({ reason: 'anders' })],
  'POST /gate-requests/{id}/withdrawal': ['taken'],
  'POST /bridges/{id}/start': ['bridge'],
  'POST /bridges/{id}/check-ins': ['bridge', () => ({ result: 'safe' })],
  'POST /bridges/{id}/watch': ['bridge', () => ({ owner: { kind: 'desk', callback: '010 000 0001' }, everyMinutes: 60 })],
  'POST /bridges/{id}/travel': ['bed', () => ({ etaAt: new Date(Date.now() + 3_600_000).toISOString() })],
  'POST /bridges/{id}/funding': ['slept', () => ({ stream: 'wmo', municipality: 'GM0363', from: today(), reason: 'besluit' })],
  'POST /bridges/{id}/moments': ['slept', () => ({ arrivedAt: new Date().toISOString() })],
  'POST /bridges/{id}/end': ['bridge', () => ({ reason: 'moved' })],
  'GET /referrals/{id}/bridges': ['pending'],
  'POST /referrals/{id}/bridges': ['open', () => aHotel()],
  'POST /referrals/{id}/nights': ['open', () => aNight()],
  'POST /referrals/{id}/closure': ['open', () => aNight({ reason: 'alles_vol' })],
  'POST /locations/{id}/leak-reports': ['location', () => ({ reason: 'anders' })],
  'POST /leaks/{id}/confirmation': ['leak'],
  'POST /leaks/{id}/withdrawal': ['leak'],
  'POST /leaks/{id}/lift-request': ['frozen'],
  'POST /leaks/{id}/lift': ['lifting'],
  'POST /surge': ['none', () => ({ regions: ['R01'], on: false })],
  'POST /requests/{id}/conflict-question': ['pending'],
  'POST /requests/{id}/conflict-answer': ['question', () => ({ conflict: false })],
};

async function call(name, route, given) {
  const [method, path] = route.split(' ');
  const [, body] = GIVEN[route] ?? [];
  const id = (path.startsWith('/referrals') ? given.referral : undefined) ?? given.id ?? (path.startsWith('/pools') ? place.poolId : path.startsWith('/requests') ? given.request : given.referral);
  let url = path.replace('{id}', id);
  // Who sees every house says whose document it wants; a house gets its own.
  if (path === '/capacity/opvang' && ['own', 'vt2', 'comensha', 'exadmin', 'regie'].includes(name)) url += `?provider=${demo.organisations[organisationOf(place.poolId) - 1].code}`;
  if (path.startsWith('/statements') || path === '/funding-flags') url += `?month=${thisMonth()}`;
  let c = who[name];
  if (route === 'GET /events') {
    if (c.session) {
      const stream = await c.events();
      stream.close();
      return { status: stream.status, headers: {}, text: '' };
    }
    return c.get(url);
  }
  if (route === 'POST /session') {
    const username = c.session?.account ?? 'nachtdienst.fryslan';
    c = c.session ? x.client() : c; // its own session stays for the rows below
    const jar = new Map(c.cookies);
    const r = await c.post(url, { username, password: 'veilige-plek-demo' }, { key: null });
    c.cookies = jar;
    return r;
  }
  if (route === 'DELETE /session' && c.session) c = await x.signIn(c.session.account);
  if (method === 'GET') return c.get(url);
  if (method === 'DELETE') return c.request('DELETE', url);
  return c.post(url, body?.(name, given) ?? {}, { headers: given.headers });
}

test('the matrix has a row for every route and a column for every role', () => {
  assert.deepEqual(MATRIX[0].slice(1), WHO);
  assert.deepEqual(MATRIX.slice(1).map(r => r[0]).sort(), routesOf().map(r => `${r.method} ${r.path}`).sort());
  assert.ok(MATRIX.every(r => r.length === WHO.length + 1));
});

for (const [route, ...cells] of MATRIX.slice(1)) {
  test(route, async () => {
    const [state] = GIVEN[route] ?? ['none'];
    let given = state === 'none' ? {} : await fresh(state);
    const got = {};
    for (const [i, name] of WHO.entries()) {
      if (SEAT[name]) given = await SEAT[name](state, given);
      const answer = await call(name, route, given);
      got[name] = String(answer.status);
      if (answer.status >= 400) assert.match(answer.headers['content-type'], /problem\+json/, `${name} ${answer.text}`);
      assert.ok(!/Voorbeeldstraat/.test(answer.text) || (route.endsWith('/location') && cells[i] === '200'), `${name} was shown an address`);
      if (EMPTY[route]?.includes(name)) assert.deepEqual(Object.values(answer.json)[0], [], `${name} sees things`);
      if (answer.status < 300 && state !== 'none' && route.startsWith('POST')) {
        await release(given);
        given = await fresh(state);
      }
    }
    await release(given);
    assert.deepEqual(got, Object.fromEntries(WHO.map((name, i) => [name, cells[i]])));
  });
}

test("without a certificate the machines' door stays shut", async () => {
  const r = await x.machine(null).get('/pools').catch(e => e);
  assert.ok(r instanceof Error, `answered ${r.status}`);
});

test('a certificate of another authority is not let in', async () => {
  const other = x.machine('adapter');
  other.tls.ca = x.ca;
  const { execFileSync } = await import('node:child_process');
  const pem = execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=plek-adapter', '-keyout', '-', '-out', '-'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  other.tls.cert = pem;
  other.tls.key = pem;
  const r = await other.get('/pools').catch(e => e);
  assert.ok(r instanceof Error, `answered ${r.status}`);
});

test('a house sees its own pools only, a machine those it carries, a place finder all', async () => {
  const mine = async c => {
    const seen = [];
    for (let after = 0; after !== null;) {
      const page = expectStatus(await c.get(`/pools?limit=200&after=${after}`), 200);
      seen.push(...page.pools.map(p => p.id));
      after = page.next;
    }
    return seen;
  };
  const of = orgs => demo.pools.filter(p => orgs.includes(demo.locations[p.location - 1].organisation)).map(p => p.id);
  assert.deepEqual(await mine(who.house), of([who.house.session.organisationId]));
  assert.deepEqual(await mine(who.machine), of(demo.machines[0].organisations));
  assert.equal((await mine(who.own)).length, demo.pools.length);
  const oneHouse = await x.as('opvang.esdoorn'); // its account is of one location
  assert.deepEqual(await mine(oneHouse), demo.pools.filter(p => p.location === oneHouse.session.locationId).map(p => p.id));
});
