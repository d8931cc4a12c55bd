// One bed, many hands: 200 workers ask for one unit in the same moment, again and again. One gets it, each time;
// everybody else hears that it was just taken.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aReport, aWoman, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const WORKERS = 200;
const ROUNDS = 20;
const SOCKETS = 20; // of each session; ten sessions: 200 lines at once, under the bound for one address
let x, sessions, pool;

before(async () => {
  x = await startExchange('one-bed', { contract: false });
  const desks = ['rotterdam', 'amsterdam', 'utrecht', 'haaglanden', 'fryslan', 'oost-brabant', 'rotterdam', 'amsterdam', 'utrecht', 'haaglanden'];
  sessions = [];
  for (const name of desks) sessions.push(await x.signIn(`nachtdienst.${name}`, { sockets: SOCKETS }));
  pool = (await placesFor(sessions[0], aWoman(), 1))[0].poolId;
  const desk = await x.as(deskOf(pool));
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(pool, { unitsTotal: 1, unitsFree: 1 })] }), 200);
});
after(() => x?.stop());

test(`${WORKERS} workers, one unit, ${ROUNDS} rounds: exactly one winner each`, async t => {
  const workers = await Promise.all(Array.from({ length: WORKERS }, async (_, i) => {
    const client = sessions[i % sessions.length];
    return { client, referral: (await openReferral(client, aWoman())).id };
  }));
  const winners = new Set();
  let slowest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    const answers = await Promise.all(workers.map(w => w.client.post(`/referrals/${w.referral}/requests`, { poolIds: [pool] })));
    slowest = Math.max(slowest, performance.now() - from);
    const won = workers.filter((_, i) => answers[i].status === 201);
    const lost = answers.filter(a => a.status === 409 && a.json.type === '/problems/taken' && a.json.poolId === pool);
    assert.deepEqual([won.length, lost.length], [1, WORKERS - 1], `round ${round}: ${[...new Set(answers.map(a => `${a.status} ${a.json.type ?? ''}`))]}`);
    const [winner] = won;
    const seen = expectStatus(await sessions[(round + 1) % sessions.length].get(`/pools/${pool}`), 200).capacity;
    assert.deepEqual([seen.unitsHeld, seen.offerable], [1, 0]);
    winners.add(winner.referral);
    expectStatus(await winner.client.post(`/referrals/${winner.referral}/withdrawal`, { reason: 'anders' }), 200);
    winner.referral = (await openReferral(winner.client, aWoman())).id;
  }
  t.diagnostic(`slowest round ${Math.round(slowest)} ms`);
  assert.equal(winners.size, ROUNDS);
});

test('the journal holds one request for each round, and every invariant', async () => {
  assert.equal(await x.stopBroker(), 0);
  assert.equal(x.sql('SELECT COUNT(*) FROM journal WHERE kind = 5')[0][0], String(ROUNDS));
  const check = x.plek('check');
  assert.equal(check.status, 0, check.out);
});
