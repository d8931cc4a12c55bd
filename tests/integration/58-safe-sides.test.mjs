// What a house may not learn of a household that fled it, what it may not give away, and the question about a known
// conflict: each number is another, and the desk that gives out the place asks it too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aReport, aVictim, aWoman, ask, demo, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
let x, own, other, rival, phone, intake, comensha;

before(async () => {
  x = await startExchange('safe-sides');
  own = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  rival = await x.as('opvang.esdoorn');
  phone = await x.as('opvang.lindehof');
  intake = await x.as('intake.lindehof-groep');
  comensha = await x.as('helpdesk.comensha');
  expectStatus(await phone.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
}, { timeout: 180_000 });
after(() => x?.stop(), { timeout: 60_000 });

test('no two questions about a known conflict have the same number', async () => {
  const crisis = demo.pools.find(p => demo.locations[p.location - 1].code === 'esdoorn' && p.kind === 'crisis').id;
  const tokens = [];

  expectStatus(await rival.post('/capacity-reports', { reports: [aReport(crisis)] }), 200);
  for (const desk of [own, other]) {
    const r = await openReferral(desk, aWoman());
    const q = (await ask(desk, r.id, [crisis])).requests.at(-1);

    tokens.push(expectStatus(await desk.post(`/requests/${q.id}/conflict-question`), 200).conflict.token);
    // Asked again it is the same question: what was read out on the telephone stays true.
    assert.equal(expectStatus(await desk.post(`/requests/${q.id}/conflict-question`), 200).conflict.token, tokens.at(-1));
  }
  for (const token of tokens) assert.match(token, /^CT-[0-9A-Z]{5}$/);
  assert.notEqual(tokens[0], tokens[1]);
  assert.ok(!tokens.includes('CT-AAAAA'), tokens.join(' '));
});

test('the gatekeeper asks the house whether a conflict is known, of a request that it made', async () => {
  const r = await openReferral(own, aVictim());
  const gate = expectStatus(await own.post(`/referrals/${r.id}/gate-requests`, { kind: 'cosm' }), 201);

  expectStatus(await comensha.post(`/gate-requests/${gate.id}/ownership`, {}), 200);
  const [place] = await placesFor(comensha, aVictim(), 1, 'cosm');
  const q = expectStatus(await comensha.post(`/gate-requests/${gate.id}/requests`, { poolIds: [place.poolId] }), 201).requests.at(-1);
  const house = await x.as(deskOf(place.poolId));

  expectStatus(await other.post(`/requests/${q.id}/conflict-question`), 404);
  const asked = expectStatus(await comensha.post(`/requests/${q.id}/conflict-question`), 200);
  assert.equal(asked.conflict.state, 'open');
  expectStatus(await comensha.post(`/requests/${q.id}/conflict-answer`, { conflict: true }), 403);
  expectStatus(await house.post(`/requests/${q.id}/conflict-answer`, { conflict: true }), 200);
  assert.equal(expectStatus(await comensha.get(`/requests/${q.id}`), 200).conflict.state, 'yes');
});

// The last: it leaves the house frozen.
test('a house that its household fled follows no next search, and gives the regie to nobody but its desk', async () => {
  const r = await openReferral(own, aNeed());
  const q = (await ask(own, r.id, [FAMILY])).requests.at(-1);

  expectStatus(await phone.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await phone.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await own.get(`/referrals/${r.id}`), 200);
  expectStatus(await own.post(`/referrals/${r.id}/regie-offer`, { organisationId: phone.session.organisationId }), 200);
  expectStatus(await intake.post(`/referrals/${r.id}/regie-acceptance`, { role: 'casusregisseur', callback: '010 555 0000' }), 200);
  expectStatus(await phone.post(`/referrals/${r.id}/clocks`, { clock: 'noodbed', startedAt: new Date(Date.now() - 60 * 3600_000).toISOString() }), 200);
  const followUp = async client => expectStatus(await client.get(`/stays/${stayId}`), 200).clocks.map(c => c.followUp).find(Boolean) ?? null;

  await poll(() => followUp(own), { what: 'the search for the next place' });
  const next = await followUp(own);
  assert.equal(next.own, true);
  // It holds the regie and reads the file: it may know.
  assert.equal((await followUp(phone)).code, next.code);

  const leak = expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'medewerker' }), 201);
  expectStatus(await intake.post(`/leaks/${leak.id}/confirmation`), 200);
  assert.equal(await followUp(phone), null);
  expectStatus(await intake.get(`/referrals/${next.referralId}`), 404);
  const [place] = await placesFor(own, aNeed(), 1, 'crisis');
  const elsewhere = await x.as(deskOf(place.poolId));
  const q2 = (await ask(own, next.referralId, [place.poolId])).requests.at(-1);
  assert.equal(await followUp(phone), null);
  assert.equal((await followUp(own)).state, 'asked');

  // The regie: to no third house, which the view says beforehand, and to the desk without being asked.
  const letGo = expectStatus(await intake.get(`/referrals/${r.id}/regie`), 200);
  assert.deepEqual([letGo.may, letGo.offerTo], [['offer', 'end'], [own.session.organisationId]]);
  const third = await intake.post(`/referrals/${r.id}/regie-offer`, { organisationId: rival.session.organisationId });
  assert.deepEqual([third.status, third.json.type.split('/').at(-1)], [403, 'not_their_desk']);
  expectStatus(await rival.post(`/referrals/${r.id}/regie-acceptance`, { role: 'een derde', callback: '010 555 0009' }), 404);
  assert.deepEqual(expectStatus(await own.get(`/referrals/${next.referralId}/regie`), 200).may, ['acceptance']);
  const taken = expectStatus(await own.post(`/referrals/${next.referralId}/regie-acceptance`, { role: 'casusregisseur', callback: '010 555 0001' }), 200);
  assert.equal(taken.holder.id, own.session.organisationId);
  assert.ok(taken.may.includes('offer'));
  assert.equal('offerTo' in taken, false, 'who is no fled house may offer it to everybody');
  // While they sleep there it is their host, and knows whom to ring.
  assert.equal(expectStatus(await intake.get(`/referrals/${r.id}/regie`), 200).holder.id, own.session.organisationId);

  expectStatus(await elsewhere.post(`/requests/${q2.id}/acceptance`), 200);
  expectStatus(await own.post(`/referrals/${next.referralId}/journey`, {}), 200);
  expectStatus(await elsewhere.post(`/requests/${q2.id}/arrival`), 200);
  assert.equal(await followUp(phone), null);
  assert.equal((await followUp(own)).state, 'admitted');
});
