// The main job over the API, as three kinds of people do it at once: a household is entered, three houses are asked,
// one says yes, the others are let go in the same moment, the address opens for the referrer alone, they travel and
// arrive. What each live stream tells, and to whom it tells nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { pause } from '../support/wait.mjs';
import { aNeed, ask, deskOf, demo, expectStatus, inMinutes, locationOf, openReferral, organisationOf, placesFor } from '../support/world.mjs';

let x, referrer, colleague, other, helpdesk, policy, houses, stranger;
let streams; // referrer, three houses, and those whom it does not concern
let referral, places, requests;

before(async () => {
  x = await startExchange('main-job');
  referrer = await x.as('nachtdienst.rotterdam');
  colleague = await x.signIn('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  helpdesk = await x.as('helpdesk.comensha');
  policy = await x.as('beleid.rotterdam');
});
after(() => x?.stop());

const own = stream => stream.events.filter(e => e.data.referralId === referral?.id);
const rising = stream => stream.events.every((e, i) => e.id === e.data.seq && (i === 0 || e.id > stream.events[i - 1].id));

test('a search shows ranked places with reasons and saves nothing', async () => {
  const seq = (await x.health()).durableSeq;
  places = await placesFor(referrer, aNeed(), 4);
  assert.ok(places.every((p, i) => p.verdict !== 'out' && p.reasons.length > 0 && (i === 0 || p.rank > places[i - 1].rank)));
  assert.ok(places.every(p => p.region !== 'R28'), 'a place where she is not safe');
  assert.equal(JSON.stringify(places).includes('Voorbeeldstraat'), false);
  assert.equal((await x.health()).durableSeq, seq);
});

test('everybody who looks on has a stream', async () => {
  houses = [];
  for (const p of places.slice(0, 3)) houses.push(await x.as(deskOf(p.poolId)));
  const rest = demo.accounts.find(a => a.role === 'shelter' && a.location === null && !places.some(p => organisationOf(p.poolId) === a.organisation));
  stranger = await x.as(rest.username);
  streams = {};
  for (const [name, c] of Object.entries({ referrer, colleague, yes: houses[0], late: houses[1], slow: houses[2], other, helpdesk, stranger, policy }))
    streams[name] = await c.events();
  assert.ok(Object.values(streams).every(s => s.status === 200));
});

test('the referral is opened once, also when the answer is asked for again', async () => {
  const key = 'main-job-open-0001';
  const need = aNeed();
  const first = await referrer.post('/referrals', need, { key });
  referral = expectStatus(first, 201);
  assert.equal(first.headers.location, `/api/v1/referrals/${referral.id}`);
  assert.equal(referral.state, 'open');
  assert.match(referral.code, /^[A-Z]{2}-[A-Z0-9]{4}$/);
  assert.equal(referral.need.household.length, 3);
  const again = expectStatus(await referrer.post('/referrals', need, { key }), 201);
  assert.deepEqual([again.id, again.code], [referral.id, referral.code]);
  const matches = expectStatus(await referrer.get(`/referrals/${referral.id}/matches?limit=200`), 200);
  assert.ok(places.slice(0, 3).every(p => matches.places.some(q => q.poolId === p.poolId)));
});

test('three houses are asked at once under code rood, and their units are held', async () => {
  const ids = places.slice(0, 3).map(p => p.poolId);
  const before = [];
  for (const id of ids) before.push(expectStatus(await referrer.get(`/pools/${id}`), 200).capacity);
  const asked = await ask(referrer, referral.id, ids);
  assert.equal(asked.state, 'asked');
  requests = asked.requests.map(q => q);
  assert.deepEqual(requests.map(q => [q.poolId, q.state]), ids.map(id => [id, 'pending']));
  for (const [i, id] of ids.entries()) {
    const now = expectStatus(await referrer.get(`/pools/${id}`), 200).capacity;
    assert.equal(now.unitsHeld, before[i].unitsHeld + requests[i].units);
  }
});

test('a house sees the minimum before its yes, and nothing of the others', async () => {
  for (const [i, house] of houses.entries()) {
    const list = expectStatus(await house.get('/requests'), 200).requests;
    const mine = list.find(q => q.id === requests[i].id);
    assert.ok(mine, 'the request is in its list');
    assert.equal(mine.alsoAsked, 2);
    assert.equal(mine.household.full, false);
    assert.ok(mine.household.adults.every(p => p.age === null), 'an age of an adult before the yes');
    assert.equal(mine.household.residence, undefined);
    assert.equal(mine.proposal, undefined);
    for (const [k, q] of requests.entries()) {
      const answer = await house.get(`/requests/${q.id}`);
      assert.equal(answer.status, k === i ? 200 : 404);
    }
    assert.notEqual((await house.get(`/referrals/${referral.id}`)).status, 200);
  }
});

test('nobody gets an address before a yes', async () => {
  for (const c of [referrer, colleague, other, helpdesk, policy, stranger]) {
    const r = await c.get(`/requests/${requests[0].id}/location`);
    assert.ok([403, 404].includes(r.status), `${r.status}`);
    assert.equal(r.text.includes('Voorbeeld'), false);
  }
});

test('the first yes wins, the others are let go in the same moment', async () => {
  expectStatus(await houses[0].post(`/requests/${requests[0].id}/sighting`), 200);
  const yes = expectStatus(await houses[0].post(`/requests/${requests[0].id}/acceptance`), 200);
  assert.equal(yes.state, 'accepted');
  assert.equal(yes.household.full, true);
  const now = expectStatus(await referrer.get(`/referrals/${referral.id}`), 200);
  assert.equal(now.state, 'reserved');
  assert.deepEqual(now.requests.map(q => [q.state, q.cancelWhy]), [['accepted', null], ['cancelled', 'other_yes'], ['cancelled', 'other_yes']]);
  // one commit: the rows of the two that were let go, of the yes and of how long it is kept follow each other
  const facts = await streams.referrer.until(e => e.event === 'hold.set').then(() => own(streams.referrer).slice(-4));
  assert.deepEqual(facts.map(e => e.event), ['request.cancelled', 'request.cancelled', 'request.accepted', 'hold.set']);
  assert.equal(facts[3].id - facts[0].id, 3);
});

test('a late yes is told that another was first, and is recorded once', async () => {
  for (const i of [1, 2]) {
    const r = await houses[i].post(`/requests/${requests[i].id}/acceptance`);
    assert.equal(r.status, 409);
    assert.equal(r.json.type, '/problems/other_was_first');
    assert.equal((await houses[i].post(`/requests/${requests[i].id}/acceptance`)).status, 409);
    const q = expectStatus(await referrer.get(`/requests/${requests[i].id}`), 200);
    assert.deepEqual([q.state, q.lateYes], ['cancelled', true]);
    assert.ok(q.answeredAt);
    const pool = expectStatus(await houses[i].get(`/pools/${requests[i].poolId}`), 200);
    assert.equal(pool.capacity.unitsHeld, 0, 'the unit is free again');
  }
  assert.equal(x.sql(`SELECT COUNT(*) FROM journal WHERE kind = 11`)[0][0], '2');
});

test('the address opens for the referrer of the accepted request only, and every look is logged', async () => {
  const shown = expectStatus(await referrer.get(`/requests/${requests[0].id}/location`), 200);
  const sealed = locationOf(requests[0].poolId).sealed;
  assert.deepEqual([shown.address, shown.nightNumber, shown.meetingPoint], [sealed.address, sealed.night_number, sealed.meeting_point]);
  expectStatus(await houses[0].get(`/requests/${requests[0].id}/location`), 200, "the house's own staff");
  for (const [name, c] of Object.entries({ other, helpdesk, policy, stranger, second: houses[1], third: houses[2] }))
    assert.equal((await c.get(`/requests/${requests[0].id}/location`)).status, 404, name);
  for (const q of requests.slice(1)) assert.equal((await referrer.get(`/requests/${q.id}/location`)).status, 403, 'a house that was let go');
  const rows = x.sql(`SELECT object, account, role, ground, refused FROM access_log WHERE event = 'location.reveal' ORDER BY seq`);
  assert.deepEqual(rows.map(r => [r[0], r[2], r[3], r[4]]), [[String(requests[0].id), 'referrer', 'vital_interest', '0'], [String(requests[0].id), 'shelter', 'vital_interest', '0']]);
  assert.ok(x.sql(`SELECT COUNT(*) FROM access_log WHERE event = 'referral.read' AND object = ${referral.id}`)[0][0] >= 1);
});

test('they travel and arrive, and the address closes', async () => {
  const eta = inMinutes(50);
  const going = expectStatus(await referrer.post(`/referrals/${referral.id}/journey`, { etaAt: eta }), 200);
  assert.equal(going.state, 'travelling');
  assert.equal(Date.parse(going.etaAt), Date.parse(eta));
  const there = expectStatus(await houses[0].post(`/requests/${requests[0].id}/arrival`), 200);
  assert.equal(there.state, 'admitted');
  const now = expectStatus(await referrer.get(`/referrals/${referral.id}`), 200);
  assert.equal(now.state, 'admitted');
  assert.ok(now.admittedAt);
  assert.equal((await referrer.get(`/requests/${requests[0].id}/location`)).status, 403);
  assert.equal(expectStatus(await referrer.get('/referrals'), 200).referrals.some(r => r.id === referral.id), false);
  assert.equal(expectStatus(await referrer.get('/referrals?live=false'), 200).referrals.some(r => r.id === referral.id), true);
});

test('each stream told its own story, in rising numbers, and nobody else anything', async () => {
  await streams.referrer.until(e => e.event === 'stay.started');
  await streams.yes.until(e => e.event === 'stay.started');
  const story = s => own(s).map(e => e.event).join(' ');
  const asked = 'request.made request.made request.made';
  const all = `referral.opened ${asked} request.seen request.cancelled request.cancelled request.accepted hold.set request.late_yes request.late_yes referral.travelling hold.set referral.admitted stay.started`;
  assert.equal(story(streams.referrer), all);
  assert.equal(story(streams.colleague), all);
  assert.equal(story(streams.yes), 'request.made request.seen request.accepted hold.set referral.travelling hold.set referral.admitted stay.started');
  assert.equal(story(streams.late), 'request.made request.cancelled request.late_yes');
  assert.equal(story(streams.slow), 'request.made request.cancelled request.late_yes');
  for (const name of ['other', 'helpdesk', 'stranger', 'policy']) assert.equal(story(streams[name]), '', name);
  for (const [name, s] of Object.entries(streams)) assert.ok(rising(s), name);
  assert.ok(Object.values(streams).flatMap(s => s.events).every(e => Object.keys(e.data).every(k => ['seq', 'at', 'referralId', 'requestId', 'poolId', 'stayId', 'state'].includes(k))));
});

test('a stream that comes back goes on after the last id it had', async () => {
  const seen = own(streams.referrer);
  const half = seen[4].id;
  const again = await referrer.events(half);
  await again.until(e => e.event === 'stay.started');
  assert.deepEqual(again.events.filter(e => e.data.referralId === referral.id), seen.slice(5));
  const house = await houses[1].events(seen[0].id);
  await house.until(e => e.event === 'request.late_yes');
  assert.deepEqual(house.events, own(streams.late));
  const outsider = await stranger.events(seen[0].id);
  await pause(300);
  assert.deepEqual(outsider.events.filter(e => e.event !== 'reset'), []);
});

test('an id that this exchange never gave, or that is too old to be told from, is a reset', async () => {
  for (const id of ['999999999', 'abc', '1']) {
    const s = await referrer.events(id);
    await s.until(e => e.event === 'reset');
    s.close();
  }
});

test('other organisations see nothing of it', async () => {
  for (const [name, c] of Object.entries({ other, helpdesk, stranger, policy })) {
    for (const path of [`/referrals/${referral.id}`, `/referrals/${referral.id}/matches`, `/requests/${requests[0].id}`])
      assert.equal((await c.get(path)).status, 404, `${name} ${path}`);
    const list = await c.get('/referrals?live=false');
    if (list.status === 200) assert.deepEqual(list.json.referrals, [], name);
    assert.deepEqual(expectStatus(await c.get('/requests?live=false'), 200).requests, [], name);
    const r = await c.post(`/referrals/${referral.id}/withdrawal`, { reason: 'anders' });
    assert.ok([403, 404].includes(r.status), `${name} ${r.status}`);
  }
});

test('the log of who looked is whole, and notices a change', () => {
  const good = x.plek('audit', 'verify');
  assert.equal(good.status, 0, good.out);
  assert.match(good.out, /^[1-9]\d* entries, chain whole/);
  x.sql(`UPDATE access_log SET account = account + 1 WHERE event = 'location.reveal' LIMIT 1`);
  assert.equal(x.plek('audit', 'verify').status, 1);
  x.sql(`UPDATE access_log SET account = account - 1 WHERE event = 'location.reveal' LIMIT 1`);
  assert.equal(x.plek('audit', 'verify').status, 0);
});
