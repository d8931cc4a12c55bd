// Who co-ordinates from another organisation reads the file and decides nothing; who takes part in an MDO, and who does it
// from outside; a bridge bed's house is handed over to as any. Over HTTPS, with people of several organisations.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aWoman, demo, deskOf, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, own, house, third, org, org3, place, town;

before(async () => {
  x = await startExchange('care-seats');
  own = await x.as('nachtdienst.rotterdam');
  const places = await placesFor(own, aWoman(), 2);
  [place] = places;
  house = await x.as(deskOf(place.poolId));
  third = await x.as(deskOf(places[1].poolId));
  org = organisationOf(place.poolId);
  org3 = organisationOf(places[1].poolId);
  town = demo.organisations.find(o => o.code === 'gemeente-rotterdam').id;
});
after(() => x?.stop());

const typeOf = answer => answer.json.type.replace('/problems/', '');
const convene = async (id, organisationIds) => expectStatus(await own.post(`/referrals/${id}/mdos`, { ground: 'statutory_task', organisationIds }), 201).id;
const take = (who, id, role) => who.post(`/referrals/${id}/regie-acceptance`, { role, callback: '010 123 45 67' });

test('the co-ordinator of another organisation reads the whole file, and what it may not is refused', async () => {
  const { id } = await openReferral(own, aNeed());
  assert.equal(expectStatus(await own.get(`/referrals/${id}`), 200).side, 'referrer');
  expectStatus(await own.post(`/referrals/${id}/regie-offer`, { organisationId: org }), 200);
  expectStatus(await take(house, id, 'Casusregisseur'), 200);
  const file = await house.get(`/referrals/${id}`);
  const r = expectStatus(file, 200);
  assert.equal(r.side, 'regie');
  assert.deepEqual([r.need.household.length, r.need.threatLevel, r.need.unsafeRegions, r.need.homeMunicipality], [3, 'rood', ['R28'], 'GM0599']);
  assert.deepEqual(r.requests, []);
  expectStatus(await own.post(`/referrals/${id}/clocks`, { clock: 'huisverbod' }), 200);
  const { clocks } = expectStatus(await house.get(`/referrals/${id}/clocks`), 200);
  assert.equal(clocks.length, 1, 'and the clocks that run');
  expectStatus(await house.get(`/referrals/${id}/bridges`), 200);
  for (const [path, body] of [[`/referrals/${id}/bridges`, { kind: 'network', slept: 'familie_vrienden' }], [`/referrals/${id}/clocks`, { clock: 'huisverbod' }], [`/referrals/${id}/withdrawal`, { reason: 'anders' }]])
    assert.ok([403, 404].includes((await house.post(path, body)).status), path);
  assert.equal((await house.post(`/clocks/${clocks[0].id}/stop`, { reason: 'geplaatst' })).status >= 400, true);
  const logged = x.sql(`SELECT count(*) FROM access_log WHERE event = 'referral.read' AND object = ${id} AND account = (SELECT id FROM account WHERE username = '${house.session.account}')`);
  assert.ok(Number(String(logged).trim().split(/\s+/).at(-1)) > 0, 'each reading is logged');
});

test('role and number from the start, corrected later; a colleague was first; an offer that is over', async () => {
  const { id } = await openReferral(own, aWoman());
  assert.equal(expectStatus(await own.get(`/referrals/${id}/regie`), 200).role, null);
  const desk = (who, role) => who.post(`/referrals/${id}/regie-desk`, { role, callback: '010 765 43 21' });
  const named = expectStatus(await desk(own, 'Dienstdoende'), 200);
  assert.deepEqual([named.role, named.callback, named.moves], ['Dienstdoende', '010 765 43 21', 0]);
  assert.equal(expectStatus(await desk(own, 'Casusregisseur'), 200).role, 'Casusregisseur');
  expectStatus(await desk(house, 'Casusregisseur'), 404);
  expectStatus(await own.post(`/referrals/${id}/regie-desk`, { role: '', callback: 'bel' }), 400);

  expectStatus(await own.post(`/referrals/${id}/regie-offer`, { organisationId: org }), 200);
  expectStatus(await own.post(`/referrals/${id}/regie-refusal`), 200);
  const late = await take(house, id, 'Eerste');
  assert.deepEqual([late.status, typeOf(late)], [409, 'offer_over']);
  expectStatus(await take(third, id, 'Eerste'), 404);

  expectStatus(await own.post(`/referrals/${id}/regie-offer`, { organisationId: org }), 200);
  expectStatus(await take(house, id, 'Eerste'), 200);
  const second = await take(house, id, 'Tweede');
  assert.deepEqual([second.status, typeOf(second)], [409, 'regie_taken']);
  assert.equal(expectStatus(await house.get(`/referrals/${id}/regie`), 200).role, 'Eerste');
  await x.killBroker();
  await x.startBroker();
  [own, house, third] = await Promise.all([x.as('nachtdienst.rotterdam'), x.as(deskOf(place.poolId)), x.as(third.session.account)]);
  assert.equal(expectStatus(await house.get(`/referrals/${id}/regie`), 200).role, 'Eerste');
});

test('each domain has somebody: a municipality at the table, the police outside of it', async () => {
  const { id } = await openReferral(own, aWoman());
  const all = expectStatus(await own.get('/organisations?mdo=true'), 200).organisations;
  assert.ok(all.some(o => o.id === town));
  const asked = expectStatus(await own.get('/organisations'), 200).organisations;
  // Who is asked can answer: somebody of it signs in. Figures of a municipality answer nothing.
  const answers = new Set(demo.accounts.filter(a => ['referrer', 'shelter', 'comensha', 'gatekeeper'].includes(a.role)).map(a => a.organisation));
  assert.deepEqual(all.filter(o => o.kind === 'municipality').map(o => o.id), [town]);
  assert.deepEqual(all.filter(o => !answers.has(o.id)), []);
  assert.ok(answers.size > 30 && answers.size === all.length, 'and nobody else is left out');
  assert.ok(!asked.some(o => o.kind === 'municipality'), 'they hold no regie and are asked no advice');
  assert.ok(asked.find(o => o.id === org).kinds.includes(place.kind), 'by what it has a specialist is chosen');
  const mdo = await convene(id, [org, town]);
  const desk = await x.as('toewijzing.rotterdam'), figures = await x.as('beleid.rotterdam');
  assert.equal(expectStatus(await desk.get('/mdos'), 200).mdos.find(m => m.id === mdo).full, false);
  expectStatus(await figures.get(`/mdos/${mdo}`), 404);
  expectStatus(await figures.post(`/mdos/${mdo}/participation`, { joins: true }), 403);
  expectStatus(await desk.post(`/mdos/${mdo}/participation`, { joins: true }), 200);
  expectStatus(await desk.post(`/mdos/${mdo}/items`, { domain: 'veiligheid', sort: 'action', text: 'Huisverbod voorbereiden', organisationId: town }), 200);
  expectStatus(await desk.get(`/referrals/${id}`), 404);
  expectStatus(await desk.get(`/referrals/${id}/regie`), 404);
  for (const [domain, outside] of [['strafrecht', 'politie'], ['forensisch', 'csg'], ['medisch', 'huisarts'], ['psychisch', 'ggz']])
    expectStatus(await own.post(`/mdos/${mdo}/items`, { domain, sort: 'action', text: 'Bellen', outside, callback: '010 000 0001' }), 200);
  const { items } = expectStatus(await own.get(`/mdos/${mdo}`), 200);
  assert.deepEqual(items.slice(1).map(i => [i.acts, i.outside.kind, i.outside.callback]), ['politie', 'csg', 'huisarts', 'ggz'].map(k => [null, k, '010 000 0001']));
  const both = await own.post(`/mdos/${mdo}/items`, { domain: 'medisch', sort: 'action', text: 'x', outside: 'ggz', organisationId: org });
  assert.deepEqual([both.status, both.json.errors[0].pointer], [400, '/organisationId']);
  const bad = await own.post(`/mdos/${mdo}/items`, { domain: 'medisch', sort: 'action', text: 'x', outside: 'buurman', callback: 'bel' });
  assert.deepEqual(bad.json.errors.map(e => e.pointer), ['/outside', '/callback']);
  const nobody = await own.post(`/mdos/${mdo}/items`, { domain: 'medisch', sort: 'need', text: 'x', callback: '010 000 0001' });
  assert.deepEqual(nobody.json.errors.map(e => e.pointer), ['/callback']);
});

test('no action for who refused; who leaves has nothing open; both are invited again', async () => {
  const { id } = await openReferral(own, aWoman());
  const mdo = await convene(id, [org]);
  const joins = yes => house.post(`/mdos/${mdo}/participation`, { joins: yes });
  const action = () => own.post(`/mdos/${mdo}/items`, { domain: 'herstel', sort: 'action', text: 'School regelen', organisationId: org });
  expectStatus(await joins(false), 200);
  const refused = await action();
  assert.deepEqual([refused.status, typeOf(refused)], [409, 'not_at_table']);
  const again = expectStatus(await own.post(`/mdos/${mdo}/invitations`, { organisationIds: [org] }), 200);
  assert.deepEqual(again.participants.map(p => p.state), ['joined', 'invited']);
  expectStatus(await joins(true), 200);
  const noted = expectStatus(await action(), 200);
  const stays = await joins(false);
  assert.deepEqual([stays.status, typeOf(stays)], [409, 'own_actions']);
  expectStatus(await house.post(`/mdo-items/${noted.items[0].id}/state`, { state: 'done' }), 200);
  expectStatus(await joins(false), 200);
});

test('a bridge bed: both sides have the list of it, and the place after it has its own', async () => {
  const { id } = await openReferral(own, aWoman());
  const q = expectStatus(await own.post(`/referrals/${id}/requests`, { poolIds: [place.poolId], bridge: true }), 201).requests[0];
  expectStatus(await house.get(`/referrals/${id}/handover`), 404);
  assert.equal(expectStatus(await own.get(`/referrals/${id}/handover`), 200).requestId, null);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  const item = (who, name) => who.post(`/referrals/${id}/handover-items`, { item: name, acknowledged: true });
  const mine = expectStatus(await item(own, 'telefoon'), 200);
  assert.deepEqual([mine.requestId, mine.bridge, mine.receiver.organisation], [q.id, true, demo.organisations[org - 1].name]);
  const theirs = expectStatus(await item(house, 'telefoon'), 200);
  assert.deepEqual([theirs.requestId, theirs.side, theirs.receiver.organisation], [q.id, 'house', demo.organisations[own.session.organisationId - 1].name]);
  assert.ok(theirs.items.find(i => i.item === 'telefoon').referrer && theirs.items.find(i => i.item === 'telefoon').house);
  expectStatus(await third.get(`/referrals/${id}/handover`), 404);
  assert.equal(org3 !== org, true);
});

test('/keys says whether a second person can confirm', async () => {
  assert.equal(expectStatus(await (await x.as('helpdesk.comensha')).get('/keys'), 200).secondPerson, true);
  x.sql(`UPDATE account SET disabled_at_ms = 1 WHERE username = 'beheer.comensha'`);
  await x.killBroker();
  await x.startBroker();
  assert.equal(expectStatus(await (await x.as('helpdesk.comensha')).get('/keys'), 200).secondPerson, false);
});

test('there and back: of the holder only those act in whose role it is held, and the answer says who', async () => {
  // The organisation of the house refers too: its referrers hold the regie of what they open.
  x.sql(`INSERT INTO account (username, org, role, display_nl, display_en, password_hash, created_at_ms) SELECT 'verwijzer.huis', org, 'referrer', 'Verwijzer', 'Referrer', password_hash, created_at_ms FROM account WHERE username = '${house.session.account}'`);
  x.broker.child.kill('SIGHUP');
  const refers = await poll(() => x.as('verwijzer.huis').catch(() => { x.sessions.delete('verwijzer.huis'); }), { what: 'the referrer of the house is known' });
  const { id } = await openReferral(refers, aWoman());
  const regie = async who => expectStatus(await who.get(`/referrals/${id}/regie`), 200);
  const offer = (who, to) => who.post(`/referrals/${id}/regie-offer`, { organisationId: to });
  assert.deepEqual((await regie(refers)).may, ['desk', 'offer', 'end']);
  assert.deepEqual(expectStatus(await offer(refers, own.session.organisationId), 200).may, ['refusal']);
  assert.deepEqual((await regie(own)).may, ['acceptance', 'refusal']);
  assert.equal((await house.post(`/referrals/${id}/regie-refusal`)).status, 404, 'no offer of the house');
  assert.deepEqual(expectStatus(await take(own, id, 'Casusregie'), 200).may, ['desk', 'offer', 'end']);
  expectStatus(await offer(own, org), 200);
  const listed = async who => expectStatus(await who.get('/regies'), 200).regies.some(r => r.referralId === id);
  assert.deepEqual([await listed(refers), await listed(house)], [true, false], 'its house is not asked');
  assert.equal((await take(house, id, 'Woonbegeleider')).status, 404);
  expectStatus(await take(refers, id, 'Casusregie'), 200);

  // And the household comes to live in that same house.
  const q = expectStatus(await refers.post(`/referrals/${id}/requests`, { poolIds: [place.poolId] }), 201).requests[0].id;
  expectStatus(await house.post(`/requests/${q}/acceptance`), 200);
  const seen = await regie(house);
  assert.deepEqual([seen.holder.id, seen.moves, seen.full, seen.may, seen.file], [org, 2, true, [], true]);
  for (const [step, body] of [['offer', { organisationId: org3 }], ['desk', { role: 'Woonbegeleider', callback: '010 123 45 67' }], ['end', {}], ['refusal', {}]])
    assert.equal((await house.post(`/referrals/${id}/regie-${step}`, body)).status, 404, step);
  assert.deepEqual((await regie(refers)).may, ['desk', 'offer', 'end']);
});
