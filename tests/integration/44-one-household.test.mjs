// One household is looked for once, whoever has its code; who is anonymous is not rung; a night that a municipality pays
// names it; what was answered to a gatekeeper is not told twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { poll } from '../support/wait.mjs';
import { today } from '../support/walk_stay.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

let x, rotterdam, amsterdam, places;

before(async () => {
  x = await startExchange('one-household');
  rotterdam = await x.as('nachtdienst.rotterdam');
  amsterdam = await x.as('nachtdienst.amsterdam');
  places = await placesFor(rotterdam, aNeed(), 8);
});
after(() => x?.stop());

const callback = '020 555 0100';

/** A household that has arrived at PLACE, and its house. */
async function arrived(place, need = aNeed()) {
  const r = await openReferral(rotterdam, need);
  const house = await x.as(deskOf(place.poolId));
  const q = (await ask(rotterdam, r.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  return { house, stayId: expectStatus(await rotterdam.get(`/referrals/${r.id}`), 200).stayId };
}

test('one code opens one search: the second desk hears whom to ring, and not where', async () => {
  const { house, stayId } = await arrived(places[0]);
  const { returnCode: code } = expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  const told = async who => expectStatus(await who.post('/returns', { code }, { key: null }), 200);
  const need = { ...(await told(amsterdam)).need, callback, ground: 'vital_interest' };
  assert.equal((await told(amsterdam)).search, null);
  const first = expectStatus(await amsterdam.post('/referrals', need), 201);
  const { search } = await told(rotterdam);
  assert.deepEqual(search, { organisation: amsterdam.session.organisation, promised: false, own: false, callback, referralId: null, referralCode: null });
  assert.deepEqual((await told(amsterdam)).search, { ...search, own: true, referralId: first.id, referralCode: first.code });

  for (const who of [rotterdam, amsterdam]) {
    const refused = await who.post('/referrals', { ...need, callback: '010 555 0100' });
    assert.equal(refused.status, 409);
    assert.match(refused.json.type, /search_runs$/);
    assert.equal(refused.json.search.callback, callback);
    assert.ok(refused.json.detail.includes(amsterdam.session.organisation) && refused.json.detail.includes(callback), refused.json.detail);
  }
  const reads = () => Number(x.sql("SELECT COUNT(*) FROM access_log WHERE event = 'return.read'")[0][0]);
  await poll(() => reads() === 7, { what: 'a row in the log for each time it was shown' });

  const [place] = expectStatus(await amsterdam.get(`/referrals/${first.id}/matches?limit=5`), 200).places;
  const q = (await ask(amsterdam, first.id, [place.poolId])).requests.at(-1);
  expectStatus(await (await x.as(deskOf(place.poolId))).post(`/requests/${q.id}/acceptance`), 200);
  assert.equal((await told(rotterdam)).search.promised, true);
  assert.ok(!JSON.stringify((await told(rotterdam)).search).includes(place.locationName));
  assert.equal((await rotterdam.post('/referrals', { ...need, callback: '010 555 0100' })).status, 409);

  expectStatus(await amsterdam.post(`/referrals/${first.id}/withdrawal`, { reason: 'anders' }), 200);
  const second = expectStatus(await rotterdam.post('/referrals', { ...need, callback: '010 555 0100' }), 201);
  expectStatus(await rotterdam.post(`/referrals/${second.id}/withdrawal`, { reason: 'anders' }), 200);
});

test('a night that a municipality pays names it', async () => {
  const { house, stayId } = await arrived(places[1]);
  const fund = (stream, municipality) => house.post(`/stays/${stayId}/funding`, { stream, municipality, from: today(), reason: 'besluit' });
  for (const stream of ['duvo', 'wmo', 'jeugdwet', 'gf_omm']) {
    const refused = await fund(stream, null);
    assert.equal(refused.status, 422, stream);
    assert.deepEqual(refused.json.errors.map(e => e.pointer), ['/municipality'], stream);
    expectStatus(await fund(stream, 'GM0599'), 200);
  }
  for (const stream of ['cosm', 'wlz', 'zvw_ggz', 'te_regelen']) expectStatus(await fund(stream, null), 200);
});

test('since when it waits is not set back by what it waits for next', async () => {
  const { house, stayId } = await arrived(places[2]);
  const wait = blockedBy => house.post(`/stays/${stayId}/outflow`, { ready: true, blockedBy });
  const first = expectStatus(await wait('woning'), 200);
  assert.equal(first.blockedAt, first.blockedByAt);
  await poll(() => Date.now() > Date.parse(first.blockedAt) + 1100); // another second
  const next = expectStatus(await wait('urgentie'), 200);
  assert.equal(next.blockedAt, first.blockedAt);
  assert.ok(Date.parse(next.blockedByAt) > Date.parse(first.blockedAt), next.blockedByAt);
});

test('who is anonymous comes by a channel, and is not rung', async () => {
  const faults = async over => {
    const answer = await rotterdam.post('/referrals', aNeed(over));
    return answer.status === 400 ? answer.json.errors.map(e => e.pointer) : answer.status;
  };
  assert.deepEqual(await faults({ anonymous: true, callback: '06 1234 5678' }), ['/channel', '/callback']);
  assert.deepEqual(await faults({ anonymous: true, channel: 'telefoon' }), ['/channel']);
  assert.deepEqual(await faults({ channel: 'chat' }), ['/anonymous']);
  assert.deepEqual(await faults({ anonymous: true, channel: 'chat', callback: '+31 6 12345678' }), ['/callback']);
  assert.equal(await faults({ anonymous: true, channel: 'chat', callback: undefined }), 201);
  assert.equal(await faults({ anonymous: true, channel: 'chat', callback: '0800 0000' }), 201); // of the chat's desk
});

test('what was answered to a gatekeeper is kept when it is asked again', async () => {
  const comensha = await x.as('helpdesk.comensha');
  const { id } = await openReferral(rotterdam, aNeed({ threatKinds: { netwerk: 'yes' }, traits: { uitbuiting_seksueel: 'yes' }, residence: 'bedenktijd_aangeboden' }));
  const send = async () => expectStatus(await rotterdam.post(`/referrals/${id}/gate-requests`, { kind: 'cosm' }), 201).id;
  const step = async (who, gate, name, body) => expectStatus(await who.post(`/gate-requests/${gate}/${name}`, body), 200);
  const first = await send();
  await step(comensha, first, 'ownership');
  await step(comensha, first, 'questions', { facts: ['signalen', 'politie'] });
  await step(rotterdam, first, 'answers', { answers: { signalen: 'yes', politie: 'no' } });
  await step(comensha, first, 'return', { reason: 'andere_toewijzer' });
  const second = await send();
  assert.notEqual(second, first);
  for (const who of [rotterdam, comensha])
    assert.deepEqual(expectStatus(await who.get(`/gate-requests/${second}`), 200).answers, { signalen: 'yes', politie: 'no' });
});

test('a code is not guessed by opening referrals either: the tries are those of the returns', async () => {
  const wrong = await x.as('nachtdienst.haaglanden');
  const open = i => wrong.post('/referrals', aNeed({ returnCode: `TK-AAAA-AA${'CDEFGHJKMNPQ'[i]}A` }));
  for (let i = 0; i < 10; i++)
    expectStatus(await open(i), 201);
  assert.equal(expectStatus(await open(10), 429).type, '/problems/too_often');
  expectStatus(await wrong.post('/returns', { code: 'TK-AAAA-AAAA' }, { key: null }), 429);
  expectStatus(await wrong.post('/referrals', aNeed()), 201);
});
