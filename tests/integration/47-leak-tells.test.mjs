// The kill switch reaches who is not at a screen: a second person and the helpdesk are rung to confirm it, every desk
// whose household is there or was to come is rung until somebody looks, and nothing in it is an address or a fact.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { withGateways } from '../support/gateways.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aReport, ask, demo, expectStatus, openReferral } from '../support/world.mjs';

const WITHIN = { within: 30_000, every: 50 };
const HOUSE = demo.locations.find(l => l.code === 'lindehof');
const POOLS = demo.pools.filter(p => p.location === HOUSE.id);
const FAMILY = POOLS.find(p => p.code === 'lindehof-gezin').id;
const OVERFLOW = demo.pools.find(p => p.code === 'scholekster-overloop');
const orgCode = id => demo.organisations.find(o => o.id === id).code;
const orgOf = username => orgCode(demo.accounts.find(a => a.username === username).organisation);
const DESK = '+31880001122', HELPDESK = '+31880009999';
const e164 = number => number.replace(/^0/, '+31').replace(/[^+\d]/g, '');
let x, receiver, own, phone, intake, admin, leak, lives, promised, comes;

before(async () => {
  x = await startExchange('leak-tells', { settings: { answer_by_rood_s: 3600 } });
  receiver = await withGateways(x, { alarm_again_rood_s: 2, alarm_again_times: 9 }, [
    ['night texts', 'every-shelter', 'sms', 'night-number'],
    ['night calls', 'every-shelter', 'voice', 'night-number'],
    ['desk calls', orgOf('nachtdienst.rotterdam'), 'voice', DESK],
    ['desk texts', orgOf('nachtdienst.rotterdam'), 'sms', DESK],
    ['desk hook', orgOf('nachtdienst.rotterdam'), 'webhook', '/desk'],
    ['helpdesk calls', demo.organisations.find(o => o.kind === 'operator').code, 'voice', HELPDESK],
    ['overflow hook', orgCode(demo.locations[OVERFLOW.location - 1].organisation), 'webhook', '/overflow'],
    ['comensha hook', orgOf('helpdesk.comensha'), 'webhook', '/comensha'],
  ]);
  await x.startBroker();
  own = await x.as('nachtdienst.rotterdam');
  phone = await x.as('opvang.lindehof');
  intake = await x.as('intake.lindehof-groep');
  admin = await x.as('beheer.uitwisseling');
  expectStatus(await phone.post('/capacity-reports', { reports: POOLS.map(p => aReport(p.id)) }), 200);
});
after(async () => {
  await receiver?.close();
  await x?.stop();
});

const calls = to => receiver.got('/voice').filter(q => q.body.to === to);
const hooks = (path, type) => receiver.got(path).filter(q => q.body.type === `nl.veiligeplek.${type}.v1`);
/** The threat is told to be low: that delays nothing here. */
const need = () => aNeed({ traits: {}, threatLevel: 'groen', urgency: 'drie_dagen' });

async function yes(id, pool, over = {}) {
  const q = expectStatus(await own.post(`/referrals/${id}/requests`, { poolIds: [pool], ...over }), 201).requests.at(-1);
  expectStatus(await phone.post(`/requests/${q.id}/acceptance`), 200);
  return q;
}

test('a report rings the night number of the house and the helpdesk: a second person must confirm', async () => {
  lives = await openReferral(own, need());
  expectStatus(await phone.post(`/requests/${(await yes(lives.id, FAMILY)).id}/arrival`), 200);
  promised = await openReferral(own, need());
  await yes(promised.id, FAMILY);
  comes = await openReferral(own, need());
  await yes(comes.id, FAMILY, { bridge: true });
  leak = expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  const text = 'Iemand meldt dat het adres van uw huis is gelekt. Een tweede collega moet dat nu bevestigen of intrekken. Open Veilige Plek.';
  const call = await poll(() => calls(e164(HOUSE.sealed.night_number)).find(q => q.body.text === 'Open Veilige Plek nu.'), { ...WITHIN, what: 'the call to the house, that names no reason to whoever picks up' });
  assert.ok(call.body.id);
  await poll(() => receiver.got('/sms').some(q => q.body.to === e164(HOUSE.sealed.night_number) && q.body.text === text), { ...WITHIN, what: 'the text message' });
  await poll(() => calls(HELPDESK).length >= 1, { ...WITHIN, what: 'the call to the helpdesk' });
  const again = q => q.body.to === e164(HOUSE.sealed.night_number) && q.body.text === 'Open Veilige Plek nu.';
  await poll(() => receiver.got('/voice').filter(again).length >= 2, { ...WITHIN, what: 'a second call to the house: nobody confirmed' });
  const waits = await poll(async () => expectStatus(await admin.get('/leaks'), 200).leaks.find(l => l.id === leak.id && l.timesRepeated >= 1), { ...WITHIN, what: 'the list to say so' });
  assert.ok(waits.repeatedAt);
  assert.deepEqual([waits.state, waits.passedOn, waits.givenUp], ['reported', false, false]);
  assert.equal(calls(DESK).length, 0, 'nothing is frozen yet: no desk is rung');
});

test('the freeze rings the desk of each who lives there, has a yes or is on the way to a bridge bed, until somebody looks', async () => {
  expectStatus(await intake.post(`/leaks/${leak.id}/confirmation`), 200);
  const households = expectStatus(await admin.get('/leaks'), 200).leaks[0].households;
  assert.deepEqual(households.map(h => h.earlierCode).sort(), [lives.code, comes.code, promised.code].sort(), 'who was to come is listed too');
  const next = households.find(h => h.earlierCode === lives.code);
  const way = households.find(h => h.earlierCode === comes.code);
  assert.deepEqual([way.bridge, way.onTheWay, way.referralId], [true, true, comes.id]);
  const stopped = households.find(h => h.earlierCode === promised.code);
  assert.deepEqual([stopped.bridge, stopped.onTheWay, stopped.stayId, stopped.left, stopped.searching, stopped.referralId], [false, true, null, false, true, promised.id]);
  const ofHouse = expectStatus(await phone.get('/leaks'), 200).leaks[0].households.find(h => h.earlierCode === promised.code);
  assert.deepEqual([ofHouse.referralId, ofHouse.referralCode, ofHouse.state], [null, null, null], 'the house learns no more of it than before');
  expectStatus(await own.get('/leaks'), 403); // a desk has its own alarm, and no list of others'
  assert.equal(expectStatus(await own.get(`/referrals/${comes.id}`), 200).requests[0].cancelWhy, 'leaked', 'nobody failed to show up');
  assert.equal(expectStatus(await own.get(`/referrals/${comes.id}/bridges`), 200).bridges[0].end, 'leaked');

  const of = [[next.referralId, next.referralCode], [promised.id, promised.code], [comes.id, comes.code]];
  const text = 'Alarm. Het adres van een plek is gelekt. Een gezin van u moet daar weg of mag er niet heen. Open Veilige Plek nu.';
  await poll(() => calls(DESK).filter(q => q.body.text === text).length >= 2 * of.length, { ...WITHIN, what: 'a second call for each' });
  await poll(() => receiver.got('/sms').filter(q => q.body.to === DESK && q.body.text === text).length >= of.length, { ...WITHIN, what: 'a text message for each' });
  for (const [id, code] of of) {
    assert.ok(!receiver.all.some(q => ['/voice', '/sms'].includes(q.path) && q.text.includes(code)), 'no code on a phone');
    const hook = await poll(() => hooks('/desk', 'alarm.leaked').find(q => q.body.data.referralId === id), { ...WITHIN, what: `the event for ${code}` });
    assert.deepEqual(Object.keys(hook.body.data).sort(), ['organisationId', 'referralId']);
  }
  const listed = expectStatus(await own.get('/referrals?leaked=true'), 200);
  assert.deepEqual(listed.referrals.map(r => r.id).sort((a, b) => a - b), of.map(([id]) => id).sort((a, b) => a - b));
  for (const [id] of of) {
    const r = expectStatus(await own.post(`/referrals/${id}/alarm-acknowledgement`, { alarm: 'leaked' }), 200);
    assert.ok(r.alarms.find(a => a.alarm === 'leaked').acknowledgedAt);
  }
});

test('a question about a resident is told to the night number; a surge to who keeps places for it and who places', async () => {
  const rival = await x.as('opvang.esdoorn');
  const esdoorn = demo.pools.find(p => demo.locations[p.location - 1].code === 'esdoorn');
  expectStatus(await rival.post('/capacity-reports', { reports: [aReport(esdoorn.id)] }), 200);
  const r = await openReferral(own, aNeed({ traits: {} }));
  const q = (await ask(own, r.id, [esdoorn.id])).requests[0];
  expectStatus(await own.post(`/requests/${q.id}/conflict-question`), 200);
  await poll(() => receiver.got('/sms').some(s => s.body.to === e164(demo.locations[esdoorn.location - 1].sealed.night_number) && s.body.text.startsWith('Een verwijzer vraagt of er een conflict is')), { ...WITHIN, what: 'the question' });
  expectStatus(await rival.post(`/requests/${q.id}/conflict-answer`, { conflict: false }), 200);
  await poll(() => hooks('/desk', 'request.conflict-answered').some(h => h.body.data.requestId === q.id && h.body.data.state === 'no'), { ...WITHIN, what: 'the answer' });
  expectStatus(await admin.post('/surge', { regions: [demo.locations[OVERFLOW.location - 1].region], on: true, reason: 'drukte' }), 200);
  await poll(() => hooks('/overflow', 'surge.set').some(h => h.body.data.state === 'on'), { ...WITHIN, what: 'the surge at the house' });
  await poll(() => hooks('/comensha', 'surge.set').length > 0, { ...WITHIN, what: 'the surge at CoMensha' });
});

test('no address and no fact of a household went out', () => {
  const out = receiver.all.filter(q => q.path !== '/never').map(q => q.text);
  assert.ok(out.length > 10);
  for (const text of out)
    for (const mark of ['vrouw', 'groen', HOUSE.sealed.address, HOUSE.name, 'lindehof']) assert.ok(!text.includes(mark), `${mark} in ${text.slice(0, 300)}`);
});
