// What happens by itself around a referral, with lengths of seconds: rung again, widened, alarmed, kept and let go of,
// missed on the way; what people do about it; who it is with at the change of shift; and the delivery record.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { aWoman, ask, deskOf, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

const SETTINGS = {
  answer_by_rood_s: 5, ask_next_rood: 0, ring_rood_s: 1, widen_rood_s: 6, widen_by_rood: 1, lead_rood_s: 2,
  keep_rood_s: 6, keep_warn_rood_s: 3, no_show_rood_s: 1, extra_time_s: 60,
  alarm_again_rood_s: 1, alarm_again_times: 1,
};
const COLLEAGUE = 'avonddienst.rotterdam';

let x, worker, colleague, stranger, places;
const streams = {};
const desk = i => x.as(deskOf(places[i].poolId));
const read = async id => expectStatus(await worker.get(`/referrals/${id}`), 200);
const isOf = (name, id) => e => e.event === name && e.data.referralId === id;
const heard = (stream, name, id) => streams[stream].events.some(isOf(name, id));
const alarm = (referral, name) => referral.alarms.find(a => a.alarm === name);
const until = (id, ask_, what) => poll(async () => { const r = await read(id); return ask_(r) && r; }, { within: 20_000, every: 100, what });

before(async () => {
  x = await startExchange('timers', { settings: SETTINGS });
  x.sql(`INSERT INTO account (username, org, role, location, display_nl, display_en, password_hash, created_at_ms)
    SELECT '${COLLEAGUE}', org, role, location, 'Avonddienst', 'Evening staff', password_hash, 1 FROM account WHERE username = 'nachtdienst.rotterdam'`);
  await x.killBroker();
  await x.startBroker();
  worker = await x.as('nachtdienst.rotterdam');
  colleague = await x.as(COLLEAGUE);
  stranger = await x.as('nachtdienst.amsterdam');
  places = await placesFor(worker, aWoman(), 4);
  for (const [name, client] of [['worker', worker], ['stranger', stranger], ['house', await desk(0)], ['other', await desk(1)]])
    streams[name] = await client.events();
});
after(async () => {
  for (const s of Object.values(streams)) s.close();
  await x?.stop();
});

const withdraw = async id => expectStatus(await worker.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);

test('a request that nobody answers is rung again, and both sides see it', async () => {
  const r = await openReferral(worker, aWoman());
  assert.deepEqual(r.alarms, []);
  const request = (await ask(worker, r.id, [places[0].poolId])).requests[0];
  assert.deepEqual([request.rung, request.rungAt, request.extensions, request.extensionsMax, request.extensionSeconds], [0, null, 0, 3, 60]);
  const fact = await streams.house.until(isOf('request.rung', r.id));
  assert.deepEqual(Object.keys(fact.data).sort(), ['at', 'poolId', 'referralId', 'requestId', 'seq', 'state']);
  await streams.worker.until(isOf('request.rung', r.id));
  assert.ok(expectStatus(await (await desk(0)).get(`/requests/${request.id}`), 200).rung >= 1);
  assert.ok(!heard('stranger', 'request.rung', r.id) && !heard('other', 'request.rung', r.id));
  await withdraw(r.id);
});

test('a house gets extra time three times, and not a fourth', async () => {
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [places[0].poolId])).requests[0];
  const house = await desk(0);
  let before = Date.parse(request.answerByAt);
  for (let n = 1; n <= 3; n++) {
    const now = expectStatus(await house.post(`/requests/${request.id}/extension`), 200);
    assert.equal(now.extensions, n);
    assert.equal(Date.parse(now.answerByAt), before + 60_000);
    before = Date.parse(now.answerByAt);
  }
  assert.equal(expectStatus(await house.post(`/requests/${request.id}/extension`), 409).type, '/problems/extensions');
  assert.equal((await read(r.id)).requests[0].extensions, 3);
  await streams.worker.until(isOf('request.extended', r.id));
  expectStatus(await (await desk(1)).post(`/requests/${request.id}/extension`), 404);
  await withdraw(r.id);
  expectStatus(await house.post(`/requests/${request.id}/extension`), 409);
});

test('no yes for too long: the own organisation is alarmed, and somebody says that they look after it', async () => {
  const r = await openReferral(worker, aWoman());
  await ask(worker, r.id, [places[0].poolId]);
  await streams.worker.until(isOf('alarm.raised', r.id));
  const lead = alarm(await read(r.id), 'lead');
  assert.equal(lead.acknowledgedAt, null);
  assert.ok(Date.parse(lead.raisedAt) >= Date.parse(r.openedAt) + 2000);
  assert.ok(alarm(expectStatus(await colleague.get('/referrals'), 200).referrals.find(q => q.id === r.id), 'lead'), 'in the list of a colleague too');
  assert.equal(expectStatus(await worker.post(`/referrals/${r.id}/alarm-acknowledgement`, { alarm: 'no_show' }), 409).type, '/problems/wrong_state');
  const seen = alarm(expectStatus(await colleague.post(`/referrals/${r.id}/alarm-acknowledgement`, { alarm: 'lead' }), 200), 'lead');
  assert.equal(seen.acknowledgedBy.nameNl, 'Avonddienst');
  const { data: { seq } } = await streams.worker.until(isOf('alarm.acknowledged', r.id));
  assert.ok(seen.timesRaised < 3, 'it could be raised again');
  assert.deepEqual(alarm(expectStatus(await worker.post(`/referrals/${r.id}/alarm-acknowledgement`, { alarm: 'lead' }), 200), 'lead'), seen);
  await until(r.id, q => q.requests.length > 1, 'the search to go on'); // seconds later
  assert.ok(!streams.worker.events.some(e => isOf('alarm.repeated', r.id)(e) && e.data.seq > seq), 'what somebody looks after is not raised again');
  assert.ok(!heard('house', 'alarm.raised', r.id), 'the house is not told how the search goes');
  assert.ok(!heard('stranger', 'alarm.raised', r.id));
  await withdraw(r.id);
});

test('an alarm that nobody looks after is raised again, then the helpdesk is told too, and it does not go on all night', async () => {
  const r = await openReferral(worker, aWoman());
  await ask(worker, r.id, [places[0].poolId]);
  const first = alarm(await until(r.id, q => alarm(q, 'lead'), 'the alarm'), 'lead');
  assert.ok(first.timesRaised <= 3);
  await streams.worker.until(isOf('alarm.repeated', r.id));
  const last = alarm(await until(r.id, q => alarm(q, 'lead')?.passedOn, 'the next in line'), 'lead');
  assert.deepEqual([last.timesRaised, last.passedOn, last.raisedAt, last.acknowledgedAt], [3, true, first.raisedAt, null]);
  assert.ok(Date.parse(last.raisedAgainAt) >= Date.parse(last.raisedAt) + 2000);
  assert.ok(!heard('house', 'alarm.repeated', r.id) && !heard('stranger', 'alarm.repeated', r.id));
  const again = () => streams.worker.events.filter(isOf('alarm.repeated', r.id)).length;
  await poll(() => again() === 2, { within: 20_000, every: 50, what: 'both facts' });
  // Somebody looks: a second one, later in the same life, begins anew.
  const seen = alarm(expectStatus(await colleague.post(`/referrals/${r.id}/alarm-acknowledgement`, { alarm: 'lead' }), 200), 'lead');
  assert.equal(seen.timesRaised, 3);
  await until(r.id, q => q.requests.length > 1, 'the search to go on'); // widened, seconds later: and no further alarm
  assert.equal(again(), 2);
  await withdraw(r.id);
});

test('all said no: the exchange asks the next place that fits by itself', async () => {
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [places[0].poolId])).requests[0];
  expectStatus(await (await desk(0)).post(`/requests/${request.id}/decline`, { reason: 'gezin_past_niet' }), 200);
  assert.equal((await read(r.id)).state, 'open');
  await streams.worker.until(isOf('referral.widened', r.id));
  const asked = (await until(r.id, q => q.requests.length > 1, 'another request')).requests[1];
  assert.deepEqual([asked.widened, asked.proposal.byBroker, asked.proposal.verdict], [true, true, 'fits']);
  assert.notEqual(organisationOf(asked.poolId), undefined);
  await withdraw(r.id);
});

test('a place is kept for so long; before that an alarm, after that it is let go of and the search goes on', async () => {
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [places[0].poolId])).requests[0];
  const house = await desk(0);
  const yes = expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  assert.ok(Date.parse(yes.holdUntilAt) - Date.parse(yes.answeredAt) === 6000);
  const longer = expectStatus(await worker.post(`/referrals/${r.id}/hold-extension`), 200);
  assert.deepEqual([Date.parse(longer.holdUntilAt), longer.holdExtensions], [Date.parse(yes.holdUntilAt) + 2000, 1]);
  await until(r.id, q => alarm(q, 'hold_ending'), 'the alarm before the end');
  assert.equal(expectStatus(await house.get(`/requests/${request.id}`), 200).holdEnding, true);
  await streams.house.until(isOf('alarm.raised', r.id));
  const open = await until(r.id, q => q.state !== 'reserved', 'the end of the hold');
  assert.deepEqual([open.state, open.closedAt, open.acceptedAt, open.holdUntilAt], ['open', null, null, null]);
  assert.deepEqual([open.requests[0].state, open.requests[0].cancelWhy], ['cancelled', 'hold_ended']);
  assert.ok(alarm(open, 'hold_ended'));
  await streams.house.until(isOf('request.cancelled', r.id));
  assert.equal(expectStatus(await house.post(`/requests/${request.id}/acceptance`), 409).type, '/problems/wrong_state');
  await withdraw(r.id);
});

test('not arrived in time: both sides are alarmed, and nothing else happens by itself', async () => {
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [places[0].poolId])).requests[0];
  const house = await desk(0);
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await worker.post(`/referrals/${r.id}/journey`, { etaAt: new Date().toISOString() }), 200);
  expectStatus(await worker.post(`/referrals/${r.id}/hold-extension`), 409);
  assert.ok(alarm(await until(r.id, q => alarm(q, 'no_show'), 'the alarm'), 'no_show'));
  const seen = expectStatus(await house.get(`/requests/${request.id}`), 200);
  assert.deepEqual([seen.missed, seen.state], [true, 'accepted']);
  assert.equal((await read(r.id)).state, 'travelling');
  expectStatus(await house.post(`/requests/${request.id}/arrival`), 200);
  assert.deepEqual((await read(r.id)).alarms, []);
});

test('on the way, and nobody knows when they will be there', async () => {
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [places[3].poolId])).requests[0];
  const house = await desk(3);
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  const going = expectStatus(await worker.post(`/referrals/${r.id}/journey`, {}), 200);
  assert.deepEqual([going.state, going.etaAt], ['travelling', null]);
  assert.equal(expectStatus(await house.get(`/requests/${request.id}`), 200).etaAt, null);
  assert.ok(alarm(await until(r.id, q => alarm(q, 'no_show'), 'the alarm all the same'), 'no_show'));
  assert.equal(expectStatus(await worker.post(`/referrals/${r.id}/journey`, { etaAt: 'straks' }), 400).errors[0].pointer, '/etaAt');
  const eta = new Date(Date.now() + 60_000).toISOString();
  assert.equal(Date.parse(expectStatus(await worker.post(`/referrals/${r.id}/journey`, { etaAt: eta }), 200).etaAt), Date.parse(eta), 'heard of since');
  assert.equal(expectStatus(await worker.post(`/referrals/${r.id}/journey`, {}), 200).etaAt, null, 'and unsure again');
  await withdraw(r.id);
});

test('refused at the door of a house that said yes: back to looking, and in its delivery record', async () => {
  const house = await desk(0);
  const counts = async () => expectStatus(await house.get('/delivery-record?days=30'), 200).counts;
  const before = await counts();
  const r = await openReferral(worker, aWoman());
  const request = (await ask(worker, r.id, [places[0].poolId])).requests[0];
  expectStatus(await house.post(`/requests/${request.id}/acceptance`), 200);
  expectStatus(await worker.post(`/referrals/${r.id}/journey`, { etaAt: new Date(Date.now() + 60_000).toISOString() }), 200);
  assert.equal(expectStatus(await worker.post(`/referrals/${r.id}/no-show`, { refused: 'ja' }), 400).errors[0].pointer, '/refused');
  const back = expectStatus(await worker.post(`/referrals/${r.id}/no-show`, { refused: true }), 200);
  assert.deepEqual([back.state, back.requests[0].state, back.requests[0].cancelWhy, back.requests[0].refused], ['open', 'cancelled', 'no_show', true]);
  assert.equal(expectStatus(await house.get(`/requests/${request.id}`), 200).refused, true, 'the house sees what is said of it');
  await streams.house.until(isOf('request.refused', r.id));
  await streams.worker.until(isOf('request.refused', r.id));
  assert.ok(!heard('other', 'request.refused', r.id) && !heard('stranger', 'request.refused', r.id));
  const after = await counts();
  assert.deepEqual([after.refused - before.refused, after.yes - before.yes, after.no - before.no], [1, 1, 0]);
  assert.ok(expectStatus(await house.get('/delivery-record?days=30'), 200).rates.refused > 0);
  await withdraw(r.id);
});

test('handed over to a colleague, who takes it over; who is of elsewhere sees nothing of it', async () => {
  const r = await openReferral(worker, aWoman());
  const me = (await worker.get('/colleagues')).json.colleagues;
  assert.deepEqual(me.map(c => [c.nameNl, c.me]), [['Nachtdienst', true], ['Avonddienst', false]]);
  assert.deepEqual([r.owner.nameNl, r.mine, r.handedOver], ['Nachtdienst', true, null]);
  const elsewhere = Number(x.sql("SELECT id FROM account WHERE username = 'nachtdienst.amsterdam'")[0][0]);
  const bad = await worker.post(`/referrals/${r.id}/shift-handover`, { colleagueId: elsewhere });
  assert.equal(expectStatus(bad, 400).errors[0].pointer, '/colleagueId');
  assert.equal(expectStatus(await worker.post(`/referrals/${r.id}/shift-handover`), 200).handedOver.to, null);
  const offered = expectStatus(await worker.post(`/referrals/${r.id}/shift-handover`, { colleagueId: me[1].id }), 200);
  assert.deepEqual([offered.owner.nameNl, offered.handedOver.to.nameNl], ['Nachtdienst', 'Avonddienst']);
  await streams.worker.until(isOf('referral.handed_over', r.id));
  const taken = expectStatus(await colleague.post(`/referrals/${r.id}/takeover`), 200);
  assert.deepEqual([taken.owner.nameNl, taken.mine, taken.handedOver], ['Avonddienst', true, null]);
  assert.equal((await read(r.id)).mine, false);
  for (const path of ['takeover', 'shift-handover', 'hold-extension'])
    expectStatus(await stranger.post(`/referrals/${r.id}/${path}`), 404);
  expectStatus(await stranger.post(`/referrals/${r.id}/alarm-acknowledgement`, { alarm: 'lead' }), 404);
  expectStatus(await (await desk(0)).get('/colleagues'), 403);
  // What was decided outlives the broker.
  await x.killBroker();
  await x.startBroker();
  worker = await x.signIn('nachtdienst.rotterdam');
  assert.equal((await read(r.id)).owner.nameNl, 'Avonddienst');
  await withdraw(r.id);
  expectStatus(await worker.post(`/referrals/${r.id}/takeover`), 409);
});

test('the delivery record: for the house itself and the operator, and for nobody else', async () => {
  const org = organisationOf(places[0].poolId);
  const house = await x.signIn(deskOf(places[0].poolId));
  const own = expectStatus(await house.get('/delivery-record?days=30'), 200);
  assert.equal(own.organisationId, org);
  assert.deepEqual([own.counts.yes, own.counts.no, own.counts.lateNo, own.counts.extraTime, own.counts.refused], [3, 1, 0, 3, 1]);
  assert.ok(own.counts.asked >= 6 && own.rates.yes > 0);
  assert.equal(own.norm, null, 'fewer than five houses were asked five times');
  assert.deepEqual(expectStatus(await (await x.signIn('beheer.uitwisseling')).get(`/delivery-record?days=30&organisationId=${org}`), 200).counts, own.counts);
  expectStatus(await house.get(`/delivery-record?organisationId=${organisationOf(places[1].poolId)}`), 404);
  expectStatus(await worker.get('/delivery-record'), 403);
  expectStatus(await worker.get(`/delivery-record?organisationId=${org}`), 403);
  assert.equal(expectStatus(await house.get('/delivery-record?days=31'), 400).errors[0].pointer, 'query:days');
});
