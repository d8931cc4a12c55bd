// A feed and the people of a house speak of one pool: the newest word is believed, the last word of both is shown, with
// whether they disagree; a stop that people set stays though the feed reports on; and what says the same again renews the
// age at next to no cost. Over HTTPS, at both doors, against a real MariaDB.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aReport, aWoman, demo, deskOf, expectStatus, inMinutes, organisationOf, poolOf } from '../support/world.mjs';

const EV_COMMAND_DONE = 17, EV_CAPACITY_CONFIRMED = 20; // kinds in the journal
const CONFIRMED_MAX = 26; // pools in one event

let x, feed, desk, referrer, pool, own, elsewhere;
const streams = {};

const seqNow = () => x.quietSeq();
const kindsAfter = seq => x.sql(`SELECT kind FROM journal WHERE seq > ${seq} ORDER BY seq`).map(r => Number(r[0]));
const see = async (client = desk, id = pool) => expectStatus(await client.get(`/pools/${id}`), 200).capacity;

let clock = 0;
/** A moment later than any before, and not after now. */
function moment() {
  clock = Math.max(clock + 1, Date.now());
  return new Date(clock).toISOString();
}

const counts = (id, free) => ({ unitsTotal: 4, unitsFree: free, unitsOccupied: null, unitsOutOfOrder: null, observedAt: moment() });
const reports = async (client, list) => expectStatus(await client.post('/capacity-reports', { reports: list }), 200, 'report');
/** One report of the feed, or of people, on the pool. */
const feedSays = (free, over = {}) => reports(feed, [aReport(pool, { source: 'feed', ...counts(pool, free), ...over })]);
const handSays = (free, over = {}) => reports(desk, [aReport(pool, { ...counts(pool, free), ...over })]);

before(async () => {
  x = await startExchange('hand-and-feed');
  feed = x.machine();
  referrer = await x.signIn('nachtdienst.rotterdam');
  pool = demo.pools.findIndex((p, i) => p.kind === 'crisis' && p.units_total >= 4 && organisationOf(i + 1) === organisationOf(1)) + 1;
  own = demo.pools.map((_, i) => i + 1).filter(id => organisationOf(id) === organisationOf(pool));
  elsewhere = demo.pools.findIndex((_, i) => organisationOf(i + 1) !== organisationOf(pool)) + 1;
  desk = await x.signIn(deskOf(pool));
  for (const [name, client] of [['referrer', referrer], ['desk', desk], ['other', await x.signIn(deskOf(elsewhere))]]) streams[name] = await client.events();
});
after(async () => {
  for (const s of Object.values(streams)) s.close();
  await x?.stop();
});

test('people correct the feed: their number is believed, both words are shown, and that they disagree', async () => {
  assert.deepEqual(await feedSays(3), { applied: 1, late: 0, unchanged: 0 });
  const alone = await see();
  assert.equal(alone.source, 'feed');
  assert.equal(alone.said.feed.unitsFree, 3);
  await handSays(1);
  const both = await see();
  assert.equal(both.unitsFree, 1);
  assert.equal(both.source, 'hand');
  assert.deepEqual([both.said.feed.unitsFree, both.said.hand.unitsFree, both.disagrees], [3, 1, true]);
  assert.deepEqual(both.said.hand, { unitsTotal: 4, unitsFree: 1, deliverable: 'yes', stop: null, observedAt: both.observedAt });
  assert.ok(both.said.feed.observedAt < both.said.hand.observedAt);
  assert.deepEqual((await see(referrer)).said, both.said); // those who place people see it too
});

test("the feed's next newer report is believed; they still disagree, until people say so too", async () => {
  await feedSays(3);
  const now = await see();
  assert.deepEqual([now.unitsFree, now.source, now.said.hand.unitsFree, now.disagrees], [3, 'feed', 1, true]);
  await handSays(3);
  const agreed = await see();
  assert.deepEqual([agreed.unitsFree, agreed.source, agreed.disagrees], [3, 'hand', false]);
});

test('an older report is kept, and is nobody\'s last word', async () => {
  assert.equal((await handSays(0, { observedAt: new Date(Date.now() - 3_600_000).toISOString() })).late, 1);
  assert.equal((await see()).said.hand.unitsFree, 3);
});

test('feed and people at one moment: both words count, the one received later is believed', async () => {
  const observedAt = moment();
  await feedSays(2, { observedAt });
  await handSays(2, { observedAt });
  const now = await see();
  assert.deepEqual([now.source, now.said.feed.observedAt, now.said.hand.observedAt, now.disagrees], ['hand', observedAt, observedAt, false]);
  assert.equal((await feedSays(2, { observedAt })).unchanged, 1);
});

const fits = async () => expectStatus(await referrer.post(`/matches?pool=${pool}`, aWoman(), { key: null }), 200).places[0];

test('a stop of people stays though the feed reports on; nobody is sent there', async () => {
  assert.notEqual((await fits()).verdict, 'out');
  await handSays(3, { stop: { reason: 'onderhoud' } });
  const set = await see();
  assert.deepEqual(set.stop, { reason: 'onderhoud', untilAt: null, source: 'hand' });
  await feedSays(3);
  await feedSays(2);
  const stays = await see();
  assert.deepEqual([stays.unitsFree, stays.source, stays.disagrees], [2, 'feed', true]);
  assert.deepEqual(stays.stop, { reason: 'onderhoud', untilAt: null, source: 'hand' });
  assert.equal(stays.said.feed.stop, null);
  assert.equal(stays.said.hand.stop.reason, 'onderhoud');
  assert.equal((await fits()).verdict, 'out');
});

test("the feed's own stop is the feed's, and theirs applies again after it; a restart changes nothing", async () => {
  await feedSays(2, { stop: { reason: 'brand_water' } });
  assert.deepEqual((await see()).stop, { reason: 'brand_water', untilAt: null, source: 'feed' });
  await feedSays(2);
  const before = await see();
  assert.equal(before.stop.source, 'hand');
  await x.killBroker();
  await x.startBroker();
  feed = x.machine();
  desk = await x.signIn(deskOf(pool));
  referrer = await x.signIn('nachtdienst.rotterdam');
  assert.deepEqual(await see(), before);
  for (const s of Object.values(streams)) s.close();
  for (const [name, client] of [['referrer', referrer], ['desk', desk], ['other', await x.signIn(deskOf(elsewhere))]]) streams[name] = await client.events();
});

test('it ends by its time, or when people report without it', async () => {
  await handSays(2, { stop: { reason: 'onderhoud', untilAt: inMinutes(60) } });
  await feedSays(2);
  assert.equal((await see()).stop.source, 'hand');
  await handSays(2);
  assert.equal((await see()).stop, null);
  assert.notEqual((await fits()).verdict, 'out');
  await feedSays(2);
  assert.equal((await see()).stop, null);
  const untilAt = new Date(Date.now() + 1500).toISOString();
  await handSays(2, { stop: { reason: 'onderhoud', untilAt } });
  await feedSays(2);
  assert.equal((await see()).stop.source, 'hand');
  while (Date.now() <= Date.parse(untilAt)) await new Promise(done => { setTimeout(done, Date.parse(untilAt) - Date.now() + 1); });
  const open = await see();
  assert.deepEqual([open.stop, open.said.hand.stop], [null, null]);
});

test("people who say the feed's stop again with their number do not make it theirs", async () => {
  await feedSays(2, { stop: { reason: 'brand_water' } });
  await handSays(1, { stop: { reason: 'brand_water' } });
  assert.deepEqual((await see()).stop, { reason: 'brand_water', untilAt: null, source: 'feed' });
  const both = await see();
  assert.deepEqual([both.said.hand.stop.reason, both.disagrees], ['brand_water', true]); // 2 and 1 free
  await feedSays(2);
  const dropped = await see();
  assert.deepEqual([dropped.stop, dropped.said.feed.stop, dropped.said.hand.stop], [null, null, null]);
  // And with their number the same, nobody contradicts anybody when it goes.
  await feedSays(2, { stop: { reason: 'brand_water' } });
  await handSays(2, { stop: { reason: 'brand_water' } });
  await feedSays(2);
  const agreed = await see();
  assert.deepEqual([agreed.stop, agreed.said.hand.stop, agreed.disagrees], [null, null, false]);
});

test('what the feed says anew after a confirmation is news, not a disagreement', async () => {
  await feedSays(3);
  await handSays(3);
  assert.equal((await see()).disagrees, false);
  await feedSays(2);
  const news = await see();
  assert.deepEqual([news.unitsFree, news.said.hand.unitsFree, news.disagrees], [2, 3, false]);
  await handSays(1); // a correction
  assert.equal((await see()).disagrees, true);
  await feedSays(0); // which the feed has moved on from
  assert.equal((await see()).disagrees, false);
});

// What a whole house costs: its pools in one batch, said twice.
const batchOf = (observedAt, ids) => ids.map(id => aReport(id, { source: 'feed', reportId: randomUUID(), observedAt, unitsTotal: poolOf(id).units_total, unitsFree: 1, unitsOccupied: null, unitsOutOfOrder: null }));

test('the same again is one row for all pools and one for its key; word for word the same is none', async t => {
  const ids = own.slice(0, CONFIRMED_MAX);
  await reports(feed, batchOf(moment(), ids));
  const seq = await seqNow();
  const later = batchOf(moment(), ids);
  const [fromReferrer, fromOther] = [streams.referrer.events.length, streams.other.events.length];
  assert.deepEqual(await reports(feed, later), { applied: ids.length, late: 0, unchanged: 0 });
  assert.equal(await seqNow(), seq + 2);
  assert.deepEqual(kindsAfter(seq), [EV_CAPACITY_CONFIRMED, EV_COMMAND_DONE]);
  for (const id of ids) assert.equal((await see(desk, id)).observedAt, later[0].observedAt);
  t.diagnostic(`${ids.length} unchanged reports: ${kindsAfter(seq).length} rows`);

  // Who may see one of the pools hears it, once, and no pool is named.
  const told = await streams.desk.until(e => e.event === 'capacity.confirmed' && e.data.seq === seq + 1);
  assert.deepEqual(Object.keys(told.data).sort(), ['at', 'seq']);
  await streams.referrer.until(e => e.event === 'capacity.confirmed' && e.data.seq === seq + 1);
  assert.equal(streams.referrer.events.slice(fromReferrer).filter(e => e.event.startsWith('capacity.')).length, 1);
  assert.deepEqual(streams.other.events.slice(fromOther).filter(e => e.event.startsWith('capacity.')), []);

  assert.deepEqual(await reports(feed, later), { applied: 0, late: 0, unchanged: ids.length });
  assert.deepEqual(await reports(feed, batchOf(later[0].observedAt, ids)), { applied: 0, late: 0, unchanged: ids.length });
  assert.equal(await seqNow(), seq + 2);
});

test('a batch over every pool that the adapter carries: one row for each 26', async t => {
  const carried = demo.machines[0].organisations;
  const ids = demo.pools.map((_, i) => i + 1).filter(id => carried.includes(organisationOf(id)));
  assert.ok(ids.length > 2 * CONFIRMED_MAX);
  await reports(feed, batchOf(moment(), ids));
  const seq = await seqNow();
  const later = batchOf(moment(), ids);
  assert.equal((await reports(feed, later)).applied, ids.length);
  const kinds = kindsAfter(seq).filter(k => k === EV_CAPACITY_CONFIRMED || k === EV_COMMAND_DONE || k === 3);
  assert.deepEqual(kinds, [...Array(Math.ceil(ids.length / CONFIRMED_MAX)).fill(EV_CAPACITY_CONFIRMED), EV_COMMAND_DONE]);
  t.diagnostic(`${ids.length} unchanged reports: ${kinds.length} rows`);
});

test('"it still is so" by hand is a confirmation too, and the journal keeps every promise', async () => {
  const seq = await seqNow();
  const was = await see();
  await handSays(was.unitsFree, { unitsTotal: was.unitsTotal });
  assert.deepEqual(kindsAfter(seq).slice(0, 1), [EV_CAPACITY_CONFIRMED]);
  const now = await see();
  assert.equal(now.source, 'hand');
  assert.ok(now.observedAt > was.observedAt);
  assert.equal(await x.stopBroker(), 0);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
});
