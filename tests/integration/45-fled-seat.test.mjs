// A household leaves a house because it is not safe there, and that house sits at its table: it reads on in nothing from
// that commit on, the others are told, and who leads may ask it back. Over HTTPS, with a desk, the house and another house.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BIN, startExchange } from '../support/exchange.mjs';
import { startReceiver } from '../support/receiver.mjs';
import { poll } from '../support/wait.mjs';
import { aWoman, ask, demo, deskOf, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

const WITHIN = { within: 30_000, every: 50 };
let x, receiver, own, house, third, place, org, org3, referral, mdo, action;

before(async () => {
  x = await startExchange('fled-seat');
  const pem = name => readFileSync(join(x.dir, 'ca', name), 'utf8');
  receiver = await startReceiver({ cert: pem('server.crt'), key: pem('server.key') });
  own = await x.as('nachtdienst.rotterdam');
  const places = await placesFor(own, aWoman(), 2, 'crisis');
  [place] = places;
  [org, org3] = places.map(p => organisationOf(p.poolId));
  writeFileSync(join(x.dir, 'keys', 'sign'), `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  const settings = { notify_signing_key_file: join(x.dir, 'keys', 'sign'), notify_oin: '00000099000000001000', notify_ca_file: join(x.dir, 'ca/ca.crt') };
  assert.equal(await x.stopBroker(), 0);
  appendFileSync(join(x.dir, 'plekd.conf'), Object.entries(settings).map(([k, v]) => `${k} = ${v}\n`).join(''));
  for (const [name, id] of [['house', org], ['third', org3]]) {
    const code = demo.organisations.find(o => o.id === id).code;
    const r = spawnSync(join(BIN, 'plek'), ['--config', join(x.dir, 'plekd.conf'), 'notify', 'add', `${name} hook`, code, 'webhook'], { encoding: 'utf8', input: `${receiver.url(`/${name}`)}\n`, timeout: 60_000 });
    assert.equal(r.status, 0, `${r.stdout}${r.stderr}`);
  }
  await x.startBroker();
  own = await x.as('nachtdienst.rotterdam');
  house = await x.as(deskOf(place.poolId));
  third = await x.as(deskOf(places[1].poolId));
}, { timeout: 180_000 });
after(async () => {
  await receiver?.close();
  await x?.stop();
}, { timeout: 60_000 });

const hooks = (who, type) => receiver.got(`/${who}`).filter(q => q.body.type === `nl.veiligeplek.mdo.${type}.v1`);
const seats = async client => Object.fromEntries(expectStatus(await client.get(`/mdos/${mdo}`), 200).participants.map(p => [p.organisation.id, p.state]));
const listed = async client => expectStatus(await client.get('/mdos'), 200).mdos.some(m => m.id === mdo && m.own !== null && m.own !== 'left');

test('the house sits at the table of who lives there, and reads what is said', async () => {
  referral = await openReferral(own, aWoman());
  const q = (await ask(own, referral.id, [place.poolId])).requests.at(-1);
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await house.post(`/requests/${q.id}/arrival`), 200);
  mdo = expectStatus(await own.post(`/referrals/${referral.id}/mdos`, { ground: 'statutory_task', organisationIds: [org, org3] }), 201).id;
  for (const who of [house, third]) expectStatus(await who.post(`/mdos/${mdo}/participation`, { joins: true }), 200);
  action = expectStatus(await own.post(`/mdos/${mdo}/items`, { domain: 'veiligheid', sort: 'action', text: 'spullen bewaren', organisationId: org }), 200).items.at(-1);
  assert.deepEqual([(await seats(house))[org], await listed(house)], ['joined', true]);
});

test('they flee it: in that commit its seat is over, and it reads and hears nothing more', async () => {
  const { stayId } = expectStatus(await own.get(`/referrals/${referral.id}`), 200);
  expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'veiligheid', destination: 'politie' }), 200);
  expectStatus(await house.get(`/mdos/${mdo}`), 404);
  assert.equal(await listed(house), false);
  expectStatus(await house.post(`/mdos/${mdo}/participation`, { joins: true }), 409);
  assert.deepEqual([(await seats(third))[org], (await seats(own))[org], (await seats(third))[org3]], ['left', 'left', 'joined']);
  await poll(() => hooks('third', 'seat-ended').length === 1, { ...WITHIN, what: 'the other house to be told' });
  expectStatus(await own.post(`/mdos/${mdo}/date`, { nextAt: new Date(Date.now() + 86_400_000).toISOString() }), 200);
  await poll(() => hooks('third', 'dated').length === 1, { ...WITHIN, what: 'the new date' });
  assert.deepEqual([hooks('house', 'seat-ended').length, hooks('house', 'dated').length], [0, 0]);
  // What it had promised is for the others to end.
  expectStatus(await third.post(`/mdo-items/${action.id}/state`, { state: 'dropped' }), 200);
});

test('a person may judge otherwise: who leads asks it back', async () => {
  expectStatus(await own.post(`/mdos/${mdo}/invitations`, { organisationIds: [org] }), 200);
  assert.equal(await listed(house), true);
  expectStatus(await house.post(`/mdos/${mdo}/participation`, { joins: true }), 200);
  assert.equal((await seats(house))[org], 'joined');
});
