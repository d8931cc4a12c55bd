// One walk that calls every operation of the API at least once, with good input.
import { Adapter, aFeed, aFeedReport, aMessage, aQuarantined, poolsOf } from './feeds.mjs';
import { walkTimers } from './walk_timers.mjs';
import { walkCare } from './walk_care.mjs';
import { walkSafety } from './walk_safety.mjs';
import { walkHandover } from './walk_handover.mjs';
import { walkGates } from './walk_gate.mjs';
import { walkNobed } from './walk_nobed.mjs';
import { walkStay } from './walk_stay.mjs';
import { aNeed, aReport, ask, demo, deskOf, expectStatus, inMinutes, openReferral, organisationOf, placesFor } from './world.mjs';

/** A file that a person brings, read by an adapter and taken; a message that was put aside, and is read again. */
async function walkFeeds(x) {
  const org = demo.machines[0].organisations[0], pool = poolsOf(org)[0].id;
  const desk = await x.as(deskOf(pool)), adapter = new Adapter(x.machine(), [aFeed(org)]);
  expectStatus(await adapter.beat(), 200);
  const told = aMessage(org, { reports: [aFeedReport(pool)], notices: [{ line: 1, field: '', reason: 'an empty line' }] });
  expectStatus(await adapter.tell(told), 201);
  expectStatus(await adapter.tell(told), 200);
  const aside = expectStatus(await adapter.tell(aQuarantined(org)), 201).id;
  expectStatus(await desk.get('/feeds'), 200);
  expectStatus(await (await x.as('beheer.uitwisseling')).get('/notifications?limit=5'), 200);
  expectStatus(await desk.get('/feed-messages'), 200);
  expectStatus(await desk.get(`/feed-messages/${aside}`), 200);
  expectStatus(await desk.post(`/feed-messages/${aside}/replay`), 202);
  const upload = expectStatus(await desk.post('/uploads', { content: Buffer.from('plek;vrij\n').toString('base64') }), 201).id;
  const order = await adapter.order('read');
  expectStatus(await adapter.client.get(`/feed-orders/${order.id}/content`), 200);
  expectStatus(await adapter.tell(aMessage(org, { channel: 'upload', orderId: order.id, reports: [aFeedReport(pool)] })), 201);
  const { previewTag } = expectStatus(await desk.get(`/uploads/${upload}`), 200);
  expectStatus(await desk.post(`/uploads/${upload}/acceptance`, {}, { headers: { 'If-Match': previewTag } }), 200);
}

/** NEED: a function that gives the household to enter. Returns what was made: { referrals, requests }. */
export async function walk(x, referrer, need = aNeed) {
  const anybody = x.client();
  for (const path of ['/health', '/version', '/openapi.json']) expectStatus(await anybody.get(path), 200, path);
  for (const path of ['/codes', '/session', '/pools?limit=3', '/requests']) expectStatus(await referrer.get(path), 200, path);
  const places = await placesFor(referrer, need(), 5);
  expectStatus(await referrer.get(`/pools/${places[0].poolId}`), 200);
  const desks = [];
  for (const p of places) desks.push(await x.as(deskOf(p.poolId)));
  expectStatus(await desks[4].post('/capacity-reports', { reports: [aReport(places[4].poolId)] }), 200);
  expectStatus(await x.machine().get('/pools?limit=2'), 200);
  for (const path of ['/capacity?limit=3', '/capacity/hsds?limit=3', '/capacity/fhir?limit=3']) expectStatus(await referrer.get(path), 200, path);
  expectStatus(await desks[0].get('/capacity/opvang'), 200);

  // asked three, one declines, one is seen and says yes, no show, asked again, yes, arrival
  const a = await openReferral(referrer, need());
  expectStatus(await referrer.get(`/referrals/${a.id}`), 200);
  for (const q of ['', '?verdict=out&limit=3', '?verdict=out&rule=full']) expectStatus(await referrer.get(`/referrals/${a.id}/matches${q}`), 200);
  const [one, two] = (await ask(referrer, a.id, [places[0].poolId, places[1].poolId, places[2].poolId])).requests;
  expectStatus(await desks[0].get('/requests'), 200);
  expectStatus(await desks[0].post(`/requests/${one.id}/sighting`), 200);
  expectStatus(await desks[0].get(`/requests/${one.id}`), 200);
  expectStatus(await desks[0].post(`/requests/${one.id}/decline`, { reason: 'gezin_past_niet' }), 200);
  expectStatus(await desks[1].post(`/requests/${two.id}/acceptance`), 200);
  expectStatus(await referrer.get(`/requests/${two.id}/location`), 200);
  expectStatus(await referrer.post(`/referrals/${a.id}/journey`, { etaAt: inMinutes(30) }), 200);
  expectStatus(await referrer.post(`/referrals/${a.id}/no-show`), 200);
  const again = (await ask(referrer, a.id, [places[3].poolId])).requests.at(-1);
  expectStatus(await desks[3].post(`/requests/${again.id}/acceptance`), 200);
  expectStatus(await referrer.post(`/referrals/${a.id}/journey`, { etaAt: inMinutes(30) }), 200);
  expectStatus(await desks[3].post(`/requests/${again.id}/arrival`), 200);

  await walkStay(x, referrer, desks[3], a.id);

  const b = await openReferral(referrer, need());
  await ask(referrer, b.id, [places[4].poolId]);
  expectStatus(await referrer.post(`/referrals/${b.id}/withdrawal`, { reason: 'anders' }), 200);
  const c = await openReferral(referrer, need());
  const held = (await ask(referrer, c.id, [places[4].poolId])).requests[0];
  const wrong = (await ask(referrer, c.id, [places[2].poolId])).requests.at(-1);
  expectStatus(await referrer.post(`/requests/${wrong.id}/withdrawal`), 200);
  // ---- warm handover, keys and notes ----
  const d = await openReferral(referrer, need());
  const home = places.find(p => organisationOf(p.poolId) === 1) ?? (await placesFor(referrer, need(), 1))[0];
  const lindehof = await x.as('intake.lindehof-groep');
  const yes = (await ask(referrer, d.id, [home.poolId])).requests[0];
  expectStatus(await (organisationOf(home.poolId) === 1 ? lindehof : desks[0]).post(`/requests/${yes.id}/acceptance`), 200);
  await walkHandover(x, referrer, d.id, lindehof);
  expectStatus(await referrer.post(`/referrals/${d.id}/withdrawal`, { reason: 'anders' }), 200);
  expectStatus(await referrer.get('/referrals?live=false'), 200);
  expectStatus(await (await x.as('beleid.rotterdam')).get('/statistics/overview'), 200);
  await walkFeeds(x);
  await walkTimers(x, referrer, need, places[4]);
  await walkCare(referrer, desks[3], places[3].poolId, need);
  await walkGates(x, referrer);
  await walkNobed(x, referrer, need);
  await walkSafety(x, referrer, desks[0], places[0].poolId, need);
  const stream = await referrer.events();
  x.contract?.check('GET', '/events', { status: stream.status, headers: { 'content-type': 'text/event-stream', 'api-version': '-' }, text: '' });
  const leaving = await x.signIn('nachtdienst.utrecht');
  expectStatus(await leaving.request('DELETE', '/session'), 204);
  return { referrals: [a.id, b.id, c.id], requests: [one.id, two.id, again.id, held.id], places };
}
