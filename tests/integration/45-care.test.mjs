// Care over HTTPS with real people of several organisations: an MDO on a ground, one co-ordinator handed over with both
// hands, and a question to a specialist who does not learn about whom it is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aNeed, aWoman, ask, deskOf, demo, expectStatus, inMinutes, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, own, house, third, thirdDesk, org, org3, place;

before(async () => {
  x = await startExchange('care');
  own = await x.as('nachtdienst.rotterdam');
  const places = await placesFor(own, aWoman(), 2);
  [place] = places;
  house = await x.as(deskOf(places[0].poolId));
  thirdDesk = deskOf(places[1].poolId);
  third = await x.as(thirdDesk);
  org = organisationOf(places[0].poolId);
  org3 = organisationOf(places[1].poolId);
});
after(() => x?.stop());

const convene = async (referral, organisationIds, over = {}) => expectStatus(await own.post(`/referrals/${referral}/mdos`, { ground: 'statutory_task', organisationIds, ...over }), 201);

test('an MDO: invited, joined, needs and actions per domain, next date, closed when every action is done', async () => {
  const { id } = await openReferral(own, aWoman());
  const mdo = await convene(id, [org], { nextAt: inMinutes(60) });
  assert.deepEqual(mdo.participants.map(p => p.state), ['joined', 'invited']);
  const invited = expectStatus(await house.get(`/mdos/${mdo.id}`), 200);
  assert.equal(invited.full, false);
  assert.equal(invited.own, 'invited');
  expectStatus(await own.post(`/mdos/${mdo.id}/items`, { domain: 'veiligheid', sort: 'need', text: 'Contactverbod regelen' }), 200);
  assert.deepEqual(expectStatus(await house.get(`/mdos/${mdo.id}`), 200).items, [], 'who is only invited reads nothing');
  expectStatus(await house.post(`/mdos/${mdo.id}/items`, { domain: 'medisch', sort: 'need', text: 'x' }), 404);
  expectStatus(await house.post(`/mdos/${mdo.id}/participation`, { joins: true }), 200);
  const domains = ['veiligheid', 'medisch', 'forensisch', 'psychisch', 'strafrecht', 'herstel'];
  let last;
  for (const domain of domains)
    last = expectStatus(await house.post(`/mdos/${mdo.id}/items`, { domain, sort: 'action', text: `Actie ${domain}`, organisationId: org, dueAt: inMinutes(600) }), 200);
  assert.deepEqual(last.items.filter(i => i.sort === 'action').map(i => i.domain), domains);
  assert.ok(last.items.every(i => i.sort !== 'action' || i.acts.id === org));
  const refused = await own.post(`/mdos/${mdo.id}/closure`);
  expectStatus(refused, 409);
  assert.match(refused.json.type, /open_actions$/);
  for (const i of last.items.filter(j => j.sort === 'action')) expectStatus(await house.post(`/mdo-items/${i.id}/state`, { state: i.domain === 'herstel' ? 'dropped' : 'done' }), 200);
  const closed = expectStatus(await own.post(`/mdos/${mdo.id}/closure`), 200);
  assert.equal(closed.state, 'closed');
  expectStatus(await own.post(`/mdos/${mdo.id}/closure`), 200);
  expectStatus(await house.post(`/mdo-items/${last.items.at(-1).id}/state`, { state: 'open' }), 409);
  expectStatus(await third.get(`/mdos/${mdo.id}`), 404);
  assert.ok(expectStatus(await own.get(`/mdos?referralId=${id}`), 200).mdos.every(m => m.referralId === id));
});

test('no consent: another ground is needed; and one MDO at a time', async () => {
  const { id } = await openReferral(own, aWoman({ mdoConsent: 'no' }));
  const refused = await own.post(`/referrals/${id}/mdos`, { ground: 'consent', organisationIds: [org] });
  expectStatus(refused, 422);
  assert.match(refused.json.type, /no_consent$/);
  await convene(id, [org], { ground: 'vital_interest' });
  expectStatus(await own.post(`/referrals/${id}/mdos`, { ground: 'vital_interest', organisationIds: [org] }), 409);
});

test('who joins an MDO does not get the file of the household by it', async () => {
  const { id } = await openReferral(own, aNeed());
  const mdo = await convene(id, [org]);
  expectStatus(await house.post(`/mdos/${mdo.id}/participation`, { joins: true }), 200);
  expectStatus(await house.get(`/referrals/${id}`), 404);
  expectStatus(await house.post(`/mdos/${mdo.id}/participation`, { joins: false }), 200);
  expectStatus(await house.get(`/mdos/${mdo.id}`), 404);
});

test('regie: one holder at any moment, handed over by both, and ended only when the household has its place', async () => {
  const { id, code } = await openReferral(own, aWoman());
  const holder = async () => expectStatus(await own.get(`/referrals/${id}/regie`), 200).holder;
  assert.equal((await holder()).id, own.session.organisationId);
  expectStatus(await own.post(`/referrals/${id}/regie-end`), 409);
  expectStatus(await own.post(`/referrals/${id}/regie-offer`, { organisationId: org }), 200);
  assert.equal((await holder()).id, own.session.organisationId, 'until it is accepted');
  assert.deepEqual(expectStatus(await house.get('/regies'), 200).regies.map(r => r.referralCode).filter(c => c === code), [code]);
  expectStatus(await third.post(`/referrals/${id}/regie-acceptance`, { role: 'regie', callback: '010 000 0000' }), 404);
  // Who gives it away cannot take it over for the other.
  expectStatus(await own.post(`/referrals/${id}/regie-acceptance`, { role: 'regie', callback: '010 000 0000' }), 409);
  const still = expectStatus(await own.get(`/referrals/${id}/regie`), 200);
  assert.deepEqual([still.holder.id, still.state, still.moves], [own.session.organisationId, 'offered', 0]);
  expectStatus(await house.get(`/referrals/${id}`), 404);
  const taken = expectStatus(await house.post(`/referrals/${id}/regie-acceptance`, { role: 'Casusregisseur', callback: '010 123 45 67' }), 200);
  assert.deepEqual([taken.holder.id, taken.role, taken.callback, taken.moves], [org, 'Casusregisseur', '010 123 45 67', 1]);
  expectStatus(await house.get(`/referrals/${id}`), 200); // who co-ordinates sees what
  expectStatus(await own.post(`/referrals/${id}/regie-offer`, { organisationId: org3 }), 404);
  // The place, the arrival, and the end of it.
  const request = (await ask(own, id, [place.poolId])).requests[0].id;
  expectStatus(await house.post(`/requests/${request}/acceptance`), 200);
  expectStatus(await house.post(`/referrals/${id}/regie-end`), 409);
  expectStatus(await house.post(`/requests/${request}/arrival`), 200);
  assert.equal(expectStatus(await house.post(`/referrals/${id}/regie-end`), 200).state, 'ended');
  expectStatus(await own.post(`/referrals/${id}/mdos`, { ground: 'vital_interest', organisationIds: [org] }), 409);
});

test('a household that moved on keeps its co-ordinator, and who it left hears not who has it now', async () => {
  const other = await x.as('nachtdienst.amsterdam');
  const first = await openReferral(own, aWoman());
  const request = (await ask(own, first.id, [place.poolId])).requests[0].id;
  expectStatus(await house.post(`/requests/${request}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${request}/arrival`), 200);
  const { stayId } = expectStatus(await own.get(`/referrals/${first.id}`), 200);
  const { returnCode } = expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  const next = await openReferral(other, aWoman({ returnCode }));
  const regie = async (who, id) => expectStatus(await who.get(`/referrals/${id}/regie`), 200);

  // The other desk made the referral and does not co-ordinate. It hears who does, and not the number of that desk.
  const seen = await regie(other, next.id);
  assert.deepEqual([seen.holder.id, seen.state, seen.full, seen.callback], [own.session.organisationId, 'held', true, null]);
  expectStatus(await other.post(`/referrals/${next.id}/regie-offer`, { organisationId: org3 }), 404);
  expectStatus(await other.get(`/referrals/${first.id}/regie`), 404);
  const mine = list => list.regies.filter(r => [first.id, next.id].includes(r.referralId)).map(r => r.referralId);
  assert.deepEqual(mine(expectStatus(await own.get('/regies'), 200)), [first.id], 'listed once, with the last referral that it may see');
  // It never said that it would: of what another desk opened since it hears that it holds the regie, and no more.
  expectStatus(await own.get(`/referrals/${next.id}`), 404);
  expectStatus(await own.post(`/referrals/${next.id}/regie-offer`, { organisationId: org3 }), 404);
  expectStatus(await own.post(`/referrals/${first.id}/regie-end`), 409); // a place is looked for in the other

  const stream = await other.events();
  expectStatus(await own.post(`/referrals/${first.id}/regie-offer`, { organisationId: org3 }), 200);
  const offered = expectStatus(await third.get('/regies'), 200);
  assert.deepEqual(mine(offered), [next.id]);
  const taken = expectStatus(await third.post(`/referrals/${next.id}/regie-acceptance`, { role: 'Casusregisseur', callback: '010 123 45 67' }), 200);
  assert.equal(taken.holder.id, org3);
  await stream.until(e => e.event === 'regie.taken' && e.data.referralId === next.id);
  stream.close();
  assert.deepEqual([(await regie(other, next.id)).holder.id, (await regie(third, first.id)).holder.id], [org3, org3]);
  const left = await regie(own, first.id);
  assert.deepEqual([left.full, left.state, left.holder, left.role, left.callback], [false, 'held', null, null, null]);
  expectStatus(await own.get(`/referrals/${next.id}/regie`), 404);

  await x.killBroker();
  await x.startBroker();
  [own, house, third] = await Promise.all([x.as('nachtdienst.rotterdam'), x.as(deskOf(place.poolId)), x.as(thirdDesk)]);
  assert.equal((await regie(third, first.id)).holder.id, org3);
  // Ended for all of it at once, when no referral of it needs one.
  expectStatus(await (await x.as('nachtdienst.amsterdam')).post(`/referrals/${next.id}/withdrawal`, { reason: 'eigen_netwerk' }), 200);
  expectStatus(await third.post(`/referrals/${next.id}/regie-end`), 200);
  assert.equal((await regie(own, first.id)).state, 'ended');
  assert.equal((await regie(await x.as('nachtdienst.amsterdam'), next.id)).state, 'ended');
});

test('a specialist is asked without identity: no code, no referral, no age, no place; the answer comes back', async () => {
  const { id, code } = await openReferral(own, aNeed({ traits: { eer: 'yes' } }));
  const question = 'Is een vrouw met deze druk bij jullie op haar plek?';
  const made = expectStatus(await own.post(`/referrals/${id}/consults`, { organisationId: org, question }), 201);
  assert.deepEqual([made.referralId, made.referralCode, made.own], [id, code, true]);
  const answer = await house.get(`/consults/${made.id}`);
  const seen = expectStatus(answer, 200);
  assert.deepEqual([seen.referralId, seen.referralCode, seen.own], [null, null, false]);
  assert.deepEqual(seen.household.persons, ['adult', '4-11', '4-11']);
  assert.equal(seen.household.traits.eer, 'yes');
  for (const word of [code, 'GM0599', 'R28', '010 000', '"age"']) assert.ok(!answer.text.includes(word), word);
  expectStatus(await third.get(`/consults/${made.id}`), 404);
  assert.equal(seen.full, true);
  const answered = expectStatus(await house.post(`/consults/${made.id}/answer`, { answer: 'Ja, met onze tolk.' }), 200);
  assert.deepEqual([answered.full, answered.household], [false, null], 'not shown any more, and nothing was erased');
  assert.equal(expectStatus(await own.get(`/consults/${made.id}`), 200).full, true);
  assert.equal(expectStatus(await own.get(`/consults/${made.id}`), 200).answer, 'Ja, met onze tolk.');
  expectStatus(await house.post(`/consults/${made.id}/answer`, { answer: 'Nee.' }), 409);
  expectStatus(await own.post(`/consults/${made.id}/closure`), 409);
});

test('live: who comes later hears nothing of what was before, also when it asks for what it missed', async () => {
  const { id } = await openReferral(own, aWoman());
  const from = await x.quietSeq();
  /** What CLIENT is told of it from the beginning, until KIND. */
  const heard = async (client, kind) => {
    const stream = await client.events(from);
    await stream.until(e => e.event === kind && e.data.referralId === id);
    stream.close();
    return stream.events.filter(e => e.data.referralId === id).map(e => e.event);
  };
  const mdo = await convene(id, [org3]);
  expectStatus(await own.post(`/mdos/${mdo.id}/items`, { domain: 'medisch', sort: 'need', text: 'Voor wie er al zat' }), 200);
  expectStatus(await own.post(`/mdos/${mdo.id}/invitations`, { organisationIds: [org] }), 200);
  assert.deepEqual(await heard(house, 'mdo.invited'), ['mdo.invited']);
  expectStatus(await house.post(`/mdos/${mdo.id}/participation`, { joins: true }), 200);
  assert.deepEqual(await heard(house, 'mdo.answered'), ['mdo.answered']); // since it sits there, not before
  assert.deepEqual(await heard(third, 'mdo.answered'), ['mdo.convened', 'mdo.invited', 'mdo.answered']); // an item is for who joined
});

test('live: who is asked hears of it, and not of which referral', async () => {
  const { id } = await openReferral(own, aWoman());
  const stream = await house.events();
  expectStatus(await own.post(`/referrals/${id}/consults`, { organisationId: org, question: 'Wat nu?' }), 201);
  const fact = await stream.until(e => e.event === 'consult.asked');
  assert.equal(fact.data.referralId, undefined);
  stream.close();
});

test('bad input has its place, and all faults come at once', async () => {
  const { id } = await openReferral(own, aWoman());
  const mdo = await convene(id, [org]);
  const rows = [
    [() => own.post(`/referrals/${id}/mdos`, { ground: 'none', organisationIds: [] }), 400, ['/ground', '/organisationIds']],
    [() => own.post(`/referrals/${id}/mdos`, { ground: 'consent', organisationIds: [org, org] }), 400, ['/organisationIds/1']],
    [() => own.post(`/referrals/${id}/mdos`, { ground: 'consent', organisationIds: [org], nextAt: '2020-01-01T00:00:00Z' }), 400, ['/nextAt']],
    [() => own.post(`/mdos/${mdo.id}/items`, { domain: 'geld', sort: 'x', text: '' }), 400, ['/domain', '/sort', '/text']],
    [() => own.post(`/mdos/${mdo.id}/items`, { domain: 'medisch', sort: 'action', text: 'bellen' }), 400, ['/organisationId']],
    [() => own.post(`/mdos/${mdo.id}/items`, { domain: 'medisch', sort: 'need', text: 'é'.repeat(81) }), 400, ['/text']],
    [() => own.post(`/mdos/${mdo.id}/items`, { domain: 'medisch', sort: 'need', text: 'a\nb' }), 400, ['/text']],
    [() => own.post(`/mdos/${mdo.id}/invitations`, { organisationIds: 'alle' }), 400, ['/organisationIds']],
    [() => own.post(`/mdos/${mdo.id}/participation`, { joins: 'ja', wie: 1 }), 400, ['/joins', '/wie']],
    [() => own.post(`/referrals/${id}/regie-acceptance`, { role: ' ', callback: 'bel mij' }), 400, ['/role', '/callback']],
    [() => own.post(`/referrals/${id}/consults`, { organisationId: 0, question: 7 }), 400, ['/organisationId', '/question']],
    [() => own.get('/mdos?limit=0'), 400, ['query:limit']],
  ];
  for (const [call, status, pointers] of rows) {
    const answer = await call();
    expectStatus(answer, status);
    const places = answer.json.errors.map(e => e.pointer ?? e.in);
    for (const p of pointers) assert.ok(places.some(q => q === p || q.includes(p.replace('query:', ''))), `${p} of ${places} in ${answer.text}`);
  }
  const watches = demo.organisations.findIndex(o => o.kind === 'rapporteur') + 1; // a municipality can be invited: 45-care-seats
  expectStatus(await own.post(`/mdos/${mdo.id}/invitations`, { organisationIds: [watches] }), 404);
});

test('it is all there after kill -9', async () => {
  const { id } = await openReferral(own, aWoman());
  const mdo = await convene(id, [org]);
  expectStatus(await own.post(`/mdos/${mdo.id}/items`, { domain: 'herstel', sort: 'decision', text: 'Elke week bellen' }), 200);
  expectStatus(await own.post(`/referrals/${id}/regie-offer`, { organisationId: org }), 200);
  const before = [await own.get(`/mdos/${mdo.id}`), await own.get(`/referrals/${id}/regie`)].map(r => r.json);
  await x.killBroker();
  await x.startBroker();
  own = await x.as('nachtdienst.rotterdam');
  assert.deepEqual([await own.get(`/mdos/${mdo.id}`), await own.get(`/referrals/${id}/regie`)].map(r => r.json), before);
});
