// The night sheets on disk follow the keys at once, with the interval that an installation has (an hour): a new key has a sheet,
// a lost one (its passphrase may be known) has none, and an exchange that makes none any more leaves none.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startExchange } from '../support/exchange.mjs';
import { bytes, confirmedKey, loseKey, PASSPHRASE, sealing, sodium } from '../support/sealing.mjs';
import { poll } from '../support/wait.mjs';
import { expectStatus } from '../support/world.mjs';

let x, dir, vt, house, admin;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plek-nachtsleutels-'));
  x = await startExchange('nightkeys', { settings: { night_sheet_dir: dir } });
  vt = await x.as('nachtdienst.rotterdam');
  house = await x.as('intake.lindehof-groep');
  admin = await x.as('beheer.lindehof');
});
after(async () => {
  await x?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const SOON = { within: 20_000, every: 50 };
const fileOf = code => join(dir, `nachtlijst-${code}.html`);
const HOUSE = 'lindehof-groep', VT = 'vt18';
const stateOf = async c => expectStatus(await c.get('/keys'), 200).nightSheet;

/** What is sealed in the file of CODE, opened with PASSPHRASE. */
function opened(code, passphrase) {
  const sheet = JSON.parse(readFileSync(fileOf(code), 'utf8').match(/<script type="application\/json" id="sheet">(.*?)<\/script>/s)[1]);
  const publicKey = bytes(sheet.publicKey);
  return JSON.parse(sealing.open(sodium, bytes(sheet.sealed), publicKey, sealing.unwrap(sodium, bytes(sheet.wrapped), publicKey, passphrase), false));
}
const opens = (code, passphrase) => { try { return Boolean(opened(code, passphrase)); } catch { return false; } };

test('a key that is confirmed has its sheet at once', async () => {
  await confirmedKey(await x.as('beheer.vt-rotterdam'), vt);
  await poll(() => existsSync(fileOf(VT)), { ...SOON, what: 'the first sheet, which may be that of the start' });
  await confirmedKey(admin, house);
  await poll(() => existsSync(fileOf(HOUSE)), { ...SOON, what: 'the sheet of the second key' });
  assert.equal((await stateOf(house)).everyS, 3600);
  assert.ok(opens(HOUSE, PASSPHRASE));
});

test('after rotation the file opens with the new passphrase, and with the old one no longer', async () => {
  await confirmedKey(house, admin, 'een heel nieuwe wachtzin');
  await poll(() => opens(HOUSE, 'een heel nieuwe wachtzin'), { ...SOON, what: 'the sheet of the new key' });
  assert.ok(!opens(HOUSE, PASSPHRASE));
  assert.equal((await house.get('/night-sheet')).status, 200);
});

test('a key whose passphrase is known takes the file along in the same moment; that of others stays', async () => {
  const [key] = expectStatus(await house.get('/keys'), 200).keys.filter(k => k.state === 'active');
  await loseKey(house, admin, key, 'wachtzin_bekend');
  await poll(() => !existsSync(fileOf(HOUSE)), { within: 3000, every: 20, what: 'the file to go' });
  assert.equal((await stateOf(house)).state, 'no_key');
  assert.ok(opens(VT, PASSPHRASE));
  await confirmedKey(admin, house, 'en weer een andere wachtzin');
  await poll(() => existsSync(fileOf(HOUSE)) && opens(HOUSE, 'en weer een andere wachtzin'), { ...SOON, what: 'the sheet of the key after it' });
});

test('also right after a start, when the broker has made none yet itself', async () => {
  const [key] = expectStatus(await house.get('/keys'), 200).keys.filter(k => k.state === 'active');
  expectStatus(await house.post(`/keys/${key.id}/loss`, { reason: 'wachtzin_bekend' }), 200);
  await x.killBroker();
  await x.startBroker();
  assert.ok(existsSync(fileOf(HOUSE)), 'of the run before');
  expectStatus(await admin.post(`/keys/${key.id}/loss-confirmation`), 200);
  await poll(() => !existsSync(fileOf(HOUSE)), { ...SOON, what: 'the file to go' });
});

test('an exchange that makes none any more removes what it left, and nothing else', async () => {
  assert.ok(existsSync(fileOf(VT)));
  writeFileSync(join(dir, 'nachtlijst-vt18.html.new'), 'half');
  writeFileSync(join(dir, 'van-de-beheerder.html'), 'eigen');
  assert.equal(await x.stopBroker(), 0);
  appendFileSync(join(x.dir, 'plekd.conf'), 'night_sheet_s = 0\n');
  await x.startBroker();
  assert.deepEqual(readdirSync(dir), ['van-de-beheerder.html']);
  assert.equal((await stateOf(vt)).state, 'off');
});
