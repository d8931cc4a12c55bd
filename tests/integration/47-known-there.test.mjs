// A house says that somebody there knows a household of which it has a bed already: no machine takes anybody out of it,
// so the desk that has the bed is rung until a person looks, then its team lead too; the desk that asked, the house and
// the other households learn nothing by it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { withGateways } from '../support/gateways.mjs';
import { poll } from '../support/wait.mjs';
import { aReport, aWoman, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const WITHIN = { within: 30_000, every: 50 };
const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const poolOf = code => POOLS.find(p => p.code === code).id;
const NIGHT = poolOf('lindehof-nood'), FAMILY = poolOf('lindehof-gezin'), SINGLE = poolOf('lindehof-een');
const orgOf = username => demo.organisations.find(o => o.id === demo.accounts.find(a => a.username === username).organisation).code;
const DESK = '+31880001122', RIVAL = '+31880003344', LEAD = '+31880005566';
const TEXT = 'Alarm. Een gezin van u is in een huis of gaat erheen en het is daar misschien niet veilig. Bel het huis. Open Veilige Plek nu.';
let x, receiver, own, other, house, lives, back;

before(async () => {
  x = await startExchange('known-there', { settings: { answer_by_rood_s: 3600 } });
  receiver = await withGateways(x, { alarm_again_rood_s: 2, alarm_again_times: 2 }, [
    ['desk calls', orgOf('nachtdienst.rotterdam'), 'voice', DESK],
    ['desk texts', orgOf('nachtdienst.rotterdam'), 'sms', DESK],
    ['desk hook', orgOf('nachtdienst.rotterdam'), 'webhook', '/desk'],
    ['lead.texts', orgOf('nachtdienst.rotterdam'), 'sms', LEAD],
    ['rival calls', orgOf('nachtdienst.amsterdam'), 'voice', RIVAL],
    ['rival hook', orgOf('nachtdienst.amsterdam'), 'webhook', '/rival'],
  ]);
  await x.startBroker();
  own = await x.as('nachtdienst.rotterdam');
  other = await x.as('nachtdienst.amsterdam');
  house = await x.as('opvang.lindehof');
  expectStatus(await house.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
}, { timeout: 180_000 });
after(async () => {
  await receiver?.close();
  await x?.stop();
}, { timeout: 60_000 });

/** The threat was told to be low: that delays nothing here. */
const need = (over = {}) => aWoman({ threatLevel: 'groen', urgency: 'drie_dagen', ...over });
const hooks = (path, type) => receiver.got(path).filter(q => q.body.type === `nl.veiligeplek.${type}.v1`);
const calls = to => receiver.got('/voice').filter(q => q.body.to === to);
const conflictOf = r => (r.alarms ?? []).find(a => a.alarm === 'conflict');
const unsafe = async client => expectStatus(await client.get('/referrals?unsafe=true&live=false'), 200).referrals;

test('another desk asks for who lives there: its no rings the desk that has the bed, and takes nobody out of it', async () => {
  lives = await openReferral(own, need());
  const q = (await ask(own, lives.id, [FAMILY])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await own.get(`/referrals/${lives.id}`), 200);
  const { returnCode } = expectStatus(await house.post(`/stays/${stayId}/return-code`, {}), 200);
  back = await openReferral(other, need({ returnCode }));
  const q2 = (await ask(other, back.id, [SINGLE])).requests.at(-1);
  expectStatus(await other.post(`/requests/${q2.id}/conflict-question`), 200);
  assert.deepEqual(await unsafe(own), []);
  expectStatus(await house.post(`/requests/${q2.id}/conflict-answer`, { conflict: true }), 200);

  const [told] = await unsafe(own);
  assert.deepEqual([told.id, told.state, conflictOf(told).requestIds, conflictOf(told).acknowledgedAt], [lives.id, 'admitted', [q.id], null]);
  assert.equal(expectStatus(await own.get(`/stays/${stayId}`), 200).state, 'present', 'nobody is taken out of a bed');
  await poll(() => calls(DESK).some(c => c.body.text === TEXT), { ...WITHIN, what: 'the call' });
  await poll(() => receiver.got('/sms').some(m => m.body.to === DESK && m.body.text === TEXT), { ...WITHIN, what: 'the text message' });
  const hook = await poll(() => hooks('/desk', 'alarm.conflict')[0], { ...WITHIN, what: 'the event' });
  assert.deepEqual([Object.keys(hook.body.data).sort(), hook.body.data.referralId], [['organisationId', 'referralId'], lives.id]);
});

test('who asked, the house and whoever else learn nothing of the other bed', async () => {
  assert.deepEqual(await unsafe(other), []);
  const mine = expectStatus(await other.get(`/referrals/${back.id}`), 200);
  assert.deepEqual(mine.alarms.map(a => a.alarm).filter(a => a === 'conflict'), []);
  expectStatus(await other.get(`/referrals/${lives.id}`), 404);
  expectStatus(await other.post(`/referrals/${lives.id}/alarm-acknowledgement`, { alarm: 'conflict' }), 404);
  expectStatus(await house.post(`/referrals/${lives.id}/alarm-acknowledgement`, { alarm: 'conflict' }), 403);
  assert.equal(conflictOf(expectStatus(await house.get(`/referrals/${lives.id}`), 200)), undefined);
});

test('it rings again as at code rood, then the team lead too, until a person has it', async () => {
  await poll(() => receiver.got('/sms').some(m => m.body.to === LEAD), { ...WITHIN, what: 'the team lead' });
  const rung = await poll(async () => (await unsafe(own)).map(conflictOf).find(a => a.passedOn), { ...WITHIN, what: 'the page to say so' });
  assert.ok(rung.timesRaised >= 4, `${rung.timesRaised}`);
  expectStatus(await own.post(`/referrals/${lives.id}/alarm-acknowledgement`, { alarm: 'conflict' }), 200);
  const [seen] = await unsafe(own);
  assert.equal(conflictOf(seen).acknowledgedBy.id, seen.owner.id);
  const texts = receiver.all.filter(q => ['/voice', '/sms'].includes(q.path)).map(q => q.text).join('\n');
  for (const secret of [lives.code, back.code, HOUSE.name, 'conflict'])
    assert.ok(!texts.includes(secret), `no ${secret} on a phone`);
  assert.deepEqual([calls(RIVAL).length, hooks('/rival', 'alarm.conflict').length], [0, 0]);
});

test('a bridge bed beside a place of the same desk; it is over when they have left it', async () => {
  const r = await openReferral(own, need());
  const bed = expectStatus(await own.post(`/referrals/${r.id}/requests`, { poolIds: [NIGHT], bridge: true }), 201).requests.at(-1);
  expectStatus(await house.post(`/requests/${bed.id}/acceptance`), 200);
  const q = (await ask(own, r.id, [SINGLE])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/decline`, { reason: 'netwerk_conflict' }), 200);
  const told = expectStatus(await own.get(`/referrals/${r.id}`), 200);
  assert.deepEqual(conflictOf(told).requestIds, [bed.id]);
  assert.equal(told.requests.find(o => o.id === bed.id).state, 'accepted', 'its yes stands until people undo it');
  const [bridge] = expectStatus(await own.get(`/referrals/${r.id}/bridges`), 200).bridges;
  expectStatus(await own.post(`/bridges/${bridge.id}/end`, { reason: 'failed' }), 200);
  assert.equal(conflictOf(expectStatus(await own.get(`/referrals/${r.id}`), 200)), undefined);
});
