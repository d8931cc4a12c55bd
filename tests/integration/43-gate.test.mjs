// Gatekeepers over HTTPS: COSM and OMM places are never asked past CoMensha, places of youth care never past the
// municipality; the way there, questions and answers, the way back; and the residence situation found out later.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { aMinorAlone, aReport, aVictim, aWoman, ask, demo, deskOf, expectStatus, inMinutes, openReferral, organisationOf, placesFor, poolOf } from '../support/world.mjs';
import { poll } from '../support/wait.mjs';

const ROOT = process.env.PLEK_ROOT ?? join(import.meta.dirname, '../..');
let x, referrer, other, comensha, town, cosm;

before(async () => {
  x = await startExchange('gate', { settings: { alarm_again_oranje_s: 1, alarm_again_times: 1 } });
  referrer = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  comensha = await x.as('helpdesk.comensha');
  town = await x.as('toewijzing.rotterdam');
  cosm = (await placesFor(comensha, aVictim(), 1, 'cosm'))[0];
  const total = 10 * poolOf(cosm.poolId).units_total; // room for every test
  expectStatus(await (await x.as(deskOf(cosm.poolId))).post('/capacity-reports', { reports: [aReport(cosm.poolId, { unitsTotal: total, unitsFree: total })] }), 200);
});
after(() => x?.stop());

const problem = (answer, status, type) => {
  assert.equal(answer.status, status, answer.text);
  assert.ok(answer.json.type.endsWith(`/${type.replaceAll('_', '-')}`) || answer.json.type.endsWith(`/${type}`), answer.text);
};
const send = async (referral, kind = 'cosm') => expectStatus(await referrer.post(`/referrals/${referral}/gate-requests`, { kind }), 201);
const step = async (who, gate, name, body) => expectStatus(await who.post(`/gate-requests/${gate}/${name}`, body), name === 'requests' ? 201 : 200);
const withdraw = referral => referrer.post(`/referrals/${referral}/withdrawal`, { reason: 'anders' });
const gated = demo.pools.filter(p => ['cosm', 'omm', 'jeugd'].includes(p.kind)).map(p => p.id);

test('the way through CoMensha: sent, taken, asked back, answered, asked, placed, arrived', async () => {
  const heard = await comensha.events();
  const referral = (await openReferral(referrer, aVictim())).id;
  assert.equal((await comensha.get(`/referrals/${referral}`)).status, 404);
  const gate = await send(referral);
  assert.equal(gate.state, 'waiting');
  assert.equal(gate.organisation, 'CoMensha');
  await heard.until(e => e.data.gateRequestId === gate.id && e.data.state === 'waiting');

  const line = expectStatus(await comensha.get('/gate-requests'), 200).gateRequests.find(g => g.id === gate.id);
  assert.equal(line.clocks.presses, 'deadline');
  assert.ok(line.clocks.waitingSince && line.clocks.actBy);
  assert.equal(line.answers, undefined); // a queue tells nothing of the household
  assert.equal(expectStatus(await comensha.get(`/referrals/${referral}`), 200).need.residence, 'bedenktijd_aangeboden');

  const taken = await step(comensha, gate.id, 'ownership');
  assert.deepEqual([taken.state, taken.owner.mine, taken.owner.nl], ['taken', true, 'Helpdesk']);
  assert.equal(expectStatus(await referrer.get(`/gate-requests/${gate.id}`), 200).owner, null);
  await step(comensha, gate.id, 'questions', { facts: ['signalen', 'politie'] });
  assert.deepEqual(expectStatus(await referrer.get(`/gate-requests/${gate.id}`), 200).asked, ['signalen', 'politie']);
  assert.deepEqual(expectStatus(await referrer.post(`/gate-requests/${gate.id}/answers`, { answers: { signalen: 'yes', medisch: 'yes' } }), 400).errors.map(e => e.pointer), ['/answers/medisch']);
  await step(referrer, gate.id, 'answers', { answers: { signalen: 'yes', politie: 'unknown' } });
  assert.deepEqual(expectStatus(await comensha.get(`/gate-requests/${gate.id}`), 200).answers, { signalen: 'yes', politie: 'unknown' });

  const offered = expectStatus(await comensha.get(`/referrals/${referral}/matches`), 200).places;
  assert.ok(offered.length > 0 && offered.every(p => ['cosm', 'omm'].includes(p.kind)), 'a gatekeeper is shown its own places');
  const asked = await step(comensha, gate.id, 'requests', { poolIds: [cosm.poolId] });
  assert.equal(asked.state, 'placing');
  const house = await x.as(deskOf(cosm.poolId));
  const request = asked.requests[0].id;
  expectStatus(await house.post(`/requests/${request}/acceptance`), 200);

  for (const who of [referrer, comensha]) {
    const now = expectStatus(await who.get(`/gate-requests/${gate.id}`), 200);
    assert.deepEqual([now.state, now.requests[0].state], ['placed', 'accepted']);
  }
  expectStatus(await referrer.get(`/requests/${request}/location`), 200);
  assert.equal((await comensha.get(`/requests/${request}/location`)).status, 403);
  expectStatus(await house.post(`/requests/${request}/arrival`), 200);
  const done = expectStatus(await comensha.get(`/gate-requests/${gate.id}`), 200);
  assert.deepEqual([done.state, done.live], ['placed', false]);
  assert.equal((await comensha.get(`/referrals/${referral}`)).status, 404);
  heard.close();
});

test('reading the file is logged', async () => {
  const referral = (await openReferral(referrer, aVictim())).id;
  const gate = await send(referral);
  expectStatus(await comensha.get(`/referrals/${referral}`), 200);
  expectStatus(await comensha.get(`/gate-requests/${gate.id}`), 200);
  await poll(async () => {
    const rows = await x.sql(`SELECT event FROM access_log WHERE role = 'comensha' AND ((event = 'referral.read' AND object = ${referral}) OR (event = 'gate.read' AND object = ${gate.id}))`);
    return new Set(rows.map(r => Object.values(r)[0])).size === 2;
  }, { what: 'both reads in the access log' });
  await withdraw(referral);
});

test('no route of a referrer leads to a place of a gatekeeper', async () => {
  const victim = (await openReferral(referrer, aVictim({ threatLevel: 'rood' }))).id;
  const child = (await openReferral(referrer, aMinorAlone())).id;
  const gate = await send(victim);
  await step(comensha, gate.id, 'ownership');
  for (const pool of gated) {
    for (const referral of [victim, child]) {
      const answer = await referrer.post(`/referrals/${referral}/requests`, { poolIds: [pool] });
      assert.ok([409, 422].includes(answer.status), `${pool}: ${answer.text}`);
    }
    assert.equal((await referrer.post(`/gate-requests/${gate.id}/requests`, { poolIds: [pool] })).status, 404);
  }
  problem(await referrer.post(`/referrals/${victim}/requests`, { poolIds: [cosm.poolId] }), 422, 'gatekeeper');
  // Nor with one of another kind beside it: all or none.
  const bed = (await placesFor(referrer, aVictim(), 1))[0];
  problem(await referrer.post(`/referrals/${victim}/requests`, { poolIds: [bed.poolId, cosm.poolId] }), 422, 'gatekeeper');
  // A gatekeeper has its own places only, and only for what was sent to it.
  problem(await comensha.post(`/gate-requests/${gate.id}/requests`, { poolIds: [bed.poolId] }), 422, 'not_yours');
  assert.equal((await comensha.post(`/referrals/${child}/requests`, { poolIds: [cosm.poolId] })).status, 404);
  assert.equal((await town.post(`/gate-requests/${gate.id}/requests`, { poolIds: [cosm.poolId] })).status, 404);
  for (const list of ['possible', 'any']) {
    const shown = expectStatus(await referrer.get(`/referrals/${victim}/matches?verdict=${list}&limit=200`), 200);
    for (const p of shown.places.filter(p => gated.includes(p.poolId))) assert.equal(p.verdict, 'out');
  }
  assert.equal((await referrer.get(`/referrals/${victim}`)).json.requests.length, 0);
  await withdraw(victim);
  await withdraw(child);
});

test('instead of a dead end the list names the way through', async () => {
  const referral = (await openReferral(referrer, aVictim())).id;
  const before = expectStatus(await referrer.get(`/referrals/${referral}/matches`), 200).gates.find(g => g.kind === 'cosm');
  assert.deepEqual([before.gatekeeper, before.gateRequestId], ['comensha', null]);
  const gate = await send(referral);
  const now = expectStatus(await referrer.get(`/referrals/${referral}/matches`), 200).gates.find(g => g.kind === 'cosm');
  assert.equal(now.gateRequestId, gate.id);
  assert.deepEqual(expectStatus(await referrer.get(`/referrals/${referral}`), 200).gateRequests.map(g => g.id), [gate.id]);
  await withdraw(referral);
});

test('a bed for the meantime: only kinds that bridge, and asking one takes nothing from the gatekeeper', async () => {
  const need = aVictim({ threatLevel: 'groen' }); // at green one place at a time
  const referral = (await openReferral(referrer, need)).id;
  const gate = await send(referral);
  await step(comensha, gate.id, 'ownership');
  const bridge = expectStatus(await referrer.get(`/referrals/${referral}/matches?bridge=true&limit=200`), 200).places;
  assert.ok(bridge.length > 0 && bridge.every(p => ['nood', 'crisis', 'uur72', 'mannen'].includes(p.kind)), JSON.stringify(bridge.map(p => p.kind)));
  expectStatus(await referrer.post(`/referrals/${referral}/requests`, { poolIds: [bridge[0].poolId], bridge: true }), 201);
  const asked = await step(comensha, gate.id, 'requests', { poolIds: [cosm.poolId] });
  assert.deepEqual(asked.bridge, { kind: bridge[0].kind, state: 'pending' });
  assert.deepEqual(asked.requests.map(r => r.poolId), [cosm.poolId]); // where the bed is, is not for CoMensha
  await withdraw(referral);
});

test('given back with a reason: what was asked is free again, and the file is closed', async () => {
  const referral = (await openReferral(referrer, aVictim())).id;
  const gate = await send(referral);
  await step(comensha, gate.id, 'ownership');
  await step(comensha, gate.id, 'requests', { poolIds: [cosm.poolId] });
  const back = await step(comensha, gate.id, 'return', { reason: 'gewone_opvang' });
  assert.deepEqual([back.state, back.returnReason, back.requests[0].state], ['returned', 'gewone_opvang', 'cancelled']);
  assert.equal((await comensha.get(`/referrals/${referral}`)).status, 404);
  assert.equal(expectStatus(await referrer.get(`/referrals/${referral}`), 200).state, 'open');
  const again = await send(referral, 'omm');
  assert.notEqual(again.id, gate.id);
  assert.equal((await send(referral, 'omm')).id, again.id); // there is one: that is it
  await step(referrer, again.id, 'withdrawal');
  await withdraw(referral);
});

test('the same key gives the same gate request', async () => {
  const referral = (await openReferral(referrer, aVictim())).id;
  const key = `gate-${referral}-key`;
  const first = expectStatus(await referrer.post(`/referrals/${referral}/gate-requests`, { kind: 'cosm' }, { key }), 201);
  const second = expectStatus(await referrer.post(`/referrals/${referral}/gate-requests`, { kind: 'cosm' }, { key }), 201);
  assert.equal(second.id, first.id);
  await withdraw(referral);
});

test('a minor alone goes through the municipality, which gives assent or asks by itself', async () => {
  const youth = (await placesFor(referrer, aWoman(), 1), demo.pools.filter(p => p.kind === 'jeugd'));
  const referral = (await openReferral(referrer, aMinorAlone({ homeMunicipality: 'GM0599' }))).id;
  const gate = await send(referral, 'jeugd');
  assert.match(gate.organisation, /Rotterdam/);
  assert.equal((await comensha.get(`/gate-requests/${gate.id}`)).status, 404);
  problem(await comensha.post(`/gate-requests/${gate.id}/assent`), 403, 'not_allowed');
  await step(town, gate.id, 'ownership');
  assert.equal(expectStatus(await town.get(`/referrals/${referral}`), 200).need.minorAlone, true);
  const shown = expectStatus(await town.get(`/referrals/${referral}/matches?verdict=any&limit=200`), 200).places;
  assert.deepEqual(new Set(shown.map(p => p.kind)), new Set(['jeugd']));
  assert.equal(shown.length, youth.length);
  await step(town, gate.id, 'assent');
  const open = expectStatus(await referrer.get(`/referrals/${referral}/matches?limit=200`), 200).places;
  assert.ok(open.length > 0 && open.every(p => p.kind === 'jeugd'), 'with assent the places are open to the referrer');
  const request = (await ask(referrer, referral, [open[0].poolId])).requests[0];
  expectStatus(await (await x.as(deskOf(open[0].poolId))).post(`/requests/${request.id}/acceptance`), 200);
  assert.equal(expectStatus(await town.get(`/gate-requests/${gate.id}`), 200).state, 'placed');
  await withdraw(referral);
});

/** The demo's world with another municipality in the region of Rotterdam: which one it is, its location says. */
function worldOfTwoTowns() {
  const file = 'var/test/world-of-two-towns.json';
  const id = demo.organisations.length + 1;
  mkdirSync(join(ROOT, 'var/test'), { recursive: true });
  writeFileSync(join(ROOT, file), JSON.stringify({
    ...demo,
    organisations: [...demo.organisations, { id, code: 'gemeente-capelle', name: 'Gemeente Capelle', kind: 'municipality', region: 'R28', veilig_thuis: 'VT18' }],
    locations: [...demo.locations, { ...demo.locations[0], id: demo.locations.length + 1, organisation: id, code: 'loket-capelle', name: 'Loket Capelle', region: 'R28', municipality: 'GM0502' }],
    accounts: [...demo.accounts, { username: 'toewijzing.capelle', organisation: id, role: 'gatekeeper', location: null, display_nl: 'Toewijzing jeugd', display_en: 'Youth placements', demo: true }],
  }));
  return file;
}

test('within a region each municipality has the minors of its own, and the first has the others', { timeout: 120_000 }, async () => {
  const two = await startExchange('gate-towns', { demo: worldOfTwoTowns() });
  try {
    const [desk, capelle, rotterdam] = [await two.as('nachtdienst.rotterdam'), await two.as('toewijzing.capelle'), await two.as('toewijzing.rotterdam')];
    for (const [home, name, mine, theirs] of [['GM0502', /Capelle/, capelle, rotterdam], ['GM0489', /Rotterdam/, rotterdam, capelle]]) {
      const r = await openReferral(desk, aMinorAlone({ homeMunicipality: home }));
      const gate = expectStatus(await desk.post(`/referrals/${r.id}/gate-requests`, { kind: 'jeugd' }), 201);
      assert.match(gate.organisation, name);
      assert.equal(expectStatus(await mine.get(`/referrals/${r.id}`), 200).need.homeMunicipality, home);
      assert.equal((await theirs.get(`/referrals/${r.id}`)).status, 404);
      assert.equal((await theirs.get(`/gate-requests/${gate.id}`)).status, 404);

      // Who waits rings the desk: its number alone, and each look is logged.
      assert.equal(gate.rings, true);
      const number = who => who.get(`/gate-requests/${gate.id}/night-number`);
      const house = home === 'GM0502' ? demo.locations[0] : demo.locations.find(l => l.code === 'loket-rotterdam');
      assert.deepEqual(expectStatus(await number(desk), 200), { organisation: gate.organisation, nightNumber: house.sealed.night_number });
      assert.equal((await number(await two.as('nachtdienst.amsterdam'))).status, 404);
      assert.equal((await number(mine)).status, 404, 'the desk knows its own');
      const looks = two.sql(`SELECT count(*) FROM access_log WHERE event = 'gate.number' AND object = ${gate.id}`);
      assert.equal(Number(looks[0][0]), 1);
      expectStatus(await desk.post(`/gate-requests/${gate.id}/withdrawal`), 200);
      assert.deepEqual([expectStatus(await desk.get(`/gate-requests/${gate.id}`), 200).rings, (await number(desk)).status], [false, 404], 'nobody is rung for what is over');
    }
    // Where it has no desk there is none to ring.
    const r = await openReferral(desk, aMinorAlone({ homeMunicipality: 'GM0363' }));
    const gate = expectStatus(await desk.post(`/referrals/${r.id}/gate-requests`, { kind: 'jeugd' }), 201);
    assert.deepEqual([gate.rings, (await desk.get(`/gate-requests/${gate.id}/night-number`)).status], [false, 404]);
  } finally {
    await two.stop();
  }
});

test('residence: not known is a task, found out it counts at once', async () => {
  const referral = (await openReferral(referrer, aVictim({ residence: 'onbekend' }))).id;
  const find = body => referrer.post(`/referrals/${referral}/residence`, body);
  const places = async () => expectStatus(await referrer.get(`/referrals/${referral}/matches?limit=200`), 200).places;
  assert.deepEqual(expectStatus(await referrer.get(`/referrals/${referral}`), 200).tasks, ['residence']);
  assert.ok((await places()).some(p => p.kind === 'nood' && !(p.rules ?? []).includes('residence')), 'a night bed is never blocked by it');
  const running = expectStatus(await find({ residence: 'bedenktijd' }), 200);
  assert.deepEqual([running.tasks, running.need.residence], [['residence_until'], 'bedenktijd']);
  const until = inMinutes(60 * 24 * 20);
  const found = expectStatus(await find({ residence: 'bedenktijd', untilAt: until }), 200);
  assert.deepEqual([found.tasks, Date.parse(found.residenceUntil)], [[], Date.parse(until)]);
  const refusing = demo.pools.filter(p => p.kind === 'nood' && p.residences.bedenktijd === 'no').map(p => p.id);
  assert.ok(refusing.length > 0 && (await places()).every(p => !refusing.includes(p.poolId)));
  assert.equal((await other.post(`/referrals/${referral}/residence`, { residence: 'nl' })).status, 404);
  await withdraw(referral);
});

test('a gatekeeper that lets what presses pass: its desk and the referrer are alarmed, again, until it decides', async () => {
  const theirs = await comensha.events(), ours = await referrer.events(), strange = await other.events();
  const referral = (await openReferral(referrer, aVictim())).id;
  const gate = await send(referral);
  const isOf = name => e => e.event === name && e.data.referralId === referral;
  const alarms = async () => expectStatus(await referrer.get(`/referrals/${referral}`), 200).alarms.filter(a => a.alarm === 'gate');
  assert.deepEqual(await alarms(), []);
  const soon = new Date(Date.now() + 1500).toISOString();
  expectStatus(await referrer.post(`/referrals/${referral}/residence`, { residence: 'bedenktijd', untilAt: soon }), 200);
  assert.equal(Date.parse(expectStatus(await comensha.get('/gate-requests'), 200).gateRequests.find(g => g.id === gate.id).clocks.actBy), Date.parse(soon));
  await ours.until(isOf('alarm.raised'));
  await theirs.until(isOf('alarm.raised'));
  const late = await poll(async () => (await alarms()).find(a => a.passedOn), { within: 20_000, every: 100, what: 'the next in line' });
  assert.ok(Date.parse(late.raisedAt) >= Date.parse(soon), 'not before its moment');
  assert.equal(late.timesRaised, 3);
  await theirs.until(isOf('alarm.repeated'));
  // Looking at it is no decision; what it decides ends the alarm.
  await step(comensha, gate.id, 'ownership');
  assert.equal((await alarms()).length, 1);
  expectStatus(await referrer.post(`/referrals/${referral}/alarm-acknowledgement`, { alarm: 'gate' }), 200);
  await step(comensha, gate.id, 'return', { reason: 'gewone_opvang' });
  assert.deepEqual(await alarms(), []);
  assert.ok(!strange.events.some(e => e.data.referralId === referral));
  for (const stream of [theirs, ours, strange]) stream.close();
  await withdraw(referral);
});

test('the broker does not go past the gatekeeper by itself', async () => {
  // Of all places in the country only those of the gatekeepers are free.
  const referral = (await openReferral(referrer, aVictim())).id;
  const seen = expectStatus(await referrer.get(`/referrals/${referral}/matches?limit=200`), 200).places;
  for (const p of seen.slice(0, 3)) {
    const desk = await x.as(deskOf(p.poolId));
    expectStatus(await desk.post('/capacity-reports', { reports: [aReport(p.poolId, { unitsFree: 0, unitsOccupied: poolOf(p.poolId).units_total })] }), 200);
  }
  const house = await x.as(deskOf(cosm.poolId));
  assert.equal(organisationOf(cosm.poolId), house.session.organisationId ?? organisationOf(cosm.poolId));
  const total = poolOf(cosm.poolId).units_total;
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(cosm.poolId, { unitsFree: 0, unitsOccupied: total })] }), 200);
  const heard = await referrer.events();
  expectStatus(await house.post('/capacity-reports', { reports: [aReport(cosm.poolId)] }), 200);
  await heard.until(e => e.data.poolId === cosm.poolId);
  assert.ok(!heard.events.some(e => e.event === 'referral.place_found' && e.data.poolId === cosm.poolId));
  const now = expectStatus(await referrer.get(`/referrals/${referral}`), 200);
  assert.deepEqual([now.announced, now.requests], [null, []]);
  heard.close();
  await withdraw(referral);
});
