// Feeds over time: silence and absence are noticed once, seen by the provider and counted for the operator; what nobody
// does in time is over; a killed broker forgets what it was told and asks for it again, and what was taken stays taken.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newKey } from '../support/client.mjs';
import { startExchange } from '../support/exchange.mjs';
import { Adapter, aFeed, aFeedReport, aMessage, aQuarantined, poolsOf } from '../support/feeds.mjs';
import { pause, poll } from '../support/wait.mjs';
import { expectStatus } from '../support/world.mjs';

const ORG = 2, OTHER = 3;
const AWAY_S = 3, ORDER_S = 4, UPLOAD_S = 12;
const ago = ms => new Date(Date.now() - ms).toISOString();
const MINUTE = 60_000;

let x, desk, admin, adapter, timer;
before(async () => {
  x = await startExchange('feeds-time', { settings: { feed_away_s: AWAY_S, feed_order_s: ORDER_S, feed_upload_s: UPLOAD_S } });
  [desk, admin] = [await x.as('intake.esdoorn'), await x.as('beheer.uitwisseling')];
  adapter = new Adapter(x.machine(), [aFeed(ORG)]);
  // Of what the demonstration knows no adapter comes back: counted before anything else is.
  await poll(async () => expectStatus(await admin.get('/feeds'), 200).feeds.every(f => f.channel !== 'unknown' || f.state !== 'ok'), { what: 'feeds without an adapter to be away' });
  await live(true);
  const away = expectStatus(await admin.get('/feeds'), 200).feeds.filter(f => f.state !== 'ok').length;
  await poll(async () => (await silent()) === away, { what: 'all of them to be counted' });
});
after(async () => {
  clearInterval(timer);
  await x?.stop();
});

/** An adapter that lives beats all the time; stop it with live(false). */
function live(on) {
  clearInterval(timer);
  if (on) timer = setInterval(() => adapter.beat().catch(() => {}), 300);
  return on ? adapter.beat() : undefined;
}
const feed = async () => expectStatus(await desk.get('/feeds'), 200).feeds.find(f => f.channel === 'drop');
const silent = async () => (await x.health()).feedsSilent;
const linesOf = what => x.log().split('\n').filter(l => l.includes(`msg="${what}"`) && l.includes('provider=esdoorn channel=drop'));
const uploadOf = async id => expectStatus(await desk.get(`/uploads/${id}`), 200);
const becomes = (state, id, within = 20_000) => poll(async () => { const u = await uploadOf(id); return u.state === state && u; }, { within, what: `an upload that is ${state}` });
const bring = async (who = desk) => expectStatus(await who.post('/uploads', { content: 'cGxlaw==' }), 201).id;

test('a feed that falls silent is warned of once, counted, shown; and when it speaks again', async () => {
  adapter.feeds = [aFeed(ORG, { expectedMinutes: 30, lastMessageAt: ago(59 * MINUTE) })];
  await live(true);
  assert.equal((await feed()).state, 'ok');
  const before = await silent();
  const last = ago(61 * MINUTE);
  adapter.feeds = [aFeed(ORG, { expectedMinutes: 30, lastMessageAt: last })];
  await adapter.beat();
  const seen = await feed();
  assert.deepEqual([seen.state, seen.silentSince], ['silent', last]);
  await poll(async () => (await silent()) === before + 1, { what: 'the count of silent feeds' });
  await poll(() => linesOf('feed silent').length === 1, { what: 'the warning' });
  assert.match(linesOf('feed silent')[0], /level=warn .*state=silent/);
  expectStatus(await adapter.tell(aMessage(ORG)), 201);
  assert.equal((await feed()).state, 'ok', 'a message is heard before the next heartbeat says so');
  await poll(async () => (await silent()) === before, { what: 'the count to fall' });
  await poll(() => linesOf('feed heard again').length === 1, { what: 'the good news' });
  assert.equal(linesOf('feed silent').length, 1);
});

test('an adapter that dies: its feeds are away, what was brought is not answered; it comes back', async () => {
  await live(true);
  const before = await silent();
  live(false);
  const id = await bring();
  const away = await poll(async () => { const f = await feed(); return f.state === 'adapter_away' && f; }, { what: 'the adapter to be away' });
  assert.equal(away.silentSince, away.lastHeartbeatAt);
  assert.equal((await becomes('unanswered', id)).preview.length, 0);
  await poll(async () => (await silent()) === before + 1, { what: 'the count of silent feeds' });
  await poll(() => linesOf('feed silent').length === 2, { what: 'the warning' });
  assert.equal((await desk.post(`/uploads/${id}/acceptance`)).status, 409);
  await live(true);
  assert.equal((await feed()).state, 'ok');
});

test('what nobody does in time has failed, and may be asked again', async () => {
  await live(true);
  const { id } = expectStatus(await adapter.tell(aQuarantined(ORG)), 201);
  expectStatus(await desk.post(`/feed-messages/${id}/replay`), 202);
  const replay = async () => expectStatus(await desk.get(`/feed-messages/${id}`), 200).replay;
  assert.equal(await replay(), 'asked');
  await poll(async () => (await replay()) === 'failed', { within: 2 * ORDER_S * 1000, what: 'the order to fail' });
  assert.deepEqual((await adapter.orders()).filter(o => o.kind === 'replay'), []);
  expectStatus(await desk.post(`/feed-messages/${id}/replay`), 202);
});

test('an upload and its preview expire; an answer that comes late is still shown before', async () => {
  await live(true);
  const id = await bring();
  const order = await adapter.order(o => o.kind === 'read' && o.id > id);
  await becomes('unanswered', id);
  assert.equal((await adapter.client.get(`/feed-orders/${order.id}/content`)).status, 404);
  expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: order.id, reports: [aFeedReport(poolsOf(ORG)[0].id)] })), 201);
  assert.equal((await uploadOf(id)).state, 'read');
  const over = await becomes('expired', id);
  assert.deepEqual(over.preview, []);
  assert.equal((await desk.post(`/uploads/${id}/acceptance`)).status, 409);
});

test('a killed broker: messages are told again, uploads are gone, what was taken stays taken under its key', async () => {
  await live(true);
  const told = aQuarantined(ORG);
  const first = expectStatus(await adapter.tell(told), 201).id;
  const pool = poolsOf(ORG)[0].id, id = await bring();
  const order = await adapter.order(o => o.kind === 'read' && o.id > id);
  expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: order.id, reports: [aFeedReport(pool, { unitsFree: 0 })] })), 201);
  const headers = { 'If-Match': expectStatus(await desk.get(`/uploads/${id}`), 200).previewTag };
  const key = newKey(), uploadKey = newKey();
  const body = { content: 'cGxlaw==' };
  const kept = expectStatus(await desk.post('/uploads', body, { key: uploadKey }), 201).id;
  assert.equal(expectStatus(await desk.post('/uploads', body, { key: uploadKey }), 201).id, kept);
  assert.equal(expectStatus(await desk.post('/uploads', { ...body, test: true }, { key: uploadKey }), 422).type, '/problems/key_reused');
  const { notAllowed, ...result } = expectStatus(await desk.post(`/uploads/${id}/acceptance`, {}, { key, headers }), 200);
  assert.deepEqual([result.applied, notAllowed], [1, 0]);

  live(false);
  await x.killBroker();
  await x.startBroker();
  assert.equal((await desk.get(`/feed-messages/${first}`)).status, 404);
  assert.deepEqual(expectStatus(await desk.get('/feed-messages'), 200).messages, []);
  assert.ok(expectStatus(await admin.get('/feeds'), 200).feeds.every(f => f.channel === 'unknown'));
  assert.equal((await desk.get(`/uploads/${id}`)).status, 404);
  assert.equal((await adapter.client.get(`/feed-orders/${order.id}/content`)).status, 404);
  assert.deepEqual(expectStatus(await desk.post(`/uploads/${id}/acceptance`, {}, { key }), 200), result, 'the journal remembers the key');
  assert.equal((await desk.post(`/uploads/${id}/acceptance`)).status, 404);
  assert.equal(expectStatus(await desk.get(`/pools/${pool}`), 200).capacity.unitsFree, 0);

  assert.equal(expectStatus(await adapter.beat(), 200).resync, true);
  const again = expectStatus(await adapter.tell(told), 201).id;
  assert.ok(again > first, 'a number of before names nothing now');
  assert.equal(expectStatus(await desk.get(`/feed-messages/${again}`), 200).messageId, told.messageId);
  assert.equal(expectStatus(await adapter.beat(), 200).resync, false);
  const fresh = expectStatus(await desk.post('/uploads', body, { key: uploadKey }), 201).id;
  assert.ok(fresh > kept, 'a key of an upload is forgotten with it');
  // An answer to an order of before is a message, and moves nothing.
  expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: order.id })), 201);
  assert.notEqual((await uploadOf(fresh)).state, 'read');
});

test('while the database is away feeds are told and seen; a yes is not promised, and its key tells what became of it', async () => {
  await live(true);
  const id = await bring(), pool = poolsOf(ORG)[1].id;
  const order = await adapter.order(o => o.kind === 'read' && o.id > id);
  expectStatus(await adapter.tell(aMessage(ORG, { channel: 'upload', orderId: order.id, reports: [aFeedReport(pool, { unitsFree: 0 })] })), 201);
  const headers = { 'If-Match': expectStatus(await desk.get(`/uploads/${id}`), 200).previewTag };
  await x.killDatabase();
  const key = newKey();
  const accept = () => desk.post(`/uploads/${id}/acceptance`, {}, { key, headers });
  const yes = accept();
  const message = expectStatus(await adapter.tell(aMessage(ORG)), 201).id;
  expectStatus(await adapter.beat(), 200);
  expectStatus(await desk.get(`/feed-messages/${message}`), 200);
  assert.equal(await Promise.race([yes.then(r => r.status), pause(300)]), undefined, 'no yes before it is durable');
  await x.startDatabase();
  assert.ok([200, 503].includes((await yes).status), (await yes).text);
  await poll(async () => (await accept()).status === 200, { within: 20_000, what: 'the same key to tell' });
  assert.equal(expectStatus(await desk.get(`/pools/${pool}`), 200).capacity.unitsFree, 0);
});
