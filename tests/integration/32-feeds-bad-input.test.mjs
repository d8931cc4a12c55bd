// What adapters tell and people bring is input: each fault is named with its place, and nothing of a bad message is
// kept, in the feeds or in the journal. What could be somebody's (a number, an address, a hidden character) is a fault.
// And more than there is room for is refused, not kept.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { Adapter, aFeed, aFeedReport, aMessage, aQuarantined, codeOf, newId, poolsOf } from '../support/feeds.mjs';
import { demo, expectStatus } from '../support/world.mjs';

const ORG = 2, OTHER = 3, FOREIGN = 6; // the last is not carried by the adapter's certificate
const pools = poolsOf(ORG);
const base64 = bytes => Buffer.from(bytes).toString('base64');

let x, desk, admin, adapter, asideId;
before(async () => {
  x = await startExchange('feeds-bad');
  [desk, admin] = [await x.as('intake.esdoorn'), await x.as('beheer.uitwisseling')];
  adapter = new Adapter(x.machine(), [aFeed(ORG)]);
  expectStatus(await adapter.beat(), 200);
  asideId = expectStatus(await adapter.tell(aQuarantined(ORG)), 201).id;
});
after(() => x?.stop());

const told = (over, drop) => adapter.tell(Object.fromEntries(Object.entries(aMessage(ORG, over)).filter(([k]) => k !== drop)));
const one = over => told({ reports: [aFeedReport(pools[0].id, over)] });
const complaint = c => told({ complaints: [{ line: 1, field: 'vrij', reason: 'no number', ...c }] });
const beats = over => adapter.beat({ feeds: [aFeed(ORG, over)] });
const long = n => 'a'.repeat(n);
const bad = [
  ['no provider', () => told({}, 'provider'), ['/provider']],
  ['an empty provider', () => told({ provider: '' }), ['/provider']],
  ['a message id of seven', () => told({ messageId: 'abcdefg' }), ['/messageId']],
  ['a message id with a path', () => told({ messageId: '../../etc/passwd' }), ['/messageId']],
  ['a message id of 65', () => told({ messageId: long(65) }), ['/messageId']],
  ['an unknown channel', () => told({ channel: 'fax' }), ['/channel']],
  ['channel unknown, which only the broker says', () => told({ channel: 'unknown' }), ['/channel']],
  ['an unknown outcome', () => told({ outcome: 'misschien' }), ['/outcome']],
  ['a format with capitals', () => told({ format: 'CSV' }), ['/format']],
  ['a format of 33', () => told({ format: long(33) }), ['/format']],
  ['a profile of 65', () => told({ profile: long(65) }), ['/profile']],
  ['bytes below 0', () => told({ bytes: -1 }), ['/bytes']],
  ['a moment without a zone', () => told({ receivedAt: '2026-01-05T21:00:00' }), ['/receivedAt']],
  ['no lists', async () => adapter.tell({ ...aMessage(ORG), reports: undefined, complaints: undefined, notices: undefined }), ['/reports', '/complaints', '/notices']],
  ['a thousand and one reports', () => told({ reports: Array(1001).fill({}) }), ['/reports']],
  ['sixty-five complaints', () => told({ complaints: Array(65).fill({ line: 1, field: '', reason: 'x' }) }), ['/complaints']],
  ['two hundred and one cross-checks', () => told({ crossCheck: Array(201).fill({ pool: pools[0].code, occupiedByMessages: 1 }) }), ['/crossCheck']],
  ['a pool of another provider', () => told({ reports: [aFeedReport(poolsOf(OTHER)[0].id)] }), ['/reports/0/pool']],
  ['a pool of another provider by its number', () => one({ pool: undefined, poolId: poolsOf(OTHER)[0].id }), ['/reports/0/poolId']],
  ['a pool that does not exist', () => one({ pool: 'nergens' }), ['/reports/0/pool']],
  ['a pool number that does not exist', () => one({ pool: undefined, poolId: 99_999 }), ['/reports/0/poolId']],
  ['a cross-check of another provider', () => told({ crossCheck: [{ pool: poolsOf(OTHER)[0].code, occupiedByMessages: 1 }] }), ['/crossCheck/0/pool']],
  ['a report by hand', () => one({ source: 'hand' }), ['/reports/0/source']],
  ['a count of ten thousand and one', () => one({ unitsFree: 10_001 }), ['/reports/0/unitsFree']],
  ['a line below 0', () => one({ line: -1 }), ['/reports/0/line']],
  ['a field nobody knows', () => told({ bsn: '123456782' }), ['/bsn']],
  ['a field nobody knows in a report', () => one({ resident: 'x' }), ['/reports/0/resident']],
  ['a field nobody knows in a complaint', () => complaint({ value: 'x' }), ['/complaints/0/value']],
  ['a reason of 161', () => complaint({ reason: long(161) }), ['/complaints/0/reason']],
  ['no reason', () => complaint({ reason: undefined }), ['/complaints/0/reason']],
  ['a field name of 65', () => complaint({ field: long(65) }), ['/complaints/0/field']],
  ['a line break in a reason', () => complaint({ reason: 'a\nb' }), ['/complaints/0/reason']],
  ['an escape in a field', () => complaint({ field: '\u001b[31m' }), ['/complaints/0/field']],
  ['a citizen service number in a reason', () => complaint({ reason: '123456782 is not a number' }), ['/complaints/0/reason']],
  ['a telephone number in a field', () => complaint({ field: '06-12 34 56 78' }), ['/complaints/0/field']],
  ['an address in a notice', () => told({ notices: [{ line: 1, field: '', reason: 'from iemand@example.nl' }] }), ['/notices/0/reason']],
  ['a number of somebody in a note', () => told({ crossCheck: [{ pool: pools[0].code, occupiedByMessages: 1, note: '0612345678' }] }), ['/crossCheck/0/note']],
  ['reports of what was put aside', () => told({ outcome: 'quarantined', reports: [aFeedReport(pools[0].id)] }), ['/reports']],
  ['a replay by another road', () => told({ replayOf: newId() }), ['/replayOf']],
  ['an order of 0', () => told({ orderId: 0 }), ['/orderId']],
  ['several faults at once', () => told({ channel: 'fax', bytes: -1, outcome: 'x', reports: [{ pool: 'x' }] }), ['/channel', '/bytes', '/outcome', '/reports/0/pool', '/reports/0/reportId']],
  ['a heartbeat with an empty name', () => adapter.beat({ adapter: '' }), ['/adapter']],
  ['a heartbeat without a name', () => adapter.beat({ adapter: undefined }), ['/adapter']],
  ['no profile', () => told({}, 'profile'), ['/profile']],
  ['a heartbeat without feeds', () => adapter.beat({ feeds: undefined }), ['/feeds']],
  ['a heartbeat with a field nobody knows', () => adapter.beat({ version: 1 }), ['/version']],
  ['a thousand and one feeds', () => adapter.beat({ feeds: Array(1001).fill({}) }), ['/feeds']],
  ['a feed by upload', () => beats({ channel: 'upload' }), ['/feeds/0/channel']],
  ['something expected every day and a minute', () => beats({ expectedMinutes: 1441 }), ['/feeds/0/expectedMinutes']],
  ['something expected never', () => beats({ expectedMinutes: 0 }), ['/feeds/0/expectedMinutes']],
  ['test that is no yes or no', () => beats({ test: 'ja' }), ['/feeds/0/test']],
  ['a last message at no moment', () => beats({ lastMessageAt: 'gisteren' }), ['/feeds/0/lastMessageAt']],
  ['less than nothing waits', () => beats({ waiting: -1 }), ['/feeds/0/waiting']],
  ['the same feed twice', () => adapter.beat({ feeds: [aFeed(ORG), aFeed(ORG)] }), ['/feeds/1']],
  ['an upload of nothing', () => desk.post('/uploads', { content: '' }), ['/content']],
  ['an upload without content', () => desk.post('/uploads', {}), ['/content']],
  ['an upload that is no base64', () => desk.post('/uploads', { content: 'plek;vrij' }), ['/content']],
  ['an upload in base64url', () => desk.post('/uploads', { content: '-_-_' }), ['/content']],
  ['an upload of 700 KiB and a byte', () => desk.post('/uploads', { content: base64(Buffer.alloc(700 * 1024 + 1)) }), ['/content']],
  ['an upload with words nobody asked for', () => desk.post('/uploads', { content: 'cGxlaw==', name: 'x.csv' }), ['/name']],
  ['test of an upload that is no yes or no', () => desk.post('/uploads', { content: 'cGxlaw==', test: 1 }), ['/test']],
  ['a limit of 0', () => desk.get('/feed-messages?limit=0'), ['query:limit']],
  ['words with a replay', () => desk.post(`/feed-messages/${asideId}/replay`, { note: 'x' }), ['/note']],
  ['words with an acceptance', () => desk.post('/uploads/1/acceptance', { note: 'x' }), ['/note']],
];

for (const [kind, how, pointers] of bad) {
  test(`refused: ${kind}`, async () => {
    const state = async () => [(await x.health()).durableSeq, expectStatus(await admin.get('/feed-messages?limit=1'), 200).messages[0].id, expectStatus(await admin.get('/feed-messages'), 200).total];
    const before = await state();
    const answer = await how();
    assert.deepEqual(expectStatus(answer, 400).errors.map(e => e.pointer).filter(p => pointers.includes(p)).sort(), [...pointers].sort(), answer.text);
    assert.deepEqual(await state(), before);
  });
}

test('a provider that the certificate does not carry: 403, whether it exists or not', async () => {
  for (const provider of [codeOf(FOREIGN), 'bestaat-niet']) assert.equal(expectStatus(await told({ provider }), 403).type, '/problems/not_allowed');
});

test('a body over 1 MiB is refused before it is read', async () => {
  assert.equal((await adapter.tell(`{"reports":[${' '.repeat(1_100_000)}]}`)).status, 413);
});

test('nothing of what was refused is said again: not by an answer, not by the log', async () => {
  const answer = await complaint({ reason: 'burger 123456782', field: 'iemand@example.nl' });
  assert.ok(!/123456782|iemand/.test(answer.text), answer.text);
  assert.ok(!/123456782|iemand|06-12 34/.test(x.log()));
});

test('all organisations together may bring sixty-four files; the next is told to wait', async () => {
  const desks = [];
  for (const a of demo.accounts.filter(a => a.role === 'shelter' && a.location === null)) desks.push(await x.as(a.username));
  const answers = [];
  for (const who of desks) for (let i = 0; i < 3; i++) answers.push(await who.post('/uploads', { content: 'cGxlaw==' }));
  assert.deepEqual(answers.map(a => a.status), answers.map((_, i) => (i < 64 ? 201 : 503)));
  const { json, headers } = answers[64];
  assert.equal(json.type, '/problems/busy');
  assert.ok(headers['retry-after']);
});
