// What a proposal was based on is read back as it was frozen when the place was asked: after the request was declined,
// lapsed, cancelled and accepted, after everything around it changed, and after a kill and a restart. Only who asked reads
// it: for the asked house the ranking of the referrer does not exist.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aReport, aWoman, ask, deskOf, expectStatus, openReferral, organisationOf, poolOf } from '../support/world.mjs';
import { poll } from '../support/wait.mjs';

const ANSWER_S = 10;
let x, worker, frozen;

before(async () => {
  x = await startExchange('frozen-proposal', { settings: { answer_by_groen_s: ANSWER_S, hold_groen_s: ANSWER_S } });
  worker = await x.as('nachtdienst.rotterdam');
  frozen = new Map(); // request → proposal
});
after(() => x?.stop());

const read = async (client, id) => expectStatus(await client.get(`/requests/${id}`), 200);

/** Ask N houses for a household; each proposal must be what the search for that referral said just before. */
async function askAndFreeze(client, need, n, skip = 0) {
  const referral = await openReferral(client, need);
  const found = expectStatus(await client.get(`/referrals/${referral.id}/matches?limit=200`), 200);
  const places = [];
  for (const p of found.places) if (!places.some(q => organisationOf(q.poolId) === organisationOf(p.poolId))) places.push(p);
  const asked = places.slice(skip, skip + n);
  const { requests } = await ask(client, referral.id, asked.map(p => p.poolId));
  for (const place of asked) {
    const { id, proposal } = requests.find(r => r.poolId === place.poolId);
    const { rank, score, verdict, minutes, unitsFree, observedAt, reasons, why, utility, scarcity, terms } = place;
    assert.deepEqual(proposal, {
      rank, score, verdict, minutes, unitsFree, observedAt, reasons, why, utility, scarcity, terms, byBroker: false,
      rulesVersion: found.rulesVersion, fits: found.fits, asks: found.ask, unitsHeld: place.unitsFree - place.offerable,
    });
    frozen.set(id, proposal);
  }
  return { referral, requests: asked.map(p => requests.find(r => r.poolId === p.poolId)) };
}

async function allAsFrozen(what) {
  for (const [id, proposal] of frozen) {
    const client = id === ofComensha ? await x.as('helpdesk.comensha') : worker;
    assert.deepEqual((await read(client, id)).proposal, proposal, `${what}: request ${id}`);
  }
}

let ofComensha, ended;

test('a proposal says what the search said, and nothing that happens later changes it', async () => {
  const rood = await askAndFreeze(worker, aWoman(), 3);
  const other = await askAndFreeze(worker, aWoman(), 1, 3);
  const groen = await askAndFreeze(worker, aWoman({ threatLevel: 'groen' }), 1);
  const helpdesk = await x.as('helpdesk.comensha');
  const own = await askAndFreeze(helpdesk, aWoman(), 1, 5);
  ofComensha = own.requests[0].id;
  await allAsFrozen('pending');

  const [yes, no, cancelled] = rood.requests;
  const desk = async r => x.as(deskOf(r.poolId));
  expectStatus(await (await desk(no)).post(`/requests/${no.id}/decline`, { reason: 'vol' }), 200);
  expectStatus(await (await desk(yes)).post(`/requests/${yes.id}/acceptance`), 200);
  expectStatus(await worker.post(`/referrals/${other.referral.id}/withdrawal`, { reason: 'anders' }), 200);
  await poll(async () => (await read(worker, groen.requests[0].id)).state === 'expired', { within: (ANSWER_S + 20) * 1000, every: 300, what: 'the request to lapse' });
  // The numbers of the houses change too.
  for (const r of [yes, no, cancelled]) expectStatus(await (await desk(r)).post('/capacity-reports', { reports: [aReport(r.poolId, { unitsFree: 0, unitsOccupied: poolOf(r.poolId).units_total })] }), 200);
  ended = new Map([[yes.id, 'accepted'], [no.id, 'declined'], [cancelled.id, 'cancelled'], [other.requests[0].id, 'cancelled'], [groen.requests[0].id, 'expired']]);
  for (const [id, state] of ended) assert.equal((await read(worker, id)).state, state);
  await allAsFrozen('ended');
});

test('the same after a kill and a restart', async () => {
  const shown = async () => Promise.all([...ended.keys()].map(id => read(worker, id)));
  const earlier = await shown();
  await x.killBroker();
  await x.startBroker();
  x.sessions.clear();
  worker = await x.as('nachtdienst.rotterdam');
  await allAsFrozen('restarted');
  assert.deepEqual(await shown(), earlier);
});

test('the asked house sees nothing of the ranking, others not even the request', async () => {
  for (const [id] of frozen) {
    const client = id === ofComensha ? await x.as('helpdesk.comensha') : worker;
    const request = await read(client, id);
    const house = await x.as(deskOf(request.poolId));
    const seen = await read(house, id);
    assert.ok(!('proposal' in seen), `request ${id}`);
    for (const word of ['"reasons"', '"why"', '"utility"', '"scarcity"', '"terms"', '"score"', '"rank"', 'rank_'])
      assert.ok(!JSON.stringify(seen).includes(word), `request ${id}: ${word}`);
    for (const stranger of ['nachtdienst.amsterdam', 'beleid.rotterdam', 'rapporteur.landelijk', 'beheer.uitwisseling'])
      expectStatus(await (await x.as(stranger)).get(`/requests/${id}`), 404, stranger);
    expectStatus(await (id === ofComensha ? worker : await x.as('helpdesk.comensha')).get(`/requests/${id}`), 404);
    const list = expectStatus(await house.get('/requests?live=false&limit=200'), 200).requests;
    assert.ok(list.some(r => r.id === id) && list.every(r => !('proposal' in r)));
  }
});
