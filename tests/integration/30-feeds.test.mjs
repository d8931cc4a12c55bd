// Feeds as people see them: the test plays the adapter, over TLS with its certificate, against the real broker and
// database. A file that a person brings goes the whole way and ends in the pool; what was put aside is read again; a
// feed that falls silent is told; everything a machine tells is judged.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { newKey } from '../support/client.mjs';
import { startExchange } from '../support/exchange.mjs';
import { Adapter, aFeed, aFeedReport, aMessage, aQuarantined, codeOf, newId, poolsOf } from '../support/feeds.mjs';
import { poll } from '../support/wait.mjs';
import { aReport, demo, expectStatus } from '../support/world.mjs';

const ORG = 2; // Esdoorn Opvang: has an account of one house, 'opvang.esdoorn', beside its intake desk
const OTHER = 3;
const FOREIGN = 6; // not carried by the adapter's certificate
const STOP = 'personeel'; // of schema/codes/stop_reasons.csv
const ago = ms => new Date(Date.now() - ms).toISOString();
const base64 = bytes => Buffer.from(bytes).toString('base64');

let x, desk, house, other, admin, machine, adapter, pools;
before(async () => {
  x = await startExchange('feeds');
  [desk, house, other, admin] = [await x.as('intake.esdoorn'), await x.as('opvang.esdoorn'), await x.as('intake.de-wulp'), await x.as('beheer.uitwisseling')];
  machine = x.machine();
  adapter = new Adapter(machine, [aFeed(ORG), aFeed(OTHER, { channel: 'poll', expectedMinutes: 5 })]);
  pools = poolsOf(ORG);
  assert.ok(demo.machines[0].organisations.includes(ORG) && !demo.machines[0].organisations.includes(FOREIGN));
});
after(() => x?.stop());

/** Bring CONTENT, have it read as REPORTS, and look at it. */
async function brought(reports, { who = desk, test: trial = false, over = {}, look = true } = {}) {
  const id = expectStatus(await who.post('/uploads', { content: base64('plek;vrij\n'), test: trial }), 201).id;
  const order = await adapter.order(o => o.kind === 'read' && o.id > id);
  expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: order.id, reports, ...over })), 201);
  return look ? expectStatus(await who.get(`/uploads/${id}`), 200) : { id };
}
const accept = (upload, who = desk, options = {}) => who.post(`/uploads/${upload.id}/acceptance`, {}, { ...options, headers: upload.previewTag ? { 'If-Match': upload.previewTag } : {} });
const capacityOf = async id => expectStatus(await desk.get(`/pools/${id}`), 200).capacity;
/** So that every test ends with room for the next: an organisation has three at most. */
const finish = async upload => { await accept(upload); };

// ---- heartbeats ----

test('the first heartbeat is told to tell everything again, the next is not, a restarted adapter is', async () => {
  const first = expectStatus(await adapter.beat(), 200);
  assert.deepEqual(first, { resync: true, orders: [], nextSeconds: 2, notCarried: [] });
  assert.equal(expectStatus(await adapter.beat(), 200).resync, false);
  assert.equal(expectStatus(await adapter.beat({ startedAt: ago(0) }), 200).resync, true);
  assert.equal(expectStatus(await adapter.beat({ adapter: 'tweede', feeds: [] }), 200).resync, true);
  adapter.startedAt = ago(0);
  await adapter.beat();
});

test('what the certificate does not carry is named and left out, the rest counts', async () => {
  const feeds = [...adapter.feeds, aFeed(FOREIGN), aFeed(ORG, { provider: 'bestaat-niet' })];
  assert.deepEqual(expectStatus(await adapter.beat({ feeds }), 200).notCarried, [codeOf(FOREIGN), 'bestaat-niet']);
  const seen = expectStatus(await admin.get('/feeds'), 200).feeds.filter(f => f.channel !== 'unknown').map(f => `${f.provider} ${f.channel}`);
  assert.deepEqual(seen, [`${codeOf(ORG)} drop`, `${codeOf(OTHER)} poll`]);
  await adapter.beat();
  assert.equal(x.log().match(/adapter reads feeds that it does not carry/g).length, 2, 'once when it began, once when it ended');
});

test('each sees the feeds of its own organisation, the exchange those of all', async () => {
  const mine = expectStatus(await desk.get('/feeds'), 200);
  assert.equal(mine.total, 1);
  const { lastMessageAt, lastHeartbeatAt, lastReportAt, ...rest } = mine.feeds[0];
  assert.deepEqual(rest, { provider: 'esdoorn', organisation: 'Esdoorn Opvang', channel: 'drop', profile: 'proef', test: false, expectedMinutes: 60, lastOutcome: null, waiting: 0, state: 'ok', silentSince: null });
  assert.ok(lastMessageAt && Date.now() - Date.parse(lastHeartbeatAt) < 10_000);
  assert.equal(expectStatus(await house.get('/feeds'), 200).total, 1);
  assert.deepEqual(expectStatus(await other.get('/feeds'), 200).feeds.map(f => f.provider), ['de-wulp']);
  const all = expectStatus(await admin.get('/feeds'), 200);
  assert.equal(all.total, all.feeds.length);
  assert.ok(all.feeds.some(f => f.channel === 'unknown' && f.lastReportAt), 'the journal knows of feeds that no adapter spoke of');
});

// ---- messages ----

test('a message is kept, shown, replaced under its own name; nothing of it reaches the journal', async () => {
  const { durableSeq } = await x.health();
  const told = aMessage(ORG, { reports: [aFeedReport(pools[0].id, { stop: { reason: STOP, untilAt: ago(-3_600_000) }, deliverable: null })], notices: [{ line: 4, field: 'naam', reason: '<b>a column that is passed over</b>' }],
    crossCheck: [{ pool: pools[0].code, occupiedByMessages: 3, note: 'started and not stopped' }] });
  const { id } = expectStatus(await adapter.tell(told), 201);
  const shown = expectStatus(await desk.get(`/feed-messages/${id}`), 200);
  assert.deepEqual(shown.notices, told.notices, 'texts of outside come back as JSON strings');
  assert.deepEqual(shown.crossCheck, [{ poolId: pools[0].id, pool: pools[0].code, poolName: pools[0].name, poolNameEn: pools[0].name_en, occupiedByMessages: 3, note: 'started and not stopped' }]);
  const { poolId, poolName, poolNameEn, ...report } = shown.reports[0];
  assert.deepEqual([poolId, poolName, poolNameEn], [pools[0].id, pools[0].name, pools[0].name_en]);
  assert.deepEqual(report, told.reports[0]);
  assert.deepEqual([shown.outcome, shown.replay, shown.receivedAt, shown.bytes], ['taken', 'none', told.receivedAt, 120]);

  assert.deepEqual(expectStatus(await adapter.tell({ ...aQuarantined(ORG), messageId: told.messageId }), 200), { id });
  const replaced = expectStatus(await desk.get(`/feed-messages/${id}`), 200);
  assert.deepEqual([replaced.outcome, replaced.reports, replaced.complaints.length, replaced.crossCheck], ['quarantined', [], 1, []]);
  assert.equal((await x.health()).durableSeq, durableSeq);
  assert.equal(expectStatus(await desk.get('/feeds'), 200).feeds[0].state, 'quarantined');
  expectStatus(await adapter.tell({ ...told, reports: [] }), 200);
  assert.equal(expectStatus(await desk.get('/feeds'), 200).feeds[0].state, 'ok');
});

test('the list is newest first, counts instead of showing, and is bounded', async () => {
  for (let i = 0; i < 60; i++) expectStatus(await adapter.tell(aQuarantined(OTHER, { messageId: `bericht-${i}`, receivedAt: ago((60 - i) * 1000), more: 5 })), 201);
  const list = expectStatus(await other.get('/feed-messages?limit=3'), 200);
  assert.equal(list.total, 50);
  assert.deepEqual(list.messages.map(m => m.messageId), ['bericht-59', 'bericht-58', 'bericht-57']);
  assert.deepEqual([list.messages[0].reports, list.messages[0].complaints, list.messages[0].notices], [0, 6, 0]);
  assert.equal(expectStatus(await admin.get('/feed-messages?provider=de-wulp&limit=200'), 200).messages.length, 50);
  assert.ok(expectStatus(await admin.get('/feed-messages?limit=200'), 200).total > 50);
  for (const path of ['/feed-messages?provider=esdoorn', '/feed-messages?provider=bestaat-niet']) assert.equal((await other.get(path)).status, 404);
});

test('another organisation does not see it: 404', async () => {
  const { id } = expectStatus(await adapter.tell(aQuarantined(ORG)), 201);
  const upload = await brought([aFeedReport(pools[0].id)]);
  for (const answer of [await other.get(`/feed-messages/${id}`), await other.post(`/feed-messages/${id}/replay`), await other.get(`/uploads/${upload.id}`), await other.post(`/uploads/${upload.id}/acceptance`)])
    assert.equal(answer.status, 404, answer.text);
  expectStatus(await admin.get(`/feed-messages/${id}`), 200);
  assert.equal((await admin.get(`/uploads/${upload.id}`)).status, 403);
  await finish(upload);
});

test('who looked at a message or a preview is in the access log', async () => {
  const count = event => Number(x.sql(`SELECT COUNT(*) FROM access_log WHERE event = '${event}'`)[0][0]);
  await poll(() => count('feed.read') > 0 && count('upload.read') > 0, { what: 'the access log' });
});

test('what was put aside is read again: asked, done; once is enough', async () => {
  const aside = aQuarantined(ORG);
  const { id } = expectStatus(await adapter.tell(aside), 201);
  const key = newKey();
  const { orderId } = expectStatus(await desk.post(`/feed-messages/${id}/replay`, {}, { key }), 202);
  assert.equal(expectStatus(await desk.post(`/feed-messages/${id}/replay`, {}, { key }), 202).orderId, orderId);
  assert.equal(expectStatus(await desk.post(`/feed-messages/${id}/replay`), 409).type, '/problems/wrong_state');
  const order = await adapter.order('replay');
  assert.deepEqual(order, { id: orderId, kind: 'replay', provider: 'esdoorn', messageId: aside.messageId, test: false });
  assert.equal(expectStatus(await desk.get(`/feed-messages/${id}`), 200).replay, 'asked');
  const again = { channel: 'replay', replayOf: aside.messageId };
  expectStatus(await adapter.tell(aMessage(ORG, { ...again, orderId, outcome: 'refused' })), 201);
  assert.equal(expectStatus(await desk.get(`/feed-messages/${id}`), 200).replay, 'failed');
  const second = expectStatus(await house.post(`/feed-messages/${id}/replay`), 202);
  expectStatus(await adapter.tell(aMessage(ORG, { ...again, orderId: second.orderId })), 201);
  assert.equal(expectStatus(await desk.get(`/feed-messages/${id}`), 200).replay, 'done');
  assert.equal((await desk.post(`/feed-messages/${id}/replay`)).status, 409);
  assert.deepEqual(await adapter.orders(), []);
  const good = expectStatus(await adapter.tell(aMessage(ORG)), 201).id;
  assert.equal((await desk.post(`/feed-messages/${good}/replay`)).status, 409);
});

// ---- the whole way of a file ----

test('a file goes its whole way: brought, ordered, fetched to the byte, read, seen, taken; the pool shows it', async () => {
  const bytes = randomBytes(700 * 1024);
  const upload = await desk.post('/uploads', { content: base64(bytes) });
  const { id, state, preview } = expectStatus(upload, 201);
  assert.deepEqual([state, preview], ['waiting', []]);
  assert.equal(upload.headers.location, `/api/v1/uploads/${id}`);
  const order = await adapter.order('read');
  assert.deepEqual([order.provider, order.bytes, order.test], ['esdoorn', bytes.length, false]);
  const content = await machine.get(`/feed-orders/${order.id}/content`);
  assert.equal(content.headers['content-type'], 'application/octet-stream');
  assert.ok(content.bytes.equals(bytes));

  const before = await capacityOf(pools[0].id), at = ago(0), message = newId();
  const report = aFeedReport(pools[0].id, { observedAt: at, unitsFree: before.unitsFree === 1 ? 0 : 1, unitsOccupied: 0 });
  expectStatus(await adapter.tell(aMessage(ORG, { messageId: message, channel: 'upload', orderId: order.id, reports: [report] })), 201);
  assert.equal((await machine.get(`/feed-orders/${order.id}/content`)).status, 404);
  const seen = expectStatus(await desk.get(`/uploads/${id}`), 200);
  assert.deepEqual([seen.state, seen.messageId, seen.test], ['read', message, false]);
  const stop = before.stop && { reason: before.stop.reason, untilAt: before.stop.untilAt };
  assert.deepEqual(seen.preview, [{ line: 2, poolId: pools[0].id, pool: pools[0].code, poolName: pools[0].name, poolNameEn: pools[0].name_en, allowed: true, effect: 'changes',
    before: { unitsTotal: before.unitsTotal, unitsFree: before.unitsFree, deliverable: before.deliverable, stop, observedAt: before.observedAt },
    after: { unitsTotal: report.unitsTotal, unitsFree: report.unitsFree, deliverable: 'yes', stop: null, observedAt: at } }]);

  const key = newKey();
  const taken = { applied: 1, late: 0, unchanged: 0, notAllowed: 0 };
  assert.deepEqual(expectStatus(await accept(seen, desk, { key }), 200), taken);
  assert.deepEqual(expectStatus(await accept({ id }, desk, { key }), 200), taken, 'the same key, the same answer');
  assert.equal(expectStatus(await accept({ id }), 409).type, '/problems/wrong_state');
  assert.equal(expectStatus(await desk.get(`/uploads/${id}`), 200).state, 'taken');
  const now = await capacityOf(pools[0].id);
  assert.deepEqual([now.unitsFree, now.unitsTotal, now.source, now.observedAt], [report.unitsFree, report.unitsTotal, 'hand', at]);
});

test('the preview says what each row would do: change, confirm, be older', async () => {
  const now = await capacityOf(pools[0].id);
  const same = { observedAt: ago(0), unitsTotal: now.unitsTotal, unitsFree: now.unitsFree, unitsOccupied: 0 };
  const upload = await brought([aFeedReport(pools[0].id, same), aFeedReport(pools[0].id, { ...same, unitsFree: now.unitsFree === 0 ? 1 : 0 }), aFeedReport(pools[0].id, { observedAt: ago(3 * 3_600_000) })]);
  assert.deepEqual(upload.preview.map(r => r.effect), ['confirms', 'changes', 'older']);
  await finish(upload);
});

test('what a colleague says between seeing and taking is not overwritten: the row counts as late', async () => {
  const upload = await brought([aFeedReport(pools[0].id, { unitsFree: 1, observedAt: ago(60_000) }), aFeedReport(pools[1].id, { unitsFree: 1, observedAt: ago(500) })]);
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(pools[0].id, { unitsFree: 0 })] }), 200);
  const result = expectStatus(await accept(upload), 200);
  assert.deepEqual([result.applied, result.late], [1, 1]);
  assert.equal((await capacityOf(pools[0].id)).unitsFree, 0);
  assert.equal((await capacityOf(pools[1].id)).unitsFree, 1);
});

test('a stop that was not there when the rows were shown is not lifted unseen', async () => {
  const pool = pools[1].id, row = aFeedReport(pool, { unitsFree: 1, observedAt: new Date(Date.now() + 60_000).toISOString() });
  const upload = await brought([row]);
  assert.equal(upload.preview[0].before.stop, null);
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(pool, { stop: { reason: STOP } })] }), 200);
  const refused = await accept(upload);
  assert.equal(expectStatus(refused, 412).type, '/problems/stale_version');
  assert.equal((await capacityOf(pool)).stop.reason, STOP);
  const again = expectStatus(await desk.get(`/uploads/${upload.id}`), 200);
  assert.equal(again.preview[0].before.stop.reason, STOP);
  assert.equal((await accept(upload)).status, 412, 'a look does not make the yes of before another');
  assert.equal(expectStatus(await accept(again), 200).applied, 1);
  assert.equal((await capacityOf(pool)).stop, null, 'seen and vouched for');
});

test('a person of one house takes what core lets them report, and no more', async () => {
  const own = pools.find(p => p.location === house.session.locationId), elsewhere = pools.find(p => p.location !== house.session.locationId);
  const before = await capacityOf(elsewhere.id);
  const mixed = await brought([aFeedReport(own.id, { observedAt: ago(-30_000), unitsFree: 1 }), aFeedReport(elsewhere.id, { observedAt: ago(-30_000), unitsFree: 0 })], { who: house });
  assert.deepEqual(mixed.preview.map(r => r.allowed), [true, false]);
  assert.deepEqual(expectStatus(await accept(mixed, house), 200), { applied: 1, late: 0, unchanged: 0, notAllowed: 1 });
  assert.deepEqual(await capacityOf(elsewhere.id), before);
  const rest = expectStatus(await desk.get(`/uploads/${mixed.id}`), 200);
  assert.equal(rest.state, 'read', 'what was left out is for who answers for all houses');
  assert.deepEqual(expectStatus(await accept(rest), 200), { applied: 2, late: 0, unchanged: 0, notAllowed: 0 });
  assert.equal(expectStatus(await desk.get(`/uploads/${mixed.id}`), 200).state, 'taken');
  const none = await brought([aFeedReport(elsewhere.id)], { who: house });
  assert.equal(expectStatus(await accept(none, house), 403).type, '/problems/not_allowed');
  assert.equal(expectStatus(await desk.get(`/uploads/${none.id}`), 200).preview[0].allowed, true, 'who answers for all houses may');
  await finish(none);
});

test('what cannot be taken: not read, not readable, not looked at, only a trial', async () => {
  const waiting = expectStatus(await desk.post('/uploads', { content: 'cGxlaw==' }), 201);
  assert.equal((await accept(waiting)).status, 409);
  const order = await adapter.order('read');
  expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: order.id, outcome: 'refused', complaints: [{ line: 0, field: '', reason: 'the file is empty' }] })), 201);
  const bad = expectStatus(await desk.get(`/uploads/${waiting.id}`), 200);
  assert.deepEqual([bad.state, bad.preview, bad.complaints[0].reason], ['unreadable', [], 'the file is empty']);
  assert.equal((await accept(waiting)).status, 409);
  const trial = await brought([aFeedReport(pools[0].id)], { test: true });
  assert.deepEqual([trial.test, trial.preview.length], [true, 1]);
  assert.match(expectStatus(await accept(trial), 409).detail, /trial/);
  const tried = await brought([aFeedReport(pools[0].id)], { over: { outcome: 'test' } });
  assert.match(expectStatus(await accept(tried), 409).detail, /trial/);
  const unseen = await brought([aFeedReport(pools[0].id)], { look: false });
  assert.match(expectStatus(await accept(unseen), 409).detail, /Look/);
  await desk.get(`/uploads/${unseen.id}`);
  await finish(unseen);
});

test('three files of one organisation may wait to be read; a fourth is refused until one was', async () => {
  for (let i = 0; i < 3; i++) expectStatus(await desk.post('/uploads', { content: 'cGxlaw==' }), 201);
  assert.equal(expectStatus(await house.post('/uploads', { content: 'cGxlaw==' }), 429).type, '/problems/limit');
  expectStatus(await other.post('/uploads', { content: 'cGxlaw==' }), 201);
  for (const { id } of await adapter.orders()) expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: id, outcome: 'refused' })), 201);
  expectStatus(await brought([aFeedReport(pools[0].id)]).then(u => desk.get(`/uploads/${u.id}`)), 200);
});

test('one row that cannot be true: nothing of the file is taken, and its place is named', async () => {
  const { durableSeq } = await x.health();
  const upload = await brought([aFeedReport(pools[0].id), aFeedReport(pools[1].id, { observedAt: ago(30 * 86_400_000) })]);
  const refused = expectStatus(await accept(upload), 422);
  assert.deepEqual(refused.errors.map(e => e.pointer), ['/preview/1']);
  assert.equal((await x.health()).durableSeq, durableSeq);
});

test('a key holds: the same again is the same, another body is refused', async () => {
  const key = newKey(), told = aMessage(ORG);
  const first = expectStatus(await adapter.tell(told, { key }), 201);
  assert.deepEqual(expectStatus(await adapter.tell(told, { key }), 201), first);
  assert.equal(expectStatus(await adapter.tell({ ...told, bytes: 5 }, { key }), 422).type, '/problems/key_reused');
});

