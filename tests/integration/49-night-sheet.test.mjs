// What a night sheet holds, opened as its page opens it: for whom it has which houses to ring, how that is written down, and
// that a location that leaked is gone from it at once, not at the next hour. And that an installed system has them on disk.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { bytes, confirmedKey, loseKey, PASSPHRASE, sealing, sodium } from '../support/sealing.mjs';
import { poll } from '../support/wait.mjs';
import { aReport, aWoman, demo, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const ROOT = process.env.PLEK_ROOT ?? join(import.meta.dirname, '../..');
const HOUSE = demo.locations.find(l => l.code === 'lindehof');
let x, vt, house, phone;

before(async () => {
  x = await startExchange('nightsheet'); // a round at the start, each hour and with each key: what comes else comes for a reason
  vt = await x.as('nachtdienst.rotterdam');
  house = await x.as('intake.lindehof-groep');
  phone = await x.as('opvang.lindehof');
  await confirmedKey(await x.as('beheer.vt-rotterdam'), vt);
  await confirmedKey(await x.as('beheer.lindehof'), house);
});
after(() => x?.stop());

const madeAt = async client => expectStatus(await client.get('/keys'), 200).nightSheet.madeAt;

/** What is sealed in the sheet of CLIENT's organisation. */
async function opened(client) {
  const { status, text } = await client.get('/night-sheet');
  assert.equal(status, 200);
  const sheet = JSON.parse(text.match(/<script type="application\/json" id="sheet">(.*?)<\/script>/s)[1]);
  const publicKey = bytes(sheet.publicKey);
  return JSON.parse(sealing.open(sodium, bytes(sheet.sealed), publicKey, sealing.unwrap(sodium, bytes(sheet.wrapped), publicKey, PASSPHRASE), false));
}

test('who places has houses to ring, but for those that a gatekeeper gives out; a house has none', async () => {
  for (const c of [vt, house]) await poll(async () => await madeAt(c), { within: 30_000, what: 'the first sheets' });
  const [mine, own] = [await opened(vt), await opened(house)];
  assert.ok(mine.ring.length > 20);
  for (const h of mine.ring) {
    const l = demo.locations.find(d => d.name === h.location);
    assert.deepEqual([h.nightNumber, h.meetingPoint], [l.sealed.night_number, undefined], h.location);
    for (const p of h.places) assert.ok(!['cosm', 'omm', 'jeugd'].includes(p.kind), `${h.location} ${p.kind}`);
  }
  assert.deepEqual([own.ring, own.left], [[], { houses: 0, coming: 0, pools: 0, ring: 0 }]);
  assert.ok(own.pools.length > 3);
  for (const sheet of [mine, own]) assert.ok(!demo.locations.some(l => JSON.stringify(sheet).includes(l.sealed.address)), 'an address');
});

test('each telling of a number is written down, for whom and of which house', () => {
  const told = x.sql("SELECT org, object, COUNT(*), MIN(role) FROM access_log WHERE event = 'night_sheet.number' GROUP BY org, object");
  assert.ok(told.some(r => String(r[1]) === String(HOUSE.id)), `it was told the number of ${HOUSE.name}`);
  const sheets = Number(x.sql(`SELECT COUNT(*) FROM access_log WHERE event = 'night_sheet.make' AND org = ${vt.session.organisationId}`)[0][0]); // one of each round: the start's and each key's, and one may be under way
  for (const [org, object, n, role] of told) assert.deepEqual([String(org), Number(n) >= 1 && Number(n) <= sheets + 1, role], [String(vt.session.organisationId), true, 'system'], `location ${object}, ${n} of ${sheets}`);
});

test('a location that leaked is gone from the sheets at once, not at the next hour', async () => {
  assert.ok((await opened(vt)).ring.some(h => h.location === HOUSE.name));
  const leak = expectStatus(await phone.post(`/locations/${HOUSE.id}/leak-reports`, { reason: 'adres_gedeeld' }), 201);
  assert.ok((await opened(vt)).ring.some(h => h.location === HOUSE.name), 'one person alone changes nothing');
  const before_ = await madeAt(vt);
  expectStatus(await house.post(`/leaks/${leak.id}/confirmation`), 200);
  await poll(async () => !(await opened(vt)).ring.some(h => h.location === HOUSE.name), { within: 30_000, what: 'a sheet before its hour' });
  assert.ok((await madeAt(vt)) > before_);
});

test('who is on the way to a bridge bed is expected at the time that was said, and before it at none', async () => {
  const rows = [];
  for (const eta of [null, new Date(Date.now() + 3_600_000).toISOString()]) {
    const r = await openReferral(vt, aWoman());
    const [bed] = await placesFor(vt, aWoman(), 1, 'nood');
    const desk = await x.as(deskOf(bed.poolId));
    expectStatus(await desk.post('/capacity-reports', { reports: [aReport(bed.poolId)] }), 200);
    const [q] = expectStatus(await vt.post(`/referrals/${r.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests;
    expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
    const { bridges } = expectStatus(await vt.get(`/referrals/${r.id}/bridges`), 200);
    if (eta) expectStatus(await vt.post(`/bridges/${bridges.find(b => b.kind === 'bed').id}/travel`, { etaAt: eta }), 200);
    rows.push({ code: r.code, eta });
  }
  await x.killBroker();
  await x.startBroker(); // the hour comes with the start
  await poll(async () => await madeAt(vt), { within: 30_000, what: 'the sheets after the start' });
  const { houses } = await opened(vt);
  for (const { code, eta } of rows) {
    const row = houses.find(h => h.code === code);
    assert.deepEqual([row.bridge, row.etaAt && Date.parse(row.etaAt)], [true, eta && Date.parse(eta)], code);
  }
});

test('the sheet of a key that is lost is not given out any more, from that moment on', async () => {
  await opened(house);
  const [key] = expectStatus(await house.get('/keys'), 200).keys.filter(k => k.state === 'active');
  await loseKey(house, await x.as('beheer.lindehof'), key);
  assert.equal((await house.get('/night-sheet')).status, 404);
  assert.equal(expectStatus(await house.get('/keys'), 200).nightSheet.state, 'no_key');
  await confirmedKey(await x.as('beheer.lindehof'), house);
  await poll(async () => (await house.get('/night-sheet')).status === 200, { within: 30_000, what: 'the sheet of the key after it' });
  await opened(house);
});

test('an installed system keeps them on disk: the folder of the settings is one that systemd makes', () => {
  const readme = readFileSync(join(ROOT, 'ops/README.md'), 'utf8');
  const settings = Object.fromEntries([...readme.matchAll(/^([a-z_]+) = (.*)$/gm)].map(m => [m[1], m[2]]));
  const folders = readFileSync(join(ROOT, 'ops/plekd.service'), 'utf8').match(/^StateDirectory=(.*)$/m)[1].split(' ').map(d => `/var/lib/${d}`);
  assert.ok(folders.includes(settings.night_sheet_dir), `${settings.night_sheet_dir} is none of ${folders.join(' ')}`);
  const run = execFileSync('bash', ['-c', `root=${ROOT}; db_socket() { echo s; }; . ${ROOT}/scripts/lib/config.sh; config_plekd /data 1`], { encoding: 'utf8' });
  assert.match(run, /^night_sheet_dir = \/data\/night$/m, 'and so does scripts/run');
});
