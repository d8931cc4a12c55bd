// A location that leaked, a surge, and the question about a conflict, over HTTPS: two people freeze it, from that moment
// nobody but its own house finds it anywhere, who lives there is moved in order, and a kill -9 in between changes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aReport, aWoman, ask, demo, expectStatus, openReferral, poolOf } from '../support/world.mjs';

// Lindehof has three desks: its own phone, the intake of its organisation, and the administration.
const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
const OVERFLOW = demo.pools.find(p => p.code === 'scholekster-overloop');
const OVERFLOW_HOUSE = demo.locations[OVERFLOW.location - 1];
let x, own, other, comensha, phone, intake, orgAdmin, admin, rival, leak, moved;

before(async () => {
  x = await startExchange('safety');
  own = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  comensha = await x.as('helpdesk.comensha');
  phone = await x.as('opvang.lindehof');
  intake = await x.as('intake.lindehof-groep');
  orgAdmin = await x.as('beheer.lindehof');
  admin = await x.as('beheer.uitwisseling');
  rival = await x.as('opvang.esdoorn');
  expectStatus(await phone.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
});
after(() => x?.stop());

const places = async (client, need, pool) => expectStatus(await client.post(`/matches?limit=200&pool=${pool}`, need, { key: null }), 200).places;
const isFound = async (client, pool, need = aNeed()) => {
  const all = expectStatus(await client.post('/matches?limit=200', need, { key: null }), 200);
  return all.places.some(p => p.poolId === pool) || (await places(client, need, pool)).length > 0;
};

async function arrive(client, need) {
  const { id, code } = await openReferral(client, need);
  const [request] = (await ask(client, id, [FAMILY])).requests;
  expectStatus(await phone.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await phone.post(`/requests/${request.id}/arrival`), 200);
  return { id, code };
}

/** Every way in which a place goes out, for everybody. */
async function everywhere(pool) {
  const seen = {};
  for (const [name, client] of Object.entries({ own, other, comensha, phone, intake, orgAdmin, admin, rival })) {
    const listed = expectStatus(await client.get(`/pools?limit=200&after=${pool - 1}`), 200).pools.some(p => p.id === pool);
    const one = (await client.get(`/pools/${pool}`)).status === 200;
    const codes = [];
    for (const path of ['/capacity?limit=1000', '/capacity/hsds?limit=1000', '/capacity/fhir?limit=1000'])
      codes.push((await client.get(path)).text.includes(`"${poolOf(pool).code}"`) || (await client.get(path)).text.includes(poolOf(pool).code));
    seen[name] = [listed, one, codes.some(Boolean)];
  }
  return seen;
}

test('one person reports; the same person cannot confirm; and nobody else hears of it', async () => {
  const rivalHears = await rival.events();
  const mine = expectStatus(await phone.get('/locations'), 200).locations;
  assert.deepEqual(mine.map(l => l.name), ['Lindehof'], 'a desk of one house reports for that house');
  assert.equal(expectStatus(await admin.get('/locations'), 200).locations.length, demo.locations.length);
  expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'zomaar' }), 400);
  // Another house does not, nor who speaks for all houses of another organisation.
  const elsewhere = await x.as('intake.esdoorn');
  for (const other_ of [rival, elsewhere]) expectStatus(await other_.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'anders' }), 404);
  leak = expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  assert.deepEqual([leak.state, leak.byMe, leak.households], ['reported', true, []]);
  const same = await phone.post(`/leaks/${leak.id}/confirmation`);
  expectStatus(same, 409);
  assert.match(same.json.type, /same_person$/);
  assert.equal(expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'anders' }), 201).id, leak.id, 'it is the same leak');
  assert.ok(await isFound(own, FAMILY), 'a report alone hides nothing');
  for (const other_ of [rival, elsewhere]) {
    for (const step of ['confirmation', 'withdrawal', 'lift-request', 'lift']) expectStatus(await other_.post(`/leaks/${leak.id}/${step}`), 404);
    assert.deepEqual(expectStatus(await other_.get('/leaks'), 200).leaks, []);
    assert.ok(!expectStatus(await other_.get('/locations'), 200).locations.some(l => l.id === HOUSE.id));
  }
  expectStatus(await own.post(`/leaks/${leak.id}/confirmation`), 403);
  assert.deepEqual(expectStatus(await rival.get('/leaks'), 200).leaks, []);
  expectStatus(await own.get('/leaks'), 403);
  assert.deepEqual(rivalHears.events.filter(e => e.event?.startsWith('leak.')), []);
  rivalHears.close();
});

test('a second person confirms: taken back, hidden and moved in one commit, the most endangered first', async () => {
  // Four live there, in another order than that in which they are moved. Two ask and one is promised a place.
  const need = (threatLevel, children, over = {}) => aNeed({ threatLevel, traits: {}, household: [{ sex: 'vrouw', age: 30 }, ...Array.from({ length: children }, (_, i) => ({ sex: 'vrouw', age: 4 + i }))], ...over });
  const groen = await arrive(own, need('groen', 2));
  const rood1 = await arrive(own, need('rood', 1));
  const rood2 = await arrive(other, need('rood', 2));
  const asking = await openReferral(own, need('rood', 1));
  const asked = (await ask(own, asking.id, [FAMILY])).requests[0];
  const promised = await openReferral(other, need('rood', 1));
  const promise = (await ask(other, promised.id, [FAMILY])).requests[0];
  expectStatus(await phone.post(`/requests/${promise.id}/acceptance`), 200);
  expectStatus(await other.get(`/requests/${promise.id}/location`), 200);
  const before = await everywhere(FAMILY);
  assert.ok(before.own.every(Boolean) && before.phone[0], 'there to be seen');

  const stream = await other.events();
  const from = await x.quietSeq();
  const frozen = expectStatus(await intake.post(`/leaks/${leak.id}/confirmation`), 200);
  assert.equal(frozen.state, 'frozen');

  // Hidden at once, for everybody but the house itself and the exchange's administrators.
  assert.equal(await isFound(own, FAMILY), false);
  assert.equal(await isFound(comensha, FAMILY), false);
  const now = await everywhere(FAMILY);
  for (const name of ['own', 'other', 'comensha', 'rival']) assert.deepEqual(now[name], [false, false, false], name);
  for (const name of ['phone', 'intake', 'orgAdmin', 'admin']) assert.deepEqual(now[name].slice(0, 2), before[name].slice(0, 2), name);
  assert.equal(expectStatus(await phone.get(`/pools/${FAMILY}`), 200).frozen, true);
  expectStatus(await own.post(`/referrals/${asking.id}/requests`, { poolIds: [FAMILY] }), 409);

  // What was asked and promised there is taken back, and its workers hear it.
  for (const [client, r, q] of [[own, asking, asked], [other, promised, promise]]) {
    const view = expectStatus(await client.get(`/referrals/${r.id}`), 200);
    assert.equal(view.state, 'open');
    assert.deepEqual(view.requests.map(v => [v.id, v.state, v.cancelWhy]), [[q.id, 'cancelled', 'leaked']]);
  }
  expectStatus(await other.get(`/requests/${promise.id}/location`), 403);
  const fact = await stream.until(e => e.event === 'request.cancelled');
  assert.equal(fact.data.requestId, promise.id);
  const neutral = await stream.until(e => e.event === 'supply.changed');
  assert.deepEqual(Object.keys(neutral.data).sort(), ['at', 'seq']);
  assert.deepEqual(stream.events.filter(e => e.event?.startsWith('leak.')), [], 'nobody else hears why');
  stream.close();

  // The house learns that somebody looks, not by which referral nor how far it is: the leak may come from inside.
  for (const client of [phone, intake, orgAdmin]) {
    const told = expectStatus(await client.get('/leaks'), 200).leaks.find(l => l.id === leak.id).households;
    assert.deepEqual(told.map(h => [h.referralId, h.referralCode, h.state, h.searching, h.left]), Array(4).fill([null, null, null, true, false]));
  }
  assert.deepEqual(frozen.households, expectStatus(await intake.get('/leaks'), 200).leaks.find(l => l.id === leak.id).households);

  // Ranked, and in the same sequence without a gap: one decision, one commit.
  moved = expectStatus(await admin.get('/leaks'), 200).leaks.find(l => l.id === leak.id).households;
  assert.deepEqual(moved.map(h => [h.rank, h.earlierCode, h.onTheWay]), [[1, rood2.code, false], [2, rood1.code, false], [3, promised.code, true], [4, groen.code, false]], 'who was promised a place is stopped, by the same rank; who was only asked for is not listed');
  const living = moved.filter(h => !h.onTheWay);
  assert.deepEqual(living.map(h => h.referralId), [...living.map(h => h.referralId)].sort((a, b) => a - b));
  assert.deepEqual(moved.filter(h => h.onTheWay).map(h => [h.referralId, h.stayId, h.bridge, h.left]), [[promised.id, null, false, false]]);
  const rows = x.sql(`SELECT seq, kind, at_ms FROM journal WHERE seq > ${from} ORDER BY seq`);
  const opened = rows.filter(r => r[1] === '4');
  assert.equal(opened.length, 3);
  const span = rows.filter(r => Number(r[0]) >= from + 1 && Number(r[0]) <= Number(opened[2][0]));
  assert.equal(span.length, Number(opened[2][0]) - from, 'no gap');
  assert.equal(new Set(span.map(r => r[2])).size, 1, 'one moment');
  for (const h of living) {
    const client = h.earlierCode === rood2.code ? other : own;
    const r = expectStatus(await client.get(`/referrals/${h.referralId}`), 200);
    assert.equal(r.code, h.referralCode);
    assert.equal(r.need.urgency, 'nu');
    assert.ok(r.need.unsafeRegions.includes(HOUSE.region));
    assert.equal((await (client === own ? other : own).get(`/referrals/${h.referralId}`)).status, 404);
  }
});

test('who had a yes there and looks no further does not come: both lists say so', async () => {
  const r = expectStatus(await other.get(`/referrals/${moved.find(h => h.onTheWay).referralId}`), 200);
  const row = async client => expectStatus(await client.get('/leaks'), 200).leaks.find(l => l.id === leak.id).households.find(h => h.earlierCode === r.code);
  assert.deepEqual([(await row(phone)).left, (await row(phone)).searching], [false, true]);
  expectStatus(await other.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
  assert.deepEqual([(await row(phone)).left, (await row(phone)).searching, (await row(phone)).state], [true, false, null]);
  assert.deepEqual([(await row(admin)).left, (await row(admin)).state], [true, 'withdrawn']);
  moved = expectStatus(await admin.get('/leaks'), 200).leaks.find(l => l.id === leak.id).households;
});

test('kill -9 in between: frozen is frozen', async () => {
  await x.killBroker();
  await x.startBroker();
  assert.equal(await isFound(own, FAMILY), false);
  const again = expectStatus(await admin.get('/leaks'), 200).leaks[0];
  assert.deepEqual([again.state, again.households], ['frozen', moved]);
});

test('nothing personal in what is shown of a leak', async () => {
  for (const client of [phone, orgAdmin, admin]) {
    const { text } = await client.get('/leaks');
    for (const word of ['GM0599', '010 000', 'rood', '"age"', 'household"', 'Voorbeeldstraat']) assert.ok(!text.includes(word), word);
  }
});

test('lifting needs two people again', async () => {
  expectStatus(await orgAdmin.post(`/leaks/${leak.id}/lift`), 409);
  assert.equal(expectStatus(await phone.post(`/leaks/${leak.id}/lift-request`), 200).state, 'lift_asked');
  const same = await phone.post(`/leaks/${leak.id}/lift`);
  expectStatus(same, 409);
  assert.match(same.json.type, /same_person$/);
  assert.equal(await isFound(own, FAMILY), false, 'still frozen');
  assert.equal(expectStatus(await orgAdmin.post(`/leaks/${leak.id}/withdrawal`), 200).state, 'frozen');
  expectStatus(await phone.post(`/leaks/${leak.id}/lift-request`), 200);
  const stream = await own.events();
  assert.equal(expectStatus(await admin.post(`/leaks/${leak.id}/lift`), 200).state, 'lifted');
  await stream.until(e => e.event === 'supply.changed');
  stream.close();
  assert.ok(await isFound(own, FAMILY, aNeed({ unsafeRegions: [] })));
});

test('a surge opens the overflow places of its region, and closes them', async () => {
  const need = aWoman({ threatLevel: 'oranje' }); // the house takes people in at any hour, but not at code rood;
  const before = expectStatus(await own.get(`/pools/${OVERFLOW.id}`), 200);
  assert.deepEqual([before.overflow, before.inUse, before.capacity.offerable], [true, false, 0]);
  assert.equal(await isFound(own, OVERFLOW.id, need), false);
  const desk = await x.as('intake.scholekster');
  expectStatus(await desk.post('/surge', { regions: [OVERFLOW_HOUSE.region], on: true, reason: 'ramp' }), 403);
  expectStatus(await admin.post('/surge', { regions: [OVERFLOW_HOUSE.region], on: true }), 400);
  expectStatus(await admin.post('/surge', { regions: ['R99'], on: true, reason: 'ramp' }), 400);
  expectStatus(await admin.post('/surge', { regions: [], nation: true, on: true, reason: 'ramp' }), 400);
  const stream = await own.events();
  const on = expectStatus(await admin.post('/surge', { regions: [OVERFLOW_HOUSE.region], on: true, reason: 'ramp' }), 200);
  assert.deepEqual(on.regions.filter(r => r.on).map(r => [r.region, r.reason, r.pools]), [[OVERFLOW_HOUSE.region, 'ramp', 1]]);
  await stream.until(e => e.event === 'surge.set');
  stream.close();
  const place = (await places(own, need, OVERFLOW.id))[0];
  assert.equal(place.overflow, true);
  assert.equal(expectStatus(await own.get(`/pools/${OVERFLOW.id}`), 200).inUse, true);
  const { id } = await openReferral(own, need);
  const [request] = (await ask(own, id, [OVERFLOW.id])).requests;
  await x.killBroker();
  await x.startBroker();
  expectStatus(await desk.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await admin.post('/surge', { nation: true, on: false }), 200);
  assert.equal(await isFound(own, OVERFLOW.id, need), false);
  const late = await openReferral(own, need);
  expectStatus(await own.post(`/referrals/${late.id}/requests`, { poolIds: [OVERFLOW.id] }), 409);
});

test('a known conflict? by token and telephone; no name enters the exchange', async () => {
  const { id } = await openReferral(own, aWoman());
  const esdoorn = demo.pools.find(p => demo.locations[p.location - 1].code === 'esdoorn' && p.kind === 'crisis');
  expectStatus(await rival.post('/capacity-reports', { reports: [aReport(esdoorn.id)] }), 200);
  const q = (await ask(own, id, [esdoorn.id])).requests[0];
  assert.equal(q.conflict, null);
  expectStatus(await rival.post(`/requests/${q.id}/conflict-answer`, { conflict: false }), 409);
  const asked = expectStatus(await own.post(`/requests/${q.id}/conflict-question`), 200).conflict;
  assert.match(asked.token, /^CT-[A-Z0-9]{5}$/);
  assert.equal(expectStatus(await own.post(`/requests/${q.id}/conflict-question`), 200).conflict.token, asked.token);
  assert.equal(expectStatus(await rival.get(`/requests/${q.id}`), 200).conflict.token, asked.token, 'both see the same');
  const refused = await rival.post(`/requests/${q.id}/acceptance`);
  expectStatus(refused, 409);
  assert.match(refused.json.type, /conflict_open$/);
  expectStatus(await rival.post(`/requests/${q.id}/conflict-answer`, { conflict: false, name: 'x' }), 400);
  const seq = await x.quietSeq();
  const answered = expectStatus(await rival.post(`/requests/${q.id}/conflict-answer`, { conflict: true }), 200);
  assert.deepEqual([answered.state, answered.declineReason, answered.conflict.state], ['declined', 'netwerk_conflict', 'yes']);
  assert.ok(x.askedForSince(seq) <= 3, 'declined and answered in one commit');
  assert.ok(!x.sql(`SELECT COUNT(*) FROM journal WHERE INSTR(clear_part, '${asked.token}') > 0`)[0][0].localeCompare('0'), 'the token is sealed');
  // And no: then the yes is free.
  const again = await openReferral(own, aWoman());
  const q2 = (await ask(own, again.id, [esdoorn.id])).requests[0];
  expectStatus(await own.post(`/requests/${q2.id}/conflict-question`), 200);
  expectStatus(await rival.post(`/requests/${q2.id}/conflict-answer`, { conflict: false }), 200);
  expectStatus(await rival.post(`/requests/${q2.id}/acceptance`), 200);
});

test('a household in a bridge bed lives there too: listed, and its own search goes on for now and elsewhere', async () => {
  const { id, code } = await openReferral(own, aWoman({ urgency: 'drie_dagen' }));
  const bed = demo.pools.find(p => demo.locations[p.location - 1].code === 'esdoorn' && p.kind === 'crisis');
  expectStatus(await rival.post('/capacity-reports', { reports: [aReport(bed.id)] }), 200);
  const q = expectStatus(await own.post(`/referrals/${id}/requests`, { poolIds: [bed.id], bridge: true }), 201).requests[0];
  expectStatus(await rival.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await rival.post(`/requests/${q.id}/arrival`), 200);
  const before = expectStatus(await own.get(`/referrals/${id}`), 200);
  const here = expectStatus(await rival.post(`/locations/${bed.location}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  const frozen = expectStatus(await admin.post(`/leaks/${here.id}/confirmation`), 200);
  const row = frozen.households.find(h => h.earlierCode === code);
  assert.ok(row, 'in the list');
  assert.deepEqual([row.bridge, row.stayId, row.referralId, row.left], [true, null, id, false]);

  const now = expectStatus(await own.get(`/referrals/${id}`), 200);
  assert.equal(now.state, 'open', 'its own search goes on');
  assert.equal(now.need.urgency, 'nu');
  assert.ok(Date.parse(now.deadlineAt) < Date.parse(before.deadlineAt), 'and sooner');
  const region = demo.locations[bed.location - 1].region;
  assert.ok(now.need.unsafeRegions.includes(region), `${region} is not safe: ${now.need.unsafeRegions}`);
  const b = await poll(async () => {
    const all = expectStatus(await own.get(`/referrals/${id}/bridges`), 200).bridges;
    return all[0].state === 'alarm' && all[0];
  }, { what: 'its desk is rung' });
  assert.equal(b.leaked, true);
  assert.equal(expectStatus(await own.post(`/bridges/${b.id}/end`, { reason: 'moved' }), 200).end, 'moved');
  assert.equal(expectStatus(await rival.get('/leaks'), 200).leaks.find(l => l.id === here.id).households.find(h => h.earlierCode === code).left, true);
  expectStatus(await own.post(`/referrals/${id}/withdrawal`, { reason: 'andere_plek' }), 200);
  expectStatus(await rival.post(`/leaks/${here.id}/lift-request`), 200);
  expectStatus(await admin.post(`/leaks/${here.id}/lift`), 200);
});

test('the journal comes to the same, and keeps every promise', async () => {
  assert.equal(await x.stopBroker(), 0);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
  await x.startBroker();
  assert.deepEqual(demo.pools.slice(-5).map(p => p.overflow), [true, true, true, true, true]);
  assert.equal(expectStatus(await orgAdmin.get('/leaks'), 200).leaks[0].state, 'lifted');
});
