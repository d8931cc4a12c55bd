// A household without a bed, over the API: kept in a hotel by a safety owner while its search goes on, an alarm that
// rings until somebody answers, a bridge bed beside the search, where it slept night after night, and an end that only
// a person makes. And a chat that nobody can ring back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { newKey } from '../support/client.mjs';
import { aHotel, aNight } from '../support/walk_nobed.mjs';
import { aReport, aWoman, ask, deskOf, expectStatus, openReferral, organisationOf, placesFor, poolOf } from '../support/world.mjs';
import { poll } from '../support/wait.mjs';

const BRIDGE_KINDS = ['nood', 'crisis', 'uur72', 'mannen'];
// Alarms ring at once and again after a second, so that nobody waits for a night.
const settings = { bridge_grace_s: 0, bridge_again_s: 1, bridge_seen_s: 2 };

let x, vt, other, stream;
before(async () => {
  x = await startExchange('nobed', { settings });
  vt = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  stream = await vt.events();
});
after(async () => {
  stream?.close();
  await x?.stop();
});

const why = answer => answer.json.type.split('/').at(-1);
const soon = ms => new Date(Date.now() + ms).toISOString();
const nobed = async id => expectStatus(await vt.get(`/referrals/${id}/bridges`), 200);
const referralOf = async id => expectStatus(await vt.get(`/referrals/${id}`), 200);
const bridgeOf = async (id, kind) => (await nobed(id)).bridges.findLast(b => b.kind === kind);
const open = async (id, body) => expectStatus(await vt.post(`/referrals/${id}/bridges`, body), 201);
const rung = (id, n) => poll(async () => {
  const b = await bridgeOf(id, 'hotel');
  return b.alarms >= n && b;
}, { what: `alarm ${n}` });

test('a missed check-in rings, again for the team lead, until somebody answers', async () => {
  const r = await openReferral(vt, aWoman());
  const hotel = await open(r.id, aHotel({ times: [soon(1200)] }));
  assert.equal(hotel.state, 'active');
  assert.deepEqual(hotel.owner, { kind: 'desk', role: 'desk', organisation: '', callback: '010 000 0000' });
  assert.equal((await bridgeOf(r.id, 'hotel')).alarms, 0);
  const first = await rung(r.id, 1);
  assert.equal(first.state, 'alarm');
  const second = await rung(r.id, 2);
  assert.equal(second.teamLead, true);
  await stream.until(e => e.event === 'bridge.alarmed' && e.data.referralId === r.id);
  // The desk's list has it first, and nobody else's has it at all.
  const mine = expectStatus(await vt.get('/bridges'), 200);
  assert.ok(mine.alarms >= 1);
  assert.equal(mine.bridges[0].id, hotel.id);
  assert.deepEqual(expectStatus(await other.get('/bridges'), 200).bridges, []);

  const seen = expectStatus(await vt.post(`/bridges/${hotel.id}/check-ins`, { result: 'seen' }), 200);
  assert.ok(seen.seenAt);
  const safe = expectStatus(await vt.post(`/bridges/${hotel.id}/check-ins`, { result: 'safe' }), 200);
  assert.equal(safe.state, 'active');
  assert.equal(safe.alarms, 0);
  assert.ok(Date.parse(safe.nextAt) > Date.now() + 50 * 60_000, 'the next one by the interval');
  assert.equal((await referralOf(r.id)).state, 'open', 'it looks all the while');
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'andere_plek' }), 200);
  assert.equal((await bridgeOf(r.id, 'hotel')).end, 'withdrawn');
});

test('an alarm survives a crash: it rings after the restart', async () => {
  const r = await openReferral(vt, aWoman());
  await open(r.id, aHotel({ times: [soon(1500)] }));
  stream.close();
  await x.killBroker();
  await x.startBroker();
  stream = await vt.events();
  assert.equal((await rung(r.id, 1)).state, 'alarm');
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'andere_plek' }), 200);
});

test('a bridge bed: the search goes on after its yes and its arrival, and its unit is let go of at the place', async () => {
  const r = await openReferral(vt, aWoman());
  const places = await placesFor(vt, aWoman(), 8);
  const bed = places.find(p => BRIDGE_KINDS.includes(p.kind));
  const place = places.find(p => organisationOf(p.poolId) !== organisationOf(bed.poolId));
  for (const p of [bed, place]) {
    const units = poolOf(p.poolId).units_total;
    expectStatus(await (await x.as(deskOf(p.poolId))).post('/capacity-reports', { reports: [aReport(p.poolId, { unitsTotal: units, unitsFree: units })] }), 200);
  }
  const held = async poolId => expectStatus(await vt.get(`/pools/${poolId}`), 200).capacity.unitsHeld;
  const heldBefore = await held(bed.poolId);
  const house = await x.as(deskOf(bed.poolId));
  const right = await x.as(deskOf(place.poolId));

  const later = places.find(p => !BRIDGE_KINDS.includes(p.kind));
  if (later) assert.equal(why(await vt.post(`/referrals/${r.id}/requests`, { poolIds: [later.poolId], bridge: true })), 'does_not_fit');
  const asked = expectStatus(await vt.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201);
  assert.equal(asked.state, 'open', 'asking for a bridge is not the search');
  const q = asked.requests[0];
  assert.equal(q.bridge, true);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  assert.equal((await referralOf(r.id)).state, 'open');
  assert.equal((await bridgeOf(r.id, 'bed')).state, 'planned');
  expectStatus(await vt.get(`/requests/${q.id}/location`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  assert.equal((await bridgeOf(r.id, 'bed')).state, 'active');
  assert.equal((await referralOf(r.id)).state, 'open');
  assert.equal(await held(bed.poolId), heldBefore + 1);

  const second = (await ask(vt, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await right.post(`/requests/${second.id}/acceptance`), 200);
  assert.equal((await referralOf(r.id)).state, 'reserved');
  assert.equal(await held(bed.poolId), heldBefore + 1, 'the household sleeps there until it leaves');
  const key = newKey();
  expectStatus(await right.post(`/requests/${second.id}/arrival`, {}, { key }), 200);
  expectStatus(await right.post(`/requests/${second.id}/arrival`, {}, { key }), 200);
  const after = await referralOf(r.id);
  assert.equal(after.state, 'admitted');
  assert.equal(after.requests.find(o => o.id === q.id).state, 'left');
  assert.equal(await held(bed.poolId), heldBefore);
  assert.equal((await bridgeOf(r.id, 'bed')).end, 'placed');
  // Both happened at once, the bridge first.
  const admitted = await stream.until(e => e.event === 'referral.admitted' && e.data.referralId === r.id);
  const ended = stream.events.find(e => e.event === 'bridge.ended' && e.data.referralId === r.id);
  assert.deepEqual([ended.data.seq, ended.data.at], [admitted.data.seq - 1, admitted.data.at]);
});

test('who does not come to the bridge: the house says so, and hears nothing more', async () => {
  const r = await openReferral(vt, aWoman());
  const bed = (await placesFor(vt, aWoman(), 6)).find(p => BRIDGE_KINDS.includes(p.kind));
  const house = await x.as(deskOf(bed.poolId));
  const q = expectStatus(await vt.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  const b = await bridgeOf(r.id, 'bed');
  const seen = expectStatus(await house.get(`/referrals/${r.id}/bridges`), 200);
  assert.equal(seen.bridges[0].id, b.id);
  expectStatus(await house.post(`/bridges/${b.id}/end`, { reason: 'failed' }), 200);
  expectStatus(await house.get(`/referrals/${r.id}/bridges`), 404);
  assert.equal((await referralOf(r.id)).requests[0].cancelWhy, 'no_show');
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('a bed for 72 hours: the way there, an end that is on the board, and nights that somebody pays', async () => {
  const r = await openReferral(vt, aWoman());
  const [bed] = await placesFor(vt, aWoman(), 1, 'nood');
  const house = await x.as(deskOf(bed.poolId));
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(bed.poolId)] }), 200);
  const q = expectStatus(await vt.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  const { id } = await bridgeOf(r.id, 'bed');

  // On the way: the house sees when; the address is the referrer's, after the yes, and of nobody else.
  expectStatus(await vt.post(`/bridges/${id}/travel`, { etaAt: soon(5 * 86_400_000) }), 400);
  const stranger = await x.as(deskOf((await placesFor(vt, aWoman(), 8)).find(p => organisationOf(p.poolId) !== organisationOf(bed.poolId)).poolId));
  expectStatus(await stranger.post(`/bridges/${id}/end`, { reason: 'failed' }), 404);
  expectStatus(await stranger.post(`/bridges/${id}/funding`, { stream: 'te_regelen', municipality: null, from: soon(0).slice(0, 10), reason: 'besluit' }), 404);
  expectStatus(await stranger.get(`/referrals/${r.id}/bridges`), 404);
  expectStatus(await house.post(`/bridges/${id}/travel`, { etaAt: soon(3_600_000) }), 403);
  expectStatus(await other.post(`/bridges/${id}/travel`, { etaAt: soon(3_600_000) }), 404);
  const eta = soon(3_600_000);
  const going = expectStatus(await vt.post(`/bridges/${id}/travel`, { etaAt: eta }), 200);
  assert.ok(going.setOutAt && Date.parse(going.nextAt) === Math.floor(Date.parse(eta)), 'expected then');
  assert.equal(Date.parse(expectStatus(await house.get(`/requests/${q.id}`), 200).etaAt), Date.parse(eta));
  assert.ok(expectStatus(await vt.get(`/requests/${q.id}/location`), 200).meetingPoint);
  expectStatus(await other.get(`/requests/${q.id}/location`), 404);
  await stream.until(e => e.event === 'bridge.travelling' && e.data.referralId === r.id);

  // There: 72 hours, with a clock of the referrer's on its own board.
  const from = Date.now();
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const there = await bridgeOf(r.id, 'bed');
  assert.ok(Math.abs(Date.parse(there.untilAt) - from - 72 * 3_600_000) < 60_000, there.untilAt);
  const mine = expectStatus(await vt.get('/clocks'), 200).clocks.filter(c => c.referralId === r.id);
  assert.deepEqual(mine.map(c => [c.clock, c.own, c.state]), [['noodbed', true, 'running']]);
  assert.equal(mine[0].runsOutAt, there.untilAt);
  assert.ok(!expectStatus(await house.get('/clocks'), 200).clocks.some(c => c.id === mine[0].id), 'the house has it not');

  // Its nights are nights of the house, proposed as those of a stay; the house settles who pays.
  const beds = expectStatus(await house.get('/stays'), 200).bridgeBeds;
  const row = beds.find(b => b.id === id);
  assert.equal(row.nights, 0);
  assert.equal(row.funding.length, 1);
  assert.equal(row.owner, null);
  assert.ok(!expectStatus(await other.get('/stays'), 200).bridgeBeds.some(b => b.id === id));
  const change = { stream: 'te_regelen', municipality: null, from: row.funding[0].from, reason: 'besluit' };
  expectStatus(await vt.post(`/bridges/${id}/funding`, change), 403);
  expectStatus(await house.post(`/bridges/${id}/funding`, { ...change, stream: 'zomaar' }), 400);
  const paid = expectStatus(await house.post(`/bridges/${id}/funding`, change), 200);
  assert.deepEqual(paid.funding.map(f => [f.stream, f.municipality, f.reason]), [['te_regelen', null, 'besluit']]);

  expectStatus(await vt.post(`/bridges/${id}/end`, { reason: 'moved' }), 200);
  assert.equal(expectStatus(await vt.get('/clocks'), 200).clocks.filter(c => c.referralId === r.id).length, 0, 'its clock stops with it');
  const over = expectStatus(await house.get('/stays?live=false'), 200).bridgeBeds.find(b => b.id === id);
  assert.equal(over.state, 'ended', 'money is settled after it too');
  expectStatus(await house.post(`/bridges/${id}/funding`, { ...change, stream: 'wmo', municipality: 'GM0599' }), 200);
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('from one bridge bed to the next: never a dead end, in one bed at a time, and each night once', async () => {
  const r = await openReferral(vt, aWoman());
  const offered = expectStatus(await vt.get(`/referrals/${r.id}/matches?bridge=true&limit=200`), 200).places;
  const [one, two, three] = offered.filter((p, i) => p.verdict === 'fits' && offered.findIndex(o => deskOf(o.poolId) === deskOf(p.poolId)) === i);
  const toBridge = (...places) => vt.post(`/referrals/${r.id}/requests`, { poolIds: places.map(p => p.poolId), bridge: true });
  const first = expectStatus(await toBridge(one), 201).requests[0];
  const house = await x.as(deskOf(one.poolId));
  expectStatus(await house.post(`/requests/${first.id}/acceptance`), 200);
  assert.equal(why(await toBridge(two)), 'bridge_there', 'one that they are on the way to is enough');
  expectStatus(await house.post(`/requests/${first.id}/arrival`), 200);
  const from = await bridgeOf(r.id, 'bed');

  assert.equal(why(await toBridge(one)), 'asked_already', 'where they sleep they need no second unit');
  const beds = expectStatus(await vt.get(`/referrals/${r.id}/matches?bridge=true&limit=200`), 200).places;
  assert.ok(!beds.some(m => m.poolId === one.poolId), 'nor is it shown');
  const asked = expectStatus(await toBridge(two, three), 201).requests.slice(-2);
  const next = asked.find(q => q.poolId === two.poolId);
  const there = await x.as(deskOf(two.poolId));
  expectStatus(await there.post(`/requests/${next.id}/acceptance`), 200);
  const meanwhile = await referralOf(r.id);
  assert.deepEqual(meanwhile.requests.map(q => q.state), [first, ...asked].map(q => (q.id === first.id ? 'admitted' : q.id === next.id ? 'accepted' : 'cancelled')));
  assert.equal((await nobed(r.id)).bridges.filter(b => b.state !== 'ended').length, 2, 'in the one, on the way to the other');
  const to = await bridgeOf(r.id, 'bed');
  // Nobody knows when they will be there.
  const going = expectStatus(await vt.post(`/bridges/${to.id}/travel`, {}), 200);
  assert.ok(going.setOutAt);
  assert.deepEqual([going.state, going.nextAt], ['planned', null]);
  assert.equal(expectStatus(await there.get(`/requests/${next.id}`), 200).etaAt, null);

  expectStatus(await there.post(`/requests/${next.id}/arrival`), 200);
  const [was, is] = (await nobed(r.id)).bridges.filter(b => b.kind === 'bed');
  assert.deepEqual([was.id, was.state, was.end, is.id, is.state], [from.id, 'ended', 'moved', to.id, 'active']);
  assert.deepEqual([was.endedAt, was.nights, is.nights], [is.startedAt, 0, 0], 'the day of the move is the next one\'s');
  const arrived = await stream.until(e => e.event === 'bridge.arrived' && e.data.referralId === r.id && e.data.requestId === next.id);
  const ended = stream.events.find(e => e.event === 'bridge.ended' && e.data.referralId === r.id);
  assert.ok(ended.data.seq < arrived.data.seq && ended.data.at === arrived.data.at, 'at once');
  assert.equal((await referralOf(r.id)).state, 'open', 'the search goes on');
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('the order: applied for, given, extended, refused only before it is given', async () => {
  const r = await openReferral(vt, aWoman());
  const o = await open(r.id, { kind: 'order', active: false });
  assert.equal(o.state, 'planned');
  assert.equal(o.untilAt, null);
  const given = expectStatus(await vt.post(`/bridges/${o.id}/start`), 200);
  const days = (Date.parse(given.untilAt) - Date.now()) / 86_400_000;
  assert.ok(days > 9.9 && days <= 10, `${days} days`);
  assert.equal(why(await vt.post(`/bridges/${o.id}/end`, { reason: 'refused' })), 'unknown_reason');
  const long = expectStatus(await vt.post(`/bridges/${o.id}/start`, { untilAt: soon(28 * 86_400_000 - 60_000) }), 200);
  assert.ok(Date.parse(long.untilAt) > Date.now() + 27 * 86_400_000);
  assert.equal(why(await vt.post(`/referrals/${r.id}/bridges`, { kind: 'order' })), 'bridge_there');
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'huisverbod' }), 200);
});

test('the register: nights with their reasons, closed by a person with where the household slept', async () => {
  const r = await openReferral(vt, aWoman());
  await open(r.id, aHotel());
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  expectStatus(await vt.post(`/referrals/${r.id}/nights`, aNight({ date: yesterday, slept: 'familie_vrienden', reason: 'alles_vol' })), 200);
  const told = expectStatus(await vt.post(`/referrals/${r.id}/nights`, aNight({ reason: 'geen_antwoord' })), 200);
  assert.deepEqual(told.nights.map(n => [n.slept, n.reason]), [['familie_vrienden', 'alles_vol'], ['hotel', 'geen_antwoord']]);
  assert.equal(told.reason, 'geen_antwoord');
  const register = async (client, live = false) => expectStatus(await client.get(`/unplaced?live=${live}&limit=200`), 200).unplaced.find(u => u.referralId === r.id);
  assert.equal(await register(vt), undefined, 'its deadline is ahead');
  const closed = expectStatus(await vt.post(`/referrals/${r.id}/closure`, aNight({ slept: 'buiten', reason: 'alles_vol' })), 200);
  assert.equal(closed.state, 'closed');
  const line = await register(vt);
  assert.equal(line.state, 'closed');
  assert.equal(line.closedSlept, 'buiten');
  assert.equal(line.reason, 'alles_vol');
  assert.deepEqual(line.fallbacks, [{ kind: 'hotel', state: 'ended' }]);
  assert.equal(await register(vt, true), undefined);
  assert.equal(await register(other), undefined, 'another organisation has its own');
  // Each line is a household's: read, as a row of the board of clocks is. The log is written with the next batch.
  const logged = () => Object.fromEntries(x.sql(`SELECT object, COUNT(*) FROM access_log WHERE event = 'unplaced.read' AND org = ${vt.session.organisationId} GROUP BY object`).map(([o, n]) => [o, Number(n)]));
  const earlier = logged();
  const { unplaced: lines, total } = expectStatus(await vt.get('/unplaced?live=false&limit=200'), 200);
  await poll(() => lines.every(u => logged()[u.referralId] === (earlier[u.referralId] ?? 0) + 1), { what: 'a row in the log for each line shown' });
  assert.ok(lines.some(u => u.referralId === r.id));
  assert.equal(Object.keys(logged()).length, new Set([...Object.keys(earlier), ...lines.map(u => String(u.referralId))]).size, 'and for no other');
  const all = () => Object.values(logged()).reduce((a, n) => a + n, 0);
  const sum = all();
  const short = expectStatus(await vt.get('/unplaced?live=false&limit=1'), 200);
  assert.deepEqual([short.unplaced.length, short.total], [1, total]);
  await poll(() => all() === sum + 1, { what: 'one row more for the one that a short list shows' });
  assert.equal(why(await vt.post(`/referrals/${r.id}/requests`, { poolIds: [1] })), 'wrong_state');
});

test('in numbers, per region: small ones hidden, and no household', async () => {
  const register = expectStatus(await (await x.as('beleid.rotterdam')).get('/unplaced'), 200);
  const rows = register.byRegion;
  assert.equal(rows.at(-1).code, 'NL');
  const hidden = rows.flatMap(r => ['waiting', 'closed', 'withdrawn', 'total'].map(k => r[k])).filter(c => c.suppressed);
  assert.ok(hidden.length > 0, 'one was closed: that is fewer than five');
  assert.ok(hidden.every(c => c.value === null));
  assert.ok(rows.every(r => ['waiting', 'closed', 'withdrawn', 'total'].every(k => r[k].value === null || r[k].value === 0 || r[k].value >= 5)));
  assert.ok(rows.at(-1).total.suppressed, 'so few are hidden in the country too');
  for (const lines of [register.byReason, register.bySlept, register.byHours]) {
    assert.ok(lines.length > 0);
    assert.ok(lines.every(l => l.count.suppressed && l.count.value === null), 'and then no line says how many');
  }
  assert.deepEqual(register.byHours.map(h => [h.from, h.below]), [[0, 4], [4, 12], [12, 24], [24, null]]);
  assert.equal(register.unplaced, undefined);
});

test('a chat: no number to ring, everything else the same', async () => {
  const chat = over => aWoman({ anonymous: true, channel: 'chat', callback: undefined, ...over });
  const refused = await vt.post('/referrals', chat({ channel: 'telefoon' }));
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.json.errors.map(e => e.pointer), ['/callback', '/channel']); // nor is who is anonymous rung back
  assert.match(refused.json.errors[0].detail, /chat/);
  // The same places in the same order, byte for byte.
  const search = async need => {
    const { text } = await vt.post('/matches?limit=200', need, { key: null });
    return text.replace(/"at":"[^"]*"/, '');
  };
  assert.equal(await search(chat()), await search(aWoman()));
  const r = await openReferral(vt, chat());
  const place = (await placesFor(vt, chat(), 1))[0];
  const house = await x.as(deskOf(place.poolId));
  const q = (await ask(vt, r.id, [place.poolId])).requests[0];
  const shown = expectStatus(await house.get(`/requests/${q.id}`), 200);
  assert.equal(shown.callback, null);
  assert.equal(shown.channel, 'chat');
  assert.equal((await referralOf(r.id)).need.channel, 'chat');
  // A safety owner who is the own desk needs a number of its own then.
  const no = await vt.post(`/referrals/${r.id}/bridges`, aHotel());
  assert.deepEqual(no.json.errors.map(e => e.pointer), ['/owner/callback']);
  await open(r.id, aHotel({ owner: { kind: 'desk', callback: '010 555 0100' } }));
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  assert.equal((await bridgeOf(r.id, 'hotel')).end, 'placed');
});

test('nothing of a safety owner is in the log, nor in the clear in the journal', async () => {
  const r = await openReferral(vt, aWoman());
  await open(r.id, aHotel({ owner: { kind: 'other', role: 'police', organisation: 'Merkteken Noord', callback: '0911 919191' } }));
  assert.ok(!/Merkteken|919191/.test(x.log()));
  const clear = x.sql('SELECT HEX(clear_part) FROM journal').map(([hex]) => Buffer.from(hex, 'hex').toString('latin1')).join('\n');
  assert.ok(!/Merkteken|919191/.test(clear));
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
});
