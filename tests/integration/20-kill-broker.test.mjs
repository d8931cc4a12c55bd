// The broker is killed (-9) again and again while people work. What was answered is there afterwards, nothing is held
// twice, sessions go on, pages and referrals are the same. PLEK_SEED repeats the moments.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { Load } from '../support/load.mjs';
import { pause, seeded } from '../support/wait.mjs';
import { expectStatus } from '../support/world.mjs';

const SEED = Number(process.env.PLEK_SEED ?? 20);
const LOAD_MS = 20_000;
const KILLS = 5;
let x, load;

before(async () => {
  x = await startExchange('kill-broker', { contract: false });
  load = new Load(x, SEED);
  await load.prepare();
});
after(() => {
  load?.abandon();
  return x?.stop();
});

test(`killed ${KILLS} times under load, it comes back and work goes on`, async t => {
  const draw = seeded(SEED + 1);
  assert.ok(load.start() >= 16);
  const downs = [];
  const end = Date.now() + LOAD_MS;
  for (let i = 0; i < KILLS; i++) {
    await pause(1_000 + draw.below(2_000));
    await load.nextAnswer();
    const killed = x.killBroker();
    const from = Date.now();
    await killed;
    await pause(draw.below(400));
    await x.startBroker();
    downs.push(Date.now() - from);
    for (const c of load.referrers) assert.equal(expectStatus(await c.get('/session'), 200).csrfToken, c.csrf, 'the session went on');
  }
  await pause(Math.max(0, end - Date.now()));
  await load.stop();
  t.diagnostic(`seed ${SEED}: ${load.summary()}; away for ${downs.join(', ')} ms`);
  assert.deepEqual(load.odd.slice(0, 5), []);
  assert.ok(load.writes.filter(w => w.answer).length > 100, 'hardly any work was done');
  assert.ok(load.unheard > 0, 'no kill met a client');
});

test('the same pages and the same referrals before and after', async () => {
  const paths = ['/', '/plaatsen', '/opvang', '/gemeente'];
  const look = async () => {
    const all = {};
    for (const path of paths) {
      const r = await load.referrers[0].request('GET', path, { raw: true });
      all[path] = [r.status, r.text];
    }
    for (const c of load.referrers) {
      const list = expectStatus(await c.get('/referrals?live=false&limit=200'), 200);
      all[c.session.account] = list;
      for (const r of list.referrals.slice(0, 10)) all[`${c.session.account} ${r.id}`] = expectStatus(await c.get(`/referrals/${r.id}`), 200);
    }
    for (const [pool, desk] of load.desks) all[`desk ${pool}`] = expectStatus(await desk.get('/requests?live=false&limit=200'), 200);
    // When it starts the broker searches for everybody who waits, and may announce a place: that, and nothing else, may be new.
    return JSON.parse(JSON.stringify(all, (key, value) => (key === 'announced' || key === 'version' ? undefined : value)));
  };
  const seq = await x.quietSeq();
  const first = await look();
  assert.equal(first['/'][0], 200);
  await x.killBroker();
  await x.startBroker();
  assert.deepEqual(await look(), first);
  assert.ok((await x.health()).durableSeq >= seq);
  assert.equal(x.askedForSince(seq), 0);
});

test('every answered write is there: the same key, the same outcome', async t => {
  t.diagnostic(`${await load.checkAnswered()} answered writes asked again`);
});

test('no unit is held for two households, no household has two places', () => load.checkHolds());

test('the operator’s check finds every invariant whole, and the log of who looked too', async () => {
  assert.equal(await x.stopBroker(), 0);
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
  assert.match(check.out, /all invariants hold/);
  assert.equal(x.plek('audit', 'verify').status, 0);
  assert.deepEqual(x.sql('SELECT COUNT(*) - MAX(seq) FROM journal')[0], ['0'], 'a row is missing');
});
