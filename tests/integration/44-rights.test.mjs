// Rights of the person over HTTPS: the end of a reflection period as it was told, the residence situation found out where
// the household is, a barring order from its imposition on and after the closing, and what the owner of a clock sees.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aReport, aWoman, demo, deskOf, expectStatus, openReferral, organisationOf, placesFor, poolOf } from '../support/world.mjs';

const DAY_MS = 86_400_000;
const inDays = n => new Date(Date.now() + n * DAY_MS).toISOString();
let x, referrer, comensha, house, place, stranger;

before(async () => {
  x = await startExchange('rights');
  referrer = await x.as('nachtdienst.rotterdam');
  comensha = await x.as('helpdesk.comensha');
  place = (await placesFor(referrer, aWoman({ residence: 'onbekend' }), 1, 'uur72'))[0];
  house = await x.as(deskOf(place.poolId));
  stranger = await x.as(deskOf(demo.pools.find(p => organisationOf(p.id) !== organisationOf(place.poolId)).id));
  const total = 10 * poolOf(place.poolId).units_total; // room for every test
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(place.poolId, { unitsTotal: total, unitsFree: total })] }), 200);
});
after(() => x?.stop());

const fault = (answer, pointer) => {
  assert.equal(answer.status, 400, answer.text);
  assert.ok((answer.json.errors ?? answer.json.faults ?? []).some(f => JSON.stringify(f).includes(pointer)), answer.text);
};

/** In the 72-hour place; BRIDGE: as a bed for the meantime. */
async function arrived(need, bridge = false) {
  const r = await openReferral(referrer, need);
  const asked = expectStatus(await referrer.post(`/referrals/${r.id}/requests`, { poolIds: [place.poolId], ...(bridge ? { bridge } : {}) }), 201);
  const q = asked.requests.at(-1).id;
  expectStatus(await house.post(`/requests/${q}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q}/arrival`), 200);
  return expectStatus(await referrer.get(`/referrals/${r.id}`), 200);
}
const clockOf = async (id, code) => expectStatus(await referrer.get(`/referrals/${id}/clocks`), 200).clocks.find(c => c.clock === code && c.state !== 'stopped');

test('a told end goes with the intake, into the clock, and what cannot be is refused with its field', async () => {
  const until = inDays(21);
  for (const wrong of [inDays(-1), inDays(93)]) fault(await referrer.post('/referrals', aWoman({ residence: 'bedenktijd', residenceUntil: wrong })), '/residenceUntil');
  fault(await referrer.post('/referrals', aWoman({ residence: 'nl', residenceUntil: until })), '/residenceUntil');
  const r = await arrived(aWoman({ residence: 'bedenktijd', residenceUntil: until }));
  assert.equal(r.need.residenceUntil, until);
  assert.equal((await clockOf(r.id, 'bedenktijd')).runsOutAt, until);
  for (const wrong of [inDays(-1), inDays(93)]) fault(await referrer.post(`/referrals/${r.id}/residence`, { residence: 'bedenktijd', untilAt: wrong }), '/untilAt');
  const later = inDays(28);
  expectStatus(await referrer.post(`/referrals/${r.id}/residence`, { residence: 'bedenktijd', untilAt: later }), 200);
  assert.equal((await clockOf(r.id, 'bedenktijd')).runsOutAt, later);
  const { returnCode } = expectStatus(await house.post(`/stays/${r.stayId}/return-code`), 200);
  assert.equal(expectStatus(await referrer.post('/returns', { code: returnCode }, { key: null }), 200).need.residenceUntil, later);
});

for (const bridge of [false, true]) {
  test(`found out ${bridge ? 'in a bridge bed' : 'after the arrival'}, by the house too, with its clock in the same commit`, async () => {
    const r = await arrived(aWoman({ residence: 'onbekend', threatKinds: { netwerk: 'yes' } }), bridge);
    assert.deepEqual(r.tasks, ['residence']);
    assert.deepEqual(expectStatus(await house.get(`/referrals/${r.id}`), 200).tasks, ['residence']);
    assert.equal((await stranger.post(`/referrals/${r.id}/residence`, { residence: 'nl' })).status, 404);
    const offered = expectStatus(await house.post(`/referrals/${r.id}/residence`, { residence: 'bedenktijd_aangeboden' }), 200);
    assert.deepEqual(offered.tasks, ['residence_offered']);
    assert.equal(await clockOf(r.id, 'bedenktijd'), undefined);
    const given = expectStatus(await referrer.post(`/referrals/${r.id}/residence`, { residence: 'bedenktijd' }), 200);
    assert.deepEqual(given.tasks, ['residence_until']);
    assert.equal((await clockOf(r.id, 'bedenktijd')).state, 'running');
    expectStatus(await house.post(`/referrals/${r.id}/residence`, { residence: 'bedenktijd', untilAt: inDays(40) }), 200);
    if (bridge) return;
    expectStatus(await house.post(`/stays/${r.stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
    assert.equal((await referrer.post(`/referrals/${r.id}/residence`, { residence: 'nl' })).status, 409);
    assert.equal((await house.post(`/referrals/${r.id}/residence`, { residence: 'nl' })).status, 404);
    const left = await clockOf(r.id, 'bedenktijd');
    assert.deepEqual([left.state, left.owner.name], ['running', 'CoMensha']); // a right of the person outlives the stay
  });
}

test('the owner of a clock sees what it must know, and never the house', async () => {
  const r = await arrived(aWoman({ residence: 'bedenktijd' }));
  const clock = await clockOf(r.id, 'bedenktijd');
  assert.equal((await comensha.get(`/referrals/${r.id}`)).status, 404);
  const line = expectStatus(await comensha.get('/clocks'), 200).clocks.find(c => c.id === clock.id);
  assert.deepEqual([line.own, line.file, line.household], [true, false, undefined]);
  const seen = expectStatus(await comensha.get(`/clocks/${clock.id}`), 200);
  const house_ = demo.locations[poolOf(place.poolId).location - 1];
  assert.equal(seen.household.referralCode, r.code);
  assert.equal(seen.household.residence, 'bedenktijd');
  assert.equal(seen.household.kind, 'uur72');
  assert.match(seen.household.region, /^R\d\d$/);
  assert.equal(seen.household.referrerCallback, r.need.callback);
  assert.ok(!JSON.stringify(seen).includes(house_.name), 'the house is not named');
  assert.equal((await stranger.get(`/clocks/${clock.id}`)).status, 404);
  expectStatus(await comensha.post(`/clocks/${clock.id}/stop`, { reason: 'niet_nodig' }), 200);
  assert.equal(expectStatus(await comensha.get(`/clocks/${clock.id}`), 200).household, undefined);
});

test('a barring order counts from its imposition, has its clock at once, and is watched after the closing', async () => {
  const r = await openReferral(referrer, aWoman());
  const order = body => referrer.post(`/referrals/${r.id}/bridges`, { kind: 'order', ...body });
  for (const wrong of [inDays(1), inDays(-11)]) fault(await order({ imposedAt: wrong }), '/imposedAt');
  fault(await order({ active: false, imposedAt: inDays(-1) }), '/imposedAt');
  fault(await order({ imposedAt: inDays(-2), untilAt: inDays(27) }), '/untilAt');
  const imposed = inDays(-2);
  const b = expectStatus(await order({ imposedAt: imposed }), 201);
  assert.equal(b.imposedAt, imposed);
  assert.equal(Date.parse(b.untilAt), Date.parse(imposed) + 10 * DAY_MS);
  const clock = await clockOf(r.id, 'huisverbod');
  assert.deepEqual([clock.startedAt, clock.runsOutAt], [imposed, b.untilAt]);
  for (const code of ['huisverbod', 'huisverbod_verlengd']) assert.equal((await referrer.post(`/referrals/${r.id}/clocks`, { clock: code })).status, 409);
  fault(await referrer.post(`/bridges/${b.id}/start`, { untilAt: inDays(27) }), '/untilAt');
  const extended = new Date(Date.parse(imposed) + 28 * DAY_MS).toISOString();
  assert.equal(expectStatus(await referrer.post(`/bridges/${b.id}/start`, { untilAt: extended }), 200).untilAt, extended);
  assert.equal((await clockOf(r.id, 'huisverbod')).runsOutAt, extended);
  assert.equal((await referrer.post(`/clocks/${clock.id}/prolongation`)).status, 409);
  expectStatus(await referrer.post(`/referrals/${r.id}/closure`, { date: new Date().toISOString().slice(0, 10), slept: 'terug_naar_huis', reason: 'alles_vol' }), 200);
  assert.equal((await clockOf(r.id, 'huisverbod')).state, 'running');
});

test('plain bad input names its field', async () => {
  const r = await openReferral(referrer, aWoman());
  fault(await referrer.post(`/referrals/${r.id}/clocks`, { clock: 'huisverbod', startedAt: inDays(1) }), '/startedAt');
  const clock = expectStatus(await referrer.post(`/referrals/${r.id}/clocks`, { clock: 'huisverbod' }), 200).clocks.at(-1);
  const town = (await x.as('beleid.rotterdam')).session.organisationId;
  for (const id of [town, 99_999, referrer.session.organisationId]) fault(await referrer.post(`/clocks/${clock.id}/offer`, { organisationId: id }), '/organisationId');
  const hotel = expectStatus(await referrer.post(`/referrals/${r.id}/bridges`, { kind: 'hotel', slept: 'hotel', active: false, owner: { kind: 'desk' } }), 201);
  fault(await referrer.post(`/bridges/${hotel.id}/start`, { untilAt: inDays(2) }), '/untilAt');
});
