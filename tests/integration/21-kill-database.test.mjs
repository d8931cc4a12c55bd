// MariaDB is killed (-9) again and again under a broker that lives on. While it is away nothing is promised: writes
// get 503 or no answer, never another 5xx; the broker says so in its health, at once and without a stall. Back again,
// every answered write is there. PLEK_SEED repeats the moments.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { Load } from '../support/load.mjs';
import { pause, poll, seeded } from '../support/wait.mjs';
import { aWoman, expectStatus } from '../support/world.mjs';

const SEED = Number(process.env.PLEK_SEED ?? 21);
const LOAD_MS = 20_000;
const KILLS = 3;
const HEALTH_MS = 1_000;
let x, load, health;

before(async () => {
  x = await startExchange('kill-database', { contract: false });
  load = new Load(x, SEED);
  await load.prepare();
});
after(() => {
  load?.abandon();
  health?.stop();
  return x?.stop();
});

/** Ask for the health all the time; how long each answer took, and what was said when. */
function watch() {
  const c = x.client();
  const seen = { slowest: 0, statuses: [], odd: [] };
  let stopping = false;
  const done = (async () => {
    while (!stopping) {
      const from = performance.now();
      const r = await c.get('/health').catch(e => ({ status: e.message }));
      seen.slowest = Math.max(seen.slowest, performance.now() - from);
      const word = r.status === 200 ? 'ok' : r.status === 503 && r.json.health?.status === 'away' && r.json.health.awaySinceAt ? 'away' : `${r.status}`;
      if (!['ok', 'away'].includes(word)) seen.odd.push(word);
      if (seen.statuses.at(-1) !== word) seen.statuses.push(word);
      await pause(40);
    }
  })();
  return { seen, stop: () => { stopping = true; return done; } };
}

test(`killed ${KILLS} times under load: nothing is promised meanwhile, the broker stays awake and says so`, async t => {
  const draw = seeded(SEED + 1);
  assert.ok(load.start() >= 16);
  health = watch();
  const downs = [];
  const end = Date.now() + LOAD_MS;
  for (let i = 0; i < KILLS; i++) {
    await pause(1_500 + draw.below(2_500));
    await load.nextAnswer();
    const killed = x.killDatabase();
    const from = Date.now();
    await killed;
    await poll(() => health.seen.statuses.at(-1) === 'away', { within: 15_000, what: 'the health to say away' });
    await pause(draw.below(1_500));
    await x.startDatabase();
    await poll(() => health.seen.statuses.at(-1) === 'ok', { within: 30_000, what: 'the health to say ok again' });
    downs.push(Date.now() - from);
  }
  await pause(Math.max(0, end - Date.now()));
  await load.stop();
  await health.stop();
  t.diagnostic(`seed ${SEED}: ${load.summary()}; away for ${downs.join(', ')} ms; slowest health ${Math.round(health.seen.slowest)} ms`);
  assert.deepEqual(load.odd.slice(0, 5), []);
  assert.deepEqual(health.seen.odd, []);
  assert.deepEqual(health.seen.statuses, ['ok', ...Array(KILLS).fill(['away', 'ok']).flat()]);
  assert.ok(health.seen.slowest < HEALTH_MS, `a health answer took ${Math.round(health.seen.slowest)} ms`);
  assert.ok(load.unheard > 0, 'no kill met a client');
  assert.ok(load.writes.filter(w => w.answer).length > 100, 'hardly any work was done');
});

test('while it is away: reads go on, writes are refused and leave nothing, streams stay', async () => {
  const c = load.referrers[0];
  const before = expectStatus(await c.get('/referrals?live=false&limit=5'), 200);
  const seq = (await x.health()).durableSeq;
  const stream = await c.events();
  await x.killDatabase();
  await poll(async () => (await c.get('/health')).status === 503, { within: 15_000, what: 'away' });
  const key = 'while-it-was-away-0001';
  const refused = await c.post('/referrals', aWoman(), { key });
  assert.equal(refused.status, 503);
  assert.match(refused.json.type, /away/);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.deepEqual(expectStatus(await c.get('/referrals?live=false&limit=5'), 200), before);
  const id = before.referrals[0].requests[0]?.id ?? 1;
  const address = await c.get(`/requests/${id}/location`);
  assert.ok([403, 404, 503].includes(address.status), `an address while looking cannot be logged: ${address.status}`);
  await x.startDatabase();
  await poll(async () => (await c.get('/health')).status === 200, { within: 30_000, what: 'back' });
  assert.equal(x.askedForSince(seq), 0, 'the refused write came after all');
  const again = expectStatus(await c.post('/referrals', aWoman(), { key }), 201);
  const told = await stream.until(e => e.data.referralId === again.id);
  assert.ok(told.id > seq && !stream.ended);
  assert.equal(x.broker.child.exitCode, null, 'the broker lived on');
});

test('no unit is held for two households, no household has two places', () => load.checkHolds());

// After a restart: what only the broker's memory knew would be gone.
test('every answered write is in the database: the same key, the same outcome after a restart', async t => {
  const seq = (await x.health()).durableSeq;
  await x.killBroker();
  await x.startBroker();
  assert.ok((await x.health()).durableSeq >= seq);
  assert.equal(x.askedForSince(seq), 0);
  t.diagnostic(`${await load.checkAnswered()} answered writes asked again`);
  assert.equal(await x.stopBroker(), 0);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
  assert.equal(x.plek('audit', 'verify').status, 0);
  assert.deepEqual(x.sql('SELECT COUNT(*) - MAX(seq) FROM journal')[0], ['0'], 'a row is missing');
});
