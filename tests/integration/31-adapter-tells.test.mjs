// Adapter and broker, both real: what became of every file is there for the provider to see, and what it asks (read again,
// look at a file of mine) is done, whichever of the two is killed meanwhile.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startAdapter } from '../support/adapter.mjs';
import { ROOT, startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { demo, expectStatus } from '../support/world.mjs';

const PROVIDER = 'lindehof-groep';
const POOL = 'lindehof-nood';
const PROFILE = 'demo-opvang-xml';
const WITHIN = { within: 20_000, every: 50 };
let x, adapter, house, poolId, total, profiles;

/** Change profile NAME from its text to CHANGE(text), in one step; the text it was. */
function changeProfile(name, change) {
  const path = join(profiles, `${name}.json`);
  const text = readFileSync(path, 'utf8');
  writeFileSync(`${path}.new`, change(text));
  renameSync(`${path}.new`, path);
  return text;
}

const file = (code, free) => `<?xml version="1.0"?>
<capaciteit xmlns="urn:veiligeplek:opvang:1">
  <peilmoment>${new Date().toISOString()}</peilmoment>
  <plekken>
    <plek code="${code}"><totaal>${total}</totaal><vrij>${free}</vrij></plek>
  </plekken>
</capaciteit>`;

before(async () => {
  x = await startExchange('adapter-tells', { settings: { feed_away_s: 3 } });
  profiles = join(x.dir, 'profiles');
  cpSync(join(ROOT, 'adapters/profiles'), profiles, { recursive: true });
  adapter = await startAdapter(x, { profiles });
  house = await x.as('opvang.lindehof');
  poolId = demo.pools.findIndex(p => p.code === POOL) + 1;
  total = demo.pools[poolId - 1].units_total;
});
after(async () => {
  try {
    await adapter?.stop();
  } finally {
    await x?.stop();
  }
});

const list = async () => expectStatus(await house.get('/feed-messages?limit=50'), 200).messages;
const whole = async id => expectStatus(await house.get(`/feed-messages/${id}`), 200);
const told = fits => poll(async () => (await list()).find(fits), { ...WITHIN, what: 'the message' });
const free = async () => expectStatus(await house.get(`/pools/${poolId}`), 200).capacity.unitsFree;
const feed = async () => expectStatus(await house.get('/feeds'), 200).feeds.find(f => f.provider === PROVIDER);
const upload = async (text, trial = false) => {
  const u = expectStatus(await house.post('/uploads', { content: Buffer.from(text).toString('base64'), test: trial }), 201);
  return poll(async () => {
    const now = expectStatus(await house.get(`/uploads/${u.id}`), 200);
    return now.state !== 'waiting' && now;
  }, { ...WITHIN, what: 'the upload to be read' });
};

test('the feed is there before anything came', async () => {
  const f = await poll(async () => (await feed())?.channel === 'drop' && feed(), { ...WITHIN, what: 'the feed' });
  assert.deepEqual([f.profile, f.test, f.expectedMinutes, f.lastMessageAt, f.state], [PROFILE, false, 60, null, 'ok']); // its numbers of the demo are in the journal
});

test('a good file: its rows and lines, and the number is used', async () => {
  adapter.drop(PROVIDER, 'plekken.xml', file(POOL, 1));
  const m = await told(one => one.outcome === 'taken');
  assert.deepEqual([m.channel, m.format, m.profile, m.reports], ['drop', 'opvang_xml', PROFILE, 1]);
  const { reports } = await whole(m.id);
  assert.deepEqual([reports[0].pool, reports[0].line, reports[0].unitsFree], [POOL, 5, 1]);
  await poll(async () => (await free()) === 1, { ...WITHIN, what: 'the pool to show it' });
  assert.equal((await feed()).state, 'ok');
});

test('a garbled file: line and reason, and nothing of the file itself', async () => {
  adapter.drop(PROVIDER, 'mevrouw-jansen.xml', file(POOL, 1).replace('<vrij>1', '<vrij>jansen'));
  const m = await told(one => one.outcome === 'quarantined');
  const text = JSON.stringify(await whole(m.id));
  assert.equal(/jansen/i.test(text), false, text);
  const { complaints } = await whole(m.id);
  assert.deepEqual([complaints[0].line, complaints[0].field], [5, 'vrij']);
  assert.ok(complaints[0].reason.length > 0);
  assert.equal((await feed()).state, 'quarantined');
});

test('a file that cannot be read: told once, with the reason, and it holds up no other', async () => {
  const link = join(adapter.dir, 'drop', PROVIDER, 'Mevrouw Jansen.xml'); // fails for root too
  symlinkSync('/nowhere/at/all', link);
  adapter.drop(PROVIDER, 'plekken.xml', file(POOL, 1));
  const m = await told(one => one.outcome === 'refused');
  assert.equal(m.channel, 'drop');
  const { complaints, reports } = await whole(m.id);
  assert.deepEqual([complaints.length, complaints[0].reason, reports.length], [1, 'is a link, a pipe or a device: send the file itself', 0]);
  const taken = async () => (await list()).filter(one => one.outcome === 'taken').length;
  const before = await taken();
  adapter.drop(PROVIDER, 'plekken.xml', file(POOL, 2));
  await poll(async () => (await taken()) > before, { ...WITHIN, what: 'the file behind it' });
  assert.equal((await list()).filter(one => one.outcome === 'refused').length, 1);
  assert.doesNotMatch(adapter.log(), /Jansen/);
  rmSync(link);
});

test('a new place: mended in the profile on disk, asked once more, and the pool shows the number', async () => {
  adapter.drop(PROVIDER, 'plekken.xml', file('NIEUW-1', 2));
  const m = await told(one => one.outcome === 'quarantined' && one.bytes === file('NIEUW-1', 2).length);
  const replay = async () => expectStatus(await house.post(`/feed-messages/${m.id}/replay`, {}), 202);
  await replay();
  await told(one => one.channel === 'replay' && one.outcome === 'refused');
  await poll(async () => (await list()).find(one => one.id === m.id).replay === 'failed', { ...WITHIN, what: 'the replay to have failed' });
  changeProfile(PROFILE, text => {
    const p = JSON.parse(text);
    p.providers[PROVIDER].pools = { ...Object.fromEntries(p.providers[PROVIDER].pools.map(c => [c, c])), 'NIEUW-1': POOL };
    return JSON.stringify(p);
  });
  await replay();
  const done = await told(one => one.channel === 'replay' && one.outcome === 'taken');
  assert.equal((await whole(done.id)).replayOf, m.messageId);
  await poll(async () => (await free()) === 2, { ...WITHIN, what: 'the pool to show it' });
  assert.equal((await list()).find(one => one.id === m.id).replay, 'done');
});

test('a file that a person brings: previewed, used only when accepted', async () => {
  const seq = (await x.health()).durableSeq;
  const u = await upload(file('NIEUW-1', 0));
  assert.deepEqual([u.state, u.preview.length], ['read', 1]);
  assert.deepEqual([u.preview[0].pool, u.preview[0].line, u.preview[0].before.unitsFree, u.preview[0].after.unitsFree, u.preview[0].effect], [POOL, 5, 2, 0, 'changes']);
  assert.equal(await free(), 2);
  assert.equal((await x.health()).durableSeq, seq);
  const r = expectStatus(await house.post(`/uploads/${u.id}/acceptance`, {}, { headers: { 'If-Match': u.previewTag } }), 200);
  assert.equal(r.applied, 1);
  assert.equal(await free(), 0);
  const bad = await upload(file('NIEUW-1', 'veel'));
  assert.deepEqual([bad.state, bad.complaints[0].line, bad.complaints[0].field], ['unreadable', 5, 'vrij']);
  const trial = await upload(file('NIEUW-1', 1), true);
  assert.equal(trial.preview[0].after.unitsFree, 1);
  assert.equal((await house.post(`/uploads/${trial.id}/acceptance`, {})).status, 409);
  assert.equal(await free(), 0);
});

test('profiles anew by SIGHUP: a faulty one keeps the old and says so; on trial nothing is used', async () => {
  const good = changeProfile(PROFILE, () => '{\n"format": "opvang_xml"\n"x": 1}');
  adapter.child.kill('SIGHUP');
  await poll(() => /profile not taken.*demo-opvang-xml\.json line 3/.test(adapter.log()), { ...WITHIN, what: 'the fault in the log' });
  adapter.drop(PROVIDER, 'plekken.xml', file('NIEUW-1', 1));
  await poll(async () => (await free()) === 1, { ...WITHIN, what: 'the old profile to go on' });
  changeProfile(PROFILE, () => JSON.stringify({ ...JSON.parse(good), test: true, expected_minutes: 30 }));
  adapter.child.kill('SIGHUP');
  await poll(async () => (await feed()).test, { ...WITHIN, what: 'the feed to be on trial' });
  assert.equal((await feed()).expectedMinutes, 30);
  adapter.drop(PROVIDER, 'plekken.xml', file('NIEUW-1', 2));
  const m = await told(one => one.outcome === 'test' && one.channel === 'drop');
  assert.equal((await whole(m.id)).reports[0].unitsFree, 2);
  assert.equal(await free(), 1);
  changeProfile(PROFILE, () => good);
  adapter.child.kill('SIGHUP');
  await poll(async () => !(await feed()).test, { ...WITHIN, what: 'the feed to be in use' });
});

const view = async () => (await Promise.all((await list()).map(async m => {
  const { id, ...rest } = await whole(m.id);
  return rest;
})));

test('the broker is killed (-9): when it is back all messages are there again', async () => {
  const first = await view();
  assert.ok(first.length >= 6);
  await x.killBroker();
  await x.startBroker();
  const again = await poll(async () => { const v = await view(); return v.length === first.length && v; }, { ...WITHIN, what: 'all messages again' });
  assert.deepEqual(again, first);
  const f = await feed();
  assert.ok(f.lastMessageAt);
});

test('the adapter is killed (-9): the feed says so, and what it had not told is told by the next', async () => {
  const taken = () => adapter.log().split('msg="file taken"').length;
  const before = taken();
  await x.killBroker(); // so that there is something untold
  adapter.drop(PROVIDER, 'plekken.xml', file('NIEUW-1', 0));
  await poll(() => taken() > before, { ...WITHIN, what: 'the file to be taken' });
  await adapter.kill();
  await x.startBroker();
  await poll(async () => (await feed())?.state === 'adapter_away' || (await feed())?.channel === 'unknown', { ...WITHIN, what: 'the adapter to be missed' });
  assert.deepEqual(await list(), []);
  await adapter.start();
  await told(one => one.outcome === 'taken' && one.channel === 'drop');
  await poll(async () => (await free()) === 0, { ...WITHIN, what: 'the number that waited' });
  await poll(async () => (await feed()).state === 'ok', { ...WITHIN, what: 'the newest message to be told too' });
  await adapter.kill();
  await poll(async () => (await feed()).state === 'adapter_away', { ...WITHIN, what: 'the adapter to be missed' });
  await adapter.start();
  await poll(async () => (await feed()).state === 'ok', { ...WITHIN, what: 'the adapter to be back' });
});
