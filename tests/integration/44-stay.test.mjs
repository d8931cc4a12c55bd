// What follows an arrival, over the API and with the people it concerns: the house, the desk that placed the household,
// another desk that takes over a clock, the municipality that pays. And the way back with a code, without telling again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { thisMonth, today } from '../support/walk_stay.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, referrer, other, policy, house, stranger, place, referral, stay;

before(async () => {
  x = await startExchange('stay');
  referrer = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  policy = await x.as('beleid.rotterdam');
});
after(() => x?.stop());

/** A household of REFERRER's desk that has arrived at the house of PLACE. */
async function arrived(need, poolId) {
  const r = await openReferral(referrer, need);
  const q = (await ask(referrer, r.id, [poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  return expectStatus(await referrer.get(`/referrals/${r.id}`), 200);
}

test('an arrival begins a stay, with who is proposed to pay and why', async () => {
  const list = await placesFor(referrer, aNeed(), 8);
  place = list.find(p => p.kind === 'crisis') ?? list[0];
  house = await x.as(deskOf(place.poolId));
  stranger = await x.as(deskOf(list.find(p => p !== place).poolId));
  referral = await arrived(aNeed(), place.poolId);
  assert.equal(referral.state, 'admitted');
  stay = expectStatus(await house.get(`/stays/${referral.stayId}`), 200);
  assert.deepEqual([stay.state, stay.nights, stay.moves, stay.house, stay.returnCode], ['present', 0, 0, true, null]);
  assert.equal(stay.funding.length, 1);
  assert.equal(stay.funding[0].stream, 'duvo');
  assert.equal(stay.funding[0].rule, 'vrouwenopvang');
  assert.match(stay.funding[0].municipality, /^GM\d{4}$/);
  assert.equal((await stranger.get(`/stays/${stay.id}`)).status, 404);
  assert.equal((await other.get(`/stays/${stay.id}`)).status, 404);
  assert.equal(expectStatus(await referrer.get(`/stays/${stay.id}`), 200).house, false);
});

test('ready to leave, and what keeps the household since when', async () => {
  const ready = expectStatus(await house.post(`/stays/${stay.id}/outflow`, { ready: true, blockedBy: 'woning' }), 200);
  assert.equal(ready.state, 'ready');
  assert.ok(ready.blockedAt);
  const changed = expectStatus(await house.post(`/stays/${stay.id}/outflow`, { ready: true, blockedBy: 'inkomen' }), 200);
  assert.deepEqual([changed.blockedBy, changed.readyAt], ['inkomen', ready.readyAt]);
  assert.equal((await house.post(`/stays/${stay.id}/outflow`, { ready: false, blockedBy: 'woning' })).status, 400);
  assert.equal((await referrer.post(`/stays/${stay.id}/outflow`, { ready: true })).status, 403);
});

test('another pays from a day on; te_regelen is always right', async () => {
  const change = over => ({ stream: 'te_regelen', municipality: null, from: today(), reason: 'besluit', ...over });
  const changed = expectStatus(await house.post(`/stays/${stay.id}/funding`, change()), 200);
  assert.deepEqual(changed.funding.map(f => [f.stream, f.municipality, f.reason]), [['te_regelen', null, 'besluit']]);
  assert.equal((await house.post(`/stays/${stay.id}/funding`, change({ stream: 'spuk_omm' }))).status, 400); // ended in 2025
  assert.equal((await house.post(`/stays/${stay.id}/funding`, change({ municipality: 'GM9999' }))).status, 400);
  assert.equal((await house.post(`/stays/${stay.id}/funding`, change({ from: '2026-02-30' }))).status, 400);
  const before = expectStatus(await house.post(`/stays/${stay.id}/funding`, change({ from: '2026-01-01' })), 400); // before the arrival
  assert.deepEqual(before.errors.map(e => e.pointer), ['/from']);
});

test('a clock changes hands only by being taken, and every step is heard by whom it concerns', async () => {
  const streams = [await referrer.events(), await other.events(), await stranger.events()];
  const { clocks } = expectStatus(await referrer.post(`/referrals/${referral.id}/clocks`, { clock: 'huisverbod' }), 200);
  const clock = clocks.find(c => c.clock === 'huisverbod');
  assert.deepEqual([clock.state, clock.own, clock.mayProlong], ['running', true, true]);
  assert.equal(expectStatus(await house.get(`/stays/${stay.id}`), 200).clocks.find(c => c.id === clock.id).own, false);
  assert.equal((await house.post(`/clocks/${clock.id}/stop`, { reason: 'ingetrokken' })).status, 403); // sees it, does not own it
  assert.equal((await other.post(`/clocks/${clock.id}/acceptance`)).status, 404);
  const offered = expectStatus(await referrer.post(`/clocks/${clock.id}/offer`, { organisationId: other.session.organisationId }), 200);
  assert.deepEqual([offered.owner.id, offered.offeredTo.id], [referrer.session.organisationId, other.session.organisationId]);
  // Who offers it cannot take it for the other, and it stands offered.
  const own = expectStatus(await referrer.post(`/clocks/${clock.id}/acceptance`), 200);
  assert.deepEqual([own.owner.id, own.offeredTo?.id], [referrer.session.organisationId, other.session.organisationId]);
  const logged = () => x.sql("SELECT object, COUNT(*) FROM access_log WHERE event = 'clock.read' GROUP BY object ORDER BY object");
  const before = Object.fromEntries(logged());
  const board = expectStatus(await other.get('/clocks'), 200).clocks;
  // Each row is a household's: read, as those of the list of stays are. The log is written with the next batch.
  await poll(() => board.every(c => Number(Object.fromEntries(logged())[c.id] ?? 0) === Number(before[c.id] ?? 0) + 1), { what: 'a row in the log for each row shown' });
  assert.equal(logged().length, new Set([...Object.keys(before), ...board.map(c => String(c.id))]).size, 'and for no other');
  const readers = x.sql(`SELECT DISTINCT account, role FROM access_log WHERE event = 'clock.read' AND object = ${clock.id}`);
  assert.deepEqual(readers.map(r => r[1]), ['referrer']);
  const first = expectStatus(await other.get('/clocks?limit=1'), 200);
  assert.ok(first.clocks.length === 1 && first.total === board.length);
  const count = () => Number(x.sql("SELECT COUNT(*) FROM access_log WHERE event = 'clock.read'")[0][0]);
  await poll(() => count() === Object.values(before).reduce((a, n) => a + Number(n), 0) + board.length + 1, { what: 'one row more for the one that a short list shows' });
  assert.deepEqual(board.filter(c => c.offeredToOwn).map(c => c.id), [clock.id]);
  assert.ok(!('need' in board[0]) && board.every(c => c.callback === undefined));
  const taken = expectStatus(await other.post(`/clocks/${clock.id}/acceptance`, { callback: '020-1234567' }), 200);
  assert.deepEqual([taken.owner.id, taken.offeredTo], [other.session.organisationId, null]);
  const longer = expectStatus(await other.post(`/clocks/${clock.id}/prolongation`), 200);
  assert.equal(Date.parse(longer.runsOutAt) - Date.parse(longer.startedAt), 28 * 86400_000);
  assert.equal((await other.post(`/clocks/${clock.id}/prolongation`)).status, 409); // as long as it can be
  expectStatus(await other.post(`/clocks/${clock.id}/stop`, { reason: 'ingetrokken' }), 200);
  assert.equal((await other.post(`/clocks/${clock.id}/stop`, { reason: 'vergissing' })).status, 409);
  const kinds = s => s.events.filter(e => e.data.clockId === clock.id).map(e => e.type ?? e.event);
  await poll(() => kinds(streams[0]).length >= 5);
  assert.deepEqual(kinds(streams[0]), ['clock.started', 'clock.offered', 'clock.taken', 'clock.prolonged', 'clock.stopped']);
  assert.deepEqual(kinds(streams[1]), ['clock.offered', 'clock.taken', 'clock.prolonged', 'clock.stopped']);
  assert.deepEqual(kinds(streams[2]), []);
  for (const s of streams) s.close();
});

test('who leaves gets a code, and the referral has departed', async () => {
  assert.ok('need' in expectStatus(await house.get(`/referrals/${referral.id}`), 200));
  expectStatus(await referrer.post(`/referrals/${referral.id}/clocks`, { clock: 'huisverbod' }), 200);
  const stream = await house.events();
  const gone = expectStatus(await house.post(`/stays/${stay.id}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  assert.equal(gone.state, 'departed');
  assert.match(gone.returnCode, /^TK-[ACDEFGHJKMNPQRTUVWXY34679]{4}-[ACDEFGHJKMNPQRTUVWXY34679]{4}$/);
  assert.equal(expectStatus(await referrer.get(`/referrals/${referral.id}`), 200).state, 'departed');
  assert.equal((await house.post(`/stays/${stay.id}/departure`, { reason: 'veiligheid', destination: 'familie_vrienden' })).status, 409);
  assert.ok(!expectStatus(await house.get('/stays'), 200).stays.some(s => s.id === stay.id));
  stay = gone;
  await poll(() => stream.events.some(e => (e.type ?? e.event) === 'stay.ended'));
  // A barring order is a right of the person: it is watched after the departure too, by the desk.
  assert.ok(!stream.events.some(e => (e.type ?? e.event) === 'clock.stopped'));
  assert.equal(expectStatus(await referrer.get(`/referrals/${referral.id}/clocks`), 200).clocks.at(-1).state, 'running');
  stream.close();
});

test('of who left the house keeps the stay with its code, and sees nothing else; the desk sees all', async () => {
  for (const path of ['', '/clocks', '/bridges', '/regie', '/handover'])
    assert.equal((await house.get(`/referrals/${referral.id}${path}`)).status, 404, path || '/');
  assert.equal((await house.post(`/referrals/${referral.id}/clocks`, { clock: 'huisverbod' })).status, 404);
  const request = expectStatus(await house.get(`/requests/${stay.requestId}`), 200);
  assert.deepEqual([request.household, request.callback], [null, null], 'its request shows no household of who left');
  assert.deepEqual(expectStatus(await house.get(`/stays/${stay.id}`), 200).clocks, [], "a clock of the desk's");
  assert.equal(expectStatus(await house.get(`/stays/${stay.id}`), 200).returnCode, stay.returnCode);
  const left = expectStatus(await house.get('/stays?left=true'), 200).stays;
  assert.deepEqual(left.map(s => [s.id, s.returnCode]), [[stay.id, stay.returnCode]]);
  for (const [who, desk] of [['a stranger', stranger], ['another desk', other]])
    assert.deepEqual(expectStatus(await desk.get('/stays?left=true'), 200).stays, [], who);
  assert.equal((await house.get('/stays?left=perhaps')).status, 400);
  const settled = expectStatus(await house.post(`/stays/${stay.id}/funding`, { stream: 'wmo', municipality: 'GM0363', from: today(), reason: 'besluit' }), 200);
  assert.equal(settled.funding.at(-1).stream, 'wmo');
  assert.equal(expectStatus(await referrer.get(`/stays/${stay.id}`), 200).returnCode, stay.returnCode);
  assert.ok('need' in expectStatus(await referrer.get(`/referrals/${referral.id}`), 200));
});

test('the way back: told once, another desk, the house that knows them first among equals', async () => {
  const draft = expectStatus(await other.post('/returns', { code: stay.returnCode }, { key: null }), 200);
  assert.deepEqual(draft.need.household, referral.need.household);
  assert.equal(draft.need.callback, undefined);
  assert.equal(draft.need.ground, undefined);
  assert.equal(draft.moves, 1);
  assert.equal((await other.post('/returns', { code: 'TK-AAAA-AAAA' }, { key: null })).status, 404);
  assert.equal((await house.post('/returns', { code: stay.returnCode }, { key: null })).status, 403);
  const need = { ...draft.need, callback: '020-7654321', ground: referral.need.ground };
  const again = expectStatus(await other.post('/referrals', need), 201);
  assert.deepEqual([again.follows, again.moves], ['return', 1]);
  const places = expectStatus(await other.get(`/referrals/${again.id}/matches?limit=200`), 200).places;
  const known = places.filter(p => p.reasons.some(r => r.code === 'known_house'));
  assert.ok(known.some(p => p.poolId === place.poolId), 'the house is named');
  const without = expectStatus(await other.post('/matches?limit=200', { ...need, returnCode: undefined }, { key: null }), 200).places;
  for (const p of places) {
    const q = without.find(w => w.poolId === p.poolId);
    assert.ok(!q || p.score >= q.score, `${p.poolId} is lower for having come back`);
  }
});

test('a code brought while the household is still there opens the intake, and does not say where they are', async () => {
  const { stayId } = await arrived(aNeed(), place.poolId);
  const { returnCode } = expectStatus(await house.post(`/stays/${stayId}/return-code`, {}), 200);
  const draft = expectStatus(await other.post('/returns', { code: returnCode }, { key: null }), 200);
  assert.deepEqual([draft.locationName, draft.leftAt], [null, null]);
  const need = { ...draft.need, callback: '020-7654321', ground: 'vital_interest' };
  const knows = async path => expectStatus(await path, 200).places.filter(p => p.reasons.some(r => r.code === 'known_house')).map(p => p.poolId);
  assert.deepEqual(await knows(other.post('/matches?limit=200', need, { key: null })), []);
  const again = expectStatus(await other.post('/referrals', need), 201);
  assert.deepEqual([again.follows, await knows(other.get(`/referrals/${again.id}/matches?limit=200`))], ['return', []]);
  expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  const gone = expectStatus(await other.post('/returns', { code: returnCode }, { key: null }), 200);
  assert.deepEqual([gone.locationName, typeof gone.leftAt], [place.locationName, 'string']);
  expectStatus(await other.post(`/referrals/${again.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('a refusal for want of money at code rood is counted for the municipality, without a person', async () => {
  const count = async () => expectStatus(await policy.get(`/funding-flags?month=${thisMonth()}`), 200).regions;
  const watcher = await x.as('rapporteur.landelijk');
  const [hears, elsewhere, watches] = [await policy.events(), await (await x.as('beleid.amsterdam')).events(), await watcher.events()];
  const [was] = await count();
  const need = { ...aNeed(), homeMunicipality: 'GM0599' };
  const r = await openReferral(referrer, need);
  const p = (await placesFor(referrer, need, 5)).find(q => q.poolId !== place.poolId);
  const q = (await ask(referrer, r.id, [p.poolId])).requests[0];
  expectStatus(await (await x.as(deskOf(p.poolId))).post(`/requests/${q.id}/decline`, { reason: 'bekostiging' }), 200);
  const [is] = await count();
  assert.deepEqual(is, { region: 'R28', municipality: 'GM0599', count: was.count + 1, suppressed: false });
  const told = await hears.until(e => e.event === 'funding.flagged');
  assert.deepEqual(Object.keys(told.data).sort(), ['at', 'kind', 'seq'].filter(k => k in told.data), 'and not whose');
  const national = expectStatus(await watcher.get(`/funding-flags?month=${thisMonth()}`), 200);
  assert.deepEqual(national.regions, [{ region: 'R28', municipality: 'GM0599', count: null, suppressed: true }], 'one is too few for others');
  assert.deepEqual([national.whole, national.minimumCell, national.total], [false, 5, { value: null, suppressed: true }]);
  assert.deepEqual(expectStatus(await (await x.as('beleid.amsterdam')).get(`/funding-flags?month=${thisMonth()}`), 200).regions.map(r => [r.region === 'R28', r.count]), [[false, 0]]);
  assert.equal((await house.get(`/funding-flags?month=${thisMonth()}`)).status, 403);
  expectStatus(await referrer.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
  for (const s of [elsewhere, watches]) assert.ok(!s.names().includes('funding.flagged'), 'it is told to that municipality alone');
  for (const s of [hears, elsewhere, watches]) s.close();
});

test('the statement: a house its own, who pays counts in which small ones are hidden; the same as CSV', async () => {
  await arrived({ ...aNeed(), homeMunicipality: 'GM0599' }, place.poolId);
  const own = expectStatus(await house.get(`/statements?month=${thisMonth()}`), 200);
  assert.equal(own.whole, true);
  assert.deepEqual(own.rows, []); // nobody has slept a night yet
  assert.deepEqual(own.nights, { value: 0, suppressed: false });
  assert.equal((await house.get('/statements?month=2026-13')).status, 400);
  assert.equal((await house.get('/statements')).status, 400);
  assert.equal((await referrer.get(`/statements?month=${thisMonth()}`)).status, 403);
  const csv = await policy.get(`/statements/csv?month=${thisMonth()}`);
  assert.equal(csv.status, 200);
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.equal(csv.text.split('\r\n')[0], 'month,municipality,stream,cut_permille,nights,stays,suppressed');
});

test('after a restart everything is as it was', async () => {
  const was = expectStatus(await house.get(`/stays/${stay.id}`), 200);
  await x.killBroker();
  await x.startBroker();
  const is = expectStatus(await (await x.as(deskOf(place.poolId))).get(`/stays/${stay.id}`), 200);
  assert.deepEqual(is, was);
  assert.equal(expectStatus(await (await x.as('nachtdienst.amsterdam')).post('/returns', { code: stay.returnCode }, { key: null }), 200).kind, was.kind);
});
