// Warm handover over HTTPS: keys that a second person confirms, the list of both sides, and notes of which the exchange holds
// ciphertext only. A marker in a note is searched for in the database's files, the dump, the log, the journal's rows and
// in the memory of the running broker.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, readSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BIN, startExchange } from '../support/exchange.mjs';
import { aKey, b64, bytes, confirmedKey, letter, loseKey, openNote, PASSPHRASE, sealing, sealTo, sodium } from '../support/sealing.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, ask, deskOf, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

const MARK = 'merkteken-in-een-notitie-5527183';

let x, vt, admin, house, desk, elsewhere, otherVt, place, referral, key;
before(async () => {
  x = await startExchange('handover', { settings: { log_level: 'debug', note_sweep_s: 1 } });
  vt = await x.as('nachtdienst.rotterdam');
  admin = await x.as('beheer.lindehof');
  house = await x.as('intake.lindehof-groep');
  desk = await x.as('opvang.lindehof');
  elsewhere = await x.as('intake.esdoorn');
  otherVt = await x.as('nachtdienst.amsterdam');
  place = (await placesFor(vt, aNeed(), 5)).find(p => organisationOf(p.poolId) === 1);
  assert.ok(place, 'Lindehof has a place');
  referral = await withYes();
});
after(() => x?.stop());

/** A household that Lindehof said yes to. */
async function withYes() {
  const r = await openReferral(vt, aNeed());
  const q = (await ask(vt, r.id, [place.poolId])).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  return { ...r, request: q.id };
}
const write = (key, text, r = referral) => vt.post(`/referrals/${r.id}/notes`, { keyId: key.id, sealed: sealTo(key.publicKey, letter(text, r.code)) });
const notesOf = async (c, r = referral) => expectStatus(await c.get(`/referrals/${r.id}/handover`), 200).notes;
const typeOf = answer => answer.json.type.replace('/problems/', '');

test('a key counts once a second person of the organisation confirmed its digits', async () => {
  const none = await write({ id: 1, publicKey: aKey().publicKey }, 'te vroeg');
  assert.deepEqual([none.status, typeOf(none)], [409, 'no_key']);
  const pair = aKey();
  const body = { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped) };
  const made = expectStatus(await admin.post('/keys', body), 201);
  assert.deepEqual([made.state, made.madeByMe], ['made', true]);
  const fingerprint = await sealing.fingerprint(pair.publicKey);
  assert.equal(made.fingerprint, fingerprint, 'the exchange counts the same digits as the page');
  const own = await admin.post(`/keys/${made.id}/confirmation`, { fingerprint });
  assert.deepEqual([own.status, typeOf(own)], [403, 'key_second_person']);
  const wrong = fingerprint.replace(/\d/, d => String((Number(d) + 1) % 10));
  for (const said of [wrong, fingerprint.slice(0, -1), `${fingerprint}0`]) {
    const r = await desk.post(`/keys/${made.id}/confirmation`, { fingerprint: said.padEnd(30) });
    assert.deepEqual([r.status, r.json.errors[0].pointer], [400, '/fingerprint'], said);
  }
  assert.equal((await elsewhere.post(`/keys/${made.id}/confirmation`, { fingerprint })).status, 404);
  assert.equal((await write({ id: made.id, publicKey: body.publicKey }, 'nog niet')).status, 409, 'nothing is sealed to a key that nobody confirmed');
  const spoken = fingerprint.replaceAll(' ', '').replace(/(\d{10})/g, '$1-');
  key = { ...expectStatus(await desk.post(`/keys/${made.id}/confirmation`, { fingerprint: spoken }), 200), pair };
  assert.equal(key.state, 'active');
  assert.deepEqual(expectStatus(await elsewhere.get('/keys'), 200).keys, [], 'nobody else sees the wrapped half');
});

test('the list is complete when both sides acknowledged what is required', async () => {
  const first = expectStatus(await vt.get(`/referrals/${referral.id}/handover`), 200);
  const required = first.items.filter(i => i.required).map(i => i.item);
  assert.ok(required.length >= 5 && required.length < first.items.length);
  let last;
  for (const [n, item] of required.entries()) {
    for (const c of [vt, house]) last = expectStatus(await c.post(`/referrals/${referral.id}/handover-items`, { item, acknowledged: true }), 200);
    assert.equal(last.completeAt !== null, n === required.length - 1, item);
  }
  assert.equal(last.side, 'house');
  const back = expectStatus(await vt.post(`/referrals/${referral.id}/handover-items`, { item: required[0], acknowledged: false }), 200);
  assert.equal(back.completeAt, null);
  const bad = await vt.post(`/referrals/${referral.id}/handover-items`, { item: 'sleutelhanger', acknowledged: 'ja' });
  assert.deepEqual([bad.status, bad.json.errors.map(e => e.pointer).sort()], [400, ['/acknowledged', '/item']]);
  for (const c of [elsewhere, otherVt]) assert.equal((await c.get(`/referrals/${referral.id}/handover`)).status, 404);
});

test('a note is read by its receiver and by nobody else; a wrong passphrase and a changed byte open nothing', async () => {
  const note = expectStatus(await write(key, MARK), 201);
  assert.deepEqual([note.state, note.from, note.bytes, note.mine], ['written', 'referrer', 1024 + 48, true]);
  for (const c of [vt, admin, elsewhere, otherVt, await x.as('helpdesk.comensha')]) assert.equal((await c.get(`/notes/${note.id}`)).status, 404);
  assert.equal((await elsewhere.post(`/notes/${note.id}/pickup`)).status, 404);
  const answer = expectStatus(await desk.get(`/notes/${note.id}`), 200);
  assert.equal(JSON.parse(openNote(answer)).text, MARK);
  assert.throws(() => openNote(answer, 'een andere wachtzin 1234'), { kind: 'passphrase' });
  const spoiled = bytes(answer.sealed);
  spoiled[100] ^= 1;
  assert.throws(() => openNote({ ...answer, sealed: b64(spoiled) }), { kind: 'damaged' });
  assert.throws(() => openNote({ ...answer, publicKey: b64(aKey().publicKey) }), { kind: 'damaged' });
  const read = expectStatus(await desk.post(`/notes/${note.id}/pickup`), 200);
  assert.equal(read.state, 'picked_up');
  assert.ok(Math.abs(Date.parse(read.destroyAt) - Date.now() - 7 * 86_400_000) < 60_000, 'kept for a week');
  assert.equal((await notesOf(vt))[0].state, 'picked_up', 'the sender sees that it was read');
});

test('the box that the page sealed opens in C, with libsodium, with the right key only', async () => {
  const pair = sodium.crypto_box_keypair(), other = sodium.crypto_box_keypair();
  const sealed = bytes(sealTo(pair.publicKey, letter(MARK)));
  const inC = (box, k) => execFileSync(join(BIN, 'tests/plek-open-box'), { input: [b64(k.publicKey), b64(k.privateKey), b64(box)].join('\n'), encoding: 'utf8' });
  const opened = inC(sealed, pair);
  assert.equal(opened, `opened 1024 ${Buffer.from(letter(MARK)).toString('hex')}80${'00'.repeat(1023 - letter(MARK).length)}\n`);
  assert.equal(inC(sealed, other), 'refused\n');
  assert.equal(inC(sealed.map((b, i) => (i === 60 ? b ^ 1 : b)), pair), 'refused\n');
});

test('sizes are whole KiB, 16 at most', async () => {
  const sizes = [];
  for (const n of [1, 900, 1100, 16_000]) sizes.push(expectStatus(await write(key, 'x'.repeat(n)), 201).bytes - 48);
  assert.deepEqual(sizes, [1024, 1024, 2048, 16_384]);
  assert.throws(() => sealTo(key.publicKey, 'x'.repeat(16_384)), { kind: 'too_long' });
  const odd = b64(sodium.crypto_box_seal(new Uint8Array(1000), bytes(key.publicKey)));
  const large = b64(sodium.crypto_box_seal(new Uint8Array(17 * 1024), bytes(key.publicKey)));
  for (const sealed of [odd, large, '', 'geen base64!']) {
    const r = await vt.post(`/referrals/${referral.id}/notes`, { keyId: key.id, sealed });
    assert.deepEqual([r.status, r.json.errors[0].pointer], [400, '/sealed']);
  }
});

test('the same Idempotency-Key writes one note, and the same answer comes again', async () => {
  const before = (await notesOf(vt)).length;
  const body = { keyId: key.id, sealed: sealTo(key.publicKey, letter('eenmaal')) };
  const first = expectStatus(await vt.post(`/referrals/${referral.id}/notes`, body, { key: 'een-sleutel-een-brief' }), 201);
  const again = expectStatus(await vt.post(`/referrals/${referral.id}/notes`, body, { key: 'een-sleutel-een-brief' }), 201);
  assert.equal(first.id, again.id);
  assert.equal((await notesOf(vt)).length, before + 1);
});

test('after rotation the sender must look at the new key, and the old one still opens what was written to it', async () => {
  const old = expectStatus(await write(key, 'aan de oude sleutel'), 201);
  const before = key;
  key = await confirmedKey(house, desk, 'een nieuwe wachtzin hier');
  const stale = await write(before, 'te laat');
  assert.deepEqual([stale.status, typeOf(stale)], [412, 'stale_version']);
  const { receiver } = expectStatus(await vt.get(`/referrals/${referral.id}/handover`), 200);
  assert.deepEqual([receiver.key.id, receiver.key.fingerprint], [key.id, key.fingerprint]);
  assert.notEqual(receiver.key.fingerprint, before.fingerprint);
  assert.equal(JSON.parse(openNote(expectStatus(await desk.get(`/notes/${old.id}`), 200), PASSPHRASE)).text, 'aan de oude sleutel');
  const states = Object.fromEntries(expectStatus(await desk.get('/keys'), 200).keys.map(k => [k.id, k.state]));
  assert.deepEqual([states[before.id], states[key.id]], ['old', 'active']);
});

test('the key in use is lost by two people, with a reason; each of them and a colleague may say no', async () => {
  const waiting = expectStatus(await write(key, 'blijft leesbaar tot de tweede'), 201);
  const now = async (c = desk) => expectStatus(await c.get('/keys'), 200).keys.find(k => k.id === key.id);
  const isWritten = async () => assert.equal((await notesOf(vt)).find(n => n.id === waiting.id).state, 'written');
  for (const [body, pointer] of [[{}, '/reason'], [{ reason: 'zomaar' }, '/reason'], [{ reason: 'anders', wie: 'ik' }, '/wie']]) {
    const bad = await desk.post(`/keys/${key.id}/loss`, body);
    assert.deepEqual([bad.status, bad.json.errors[0].pointer], [400, pointer]);
  }
  const early = await house.post(`/keys/${key.id}/loss-confirmation`);
  assert.deepEqual([early.status, typeOf(early)], [409, 'wrong_state']);
  const asked = expectStatus(await desk.post(`/keys/${key.id}/loss`, { reason: 'wachtzin_bekend' }), 200);
  assert.deepEqual([asked.state, asked.loss.reason, asked.loss.askedByMe], ['loss_asked', 'wachtzin_bekend', true]);
  assert.equal(Date.parse(asked.loss.until) - Date.parse(asked.loss.askedAt), 3 * 24 * 3600_000);
  await isWritten();
  const { receiver } = expectStatus(await vt.get(`/referrals/${referral.id}/handover`), 200);
  assert.equal(receiver.key.id, key.id, 'it is in use still');
  expectStatus(await write(key, 'en nog een'), 201);
  for (const c of [elsewhere, vt]) {
    for (const step of ['loss', 'loss-confirmation', 'loss-withdrawal']) assert.equal((await c.post(`/keys/${key.id}/${step}`, step === 'loss' ? { reason: 'anders' } : {})).status, 404);
  }
  const same = await desk.post(`/keys/${key.id}/loss-confirmation`);
  assert.deepEqual([same.status, typeOf(same)], [409, 'same_person']);
  const again = expectStatus(await house.post(`/keys/${key.id}/loss`, { reason: 'anders' }), 200);
  assert.deepEqual([again.state, again.loss.reason, again.loss.askedByMe], ['loss_asked', 'wachtzin_bekend', false], 'asking too is no second voice');
  const kept = expectStatus(await house.post(`/keys/${key.id}/loss-withdrawal`), 200);
  assert.deepEqual([kept.state, kept.loss], ['active', null]);
  await isWritten();
  expectStatus(await house.post(`/keys/${key.id}/loss`, { reason: 'medewerker_weg' }), 200);
  expectStatus(await house.post(`/keys/${key.id}/loss-withdrawal`), 200);
  assert.equal((await now()).state, 'active');
  expectStatus(await admin.post(`/keys/${key.id}/loss`, { reason: 'medewerker_weg' }), 200);
  const lost = expectStatus(await desk.post(`/keys/${key.id}/loss-confirmation`), 200);
  assert.deepEqual([lost.state, lost.loss.reason, lost.wrapped], ['lost', 'medewerker_weg', null]);
  assert.equal((await notesOf(vt)).find(n => n.id === waiting.id).state, 'unreadable');
  key = await confirmedKey(house, desk);
});

test('a key that is not in use is lost by one person', async () => {
  const pair = aKey();
  const made = expectStatus(await desk.post('/keys', { publicKey: b64(pair.publicKey), wrapped: b64(pair.wrapped) }), 201);
  const lost = expectStatus(await desk.post(`/keys/${made.id}/loss`, { reason: 'anders' }), 200);
  assert.deepEqual([lost.state, lost.loss.reason, lost.loss.askedAt], ['lost', 'anders', null]);
  assert.equal(expectStatus(await desk.get('/keys'), 200).keys.find(k => k.id === key.id).state, 'active');
});

test('the organisation hears of its keys, whoever it is there, and no other does', async () => {
  const theirs = (await placesFor(vt, aNeed(), 5)).find(p => organisationOf(p.poolId) !== 1);
  const [mine, other, sender] = await Promise.all([admin, await x.as(deskOf(theirs.poolId)), vt].map(c => c.events()));
  expectStatus(await desk.post(`/keys/${key.id}/loss`, { reason: 'anders' }), 200);
  expectStatus(await house.post(`/keys/${key.id}/loss-withdrawal`), 200);
  await mine.until(e => e.event === 'key.loss_dropped');
  assert.ok(mine.names().includes('key.loss_asked'));
  // A change that these two hear is behind it: what did not come before that does not come.
  const later = await openReferral(vt, aNeed());
  const q = (await ask(vt, later.id, [theirs.poolId])).requests[0];
  for (const s of [other, sender]) {
    await s.until(e => e.event === 'request.made' && e.data.requestId === q.id);
    assert.deepEqual(s.names().filter(kind => kind.startsWith('key.')), []);
  }
});

test('a lost key: what was not read is unreadable, its sender sees it and writes again', async () => {
  const lost = expectStatus(await write(key, 'gaat verloren'), 201);
  await loseKey(desk, house, key);
  assert.equal((await notesOf(vt)).find(n => n.id === lost.id).state, 'unreadable');
  assert.equal((await desk.get(`/notes/${lost.id}`)).status, 404);
  assert.deepEqual(typeOf(await write(key, 'nergens heen')), 'no_key');
  key = await confirmedKey(house, desk);
  assert.equal(JSON.parse(openNote(expectStatus(await desk.get(`/notes/${expectStatus(await write(key, 'opnieuw'), 201).id}`), 200))).text, 'opnieuw');
});

test('who wrote and who read is in the access log; nobody reads the notes of a house before', async () => {
  const log = x.sql("SELECT event, COUNT(*) FROM access_log WHERE event LIKE 'note.%' OR event LIKE 'key.%' GROUP BY event").map(r => r[0]).sort();
  assert.deepEqual(log, ['key.confirm', 'key.confirm_loss', 'key.keep', 'key.lose', 'key.make', 'note.pickup', 'note.read', 'note.write']);
  const r = await withYes();
  const note = expectStatus(await write(key, 'voor dit huis', r), 201);
  expectStatus(await vt.post(`/referrals/${r.id}/no-show`), 200);
  assert.equal((await desk.get(`/notes/${note.id}`)).status, 404, 'no host any more');
  assert.equal((await desk.get(`/referrals/${r.id}/handover`)).status, 404);
});

test('what is stored is held against the hash in the journal: a changed ciphertext is not given out', async () => {
  const note = expectStatus(await write(key, 'wordt beschadigd'), 201);
  x.sql('UPDATE note_ciphertext SET sealed = CONCAT(LEFT(sealed, 99), CHAR(0), SUBSTRING(sealed, 101)) ORDER BY stored_at_ms DESC LIMIT 1');
  const r = await desk.get(`/notes/${note.id}`);
  assert.deepEqual([r.status, typeOf(r)], [409, 'note_damaged']);
});

test('a ciphertext is destroyed when its note is, and what no note names goes too', async () => {
  const r = await withYes();
  const note = expectStatus(await write(key, 'wordt vernietigd', r), 201);
  const stored = () => Number(x.sql('SELECT COUNT(*) FROM note_ciphertext')[0][0]);
  x.sql('INSERT INTO note_ciphertext VALUES (UNHEX(REPEAT("ab", 16)), 1, "van niemand")');
  expectStatus(await vt.post(`/referrals/${r.id}/withdrawal`, { reason: 'anders' }), 200);
  const living = async () => (await notesOf(vt)).filter(n => ['written', 'picked_up'].includes(n.state)).length;
  await poll(async () => stored() === await living(), { within: 30_000, every: 200, what: 'what is not wanted to be gone' });
  assert.ok(await living() > 3);
  assert.equal((await notesOf(vt, r)).find(n => n.id === note.id).state, 'destroyed');
});

test('after the household has left, the house reads no note and hands nothing over any more', async () => {
  const r = await withYes();
  const note = expectStatus(await write(key, 'zolang zij er zijn', r), 201);
  expectStatus(await house.post(`/requests/${r.request}/arrival`), 200);
  expectStatus(await desk.get(`/notes/${note.id}`), 200);
  const { stayId } = expectStatus(await vt.get(`/referrals/${r.id}`), 200);
  expectStatus(await house.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  for (const c of [desk, house]) {
    expectStatus(await c.get(`/notes/${note.id}`), 404);
    expectStatus(await c.post(`/notes/${note.id}/pickup`), 404);
    expectStatus(await c.get(`/referrals/${r.id}/handover`), 404);
    expectStatus(await c.post(`/referrals/${r.id}/handover-items`, { item: 'veiligheid', acknowledged: true }), 404);
  }
  assert.equal((await notesOf(vt, r)).find(n => n.id === note.id).mine, true, 'its desk sees what became of it');
});

/**
 * TEXT and each form in which it could lie or travel as well: base64 (also that of addresses) at each of the three places in
 * which it can begin, without what hangs on its neighbours; hex in both cases; percent-escapes, of what must be and of every byte.
 */
function formsOf(text) {
  const raw = Buffer.from(text), hex = raw.toString('hex');
  const base64 = [0, 1, 2].map(skipped => {
    const coded = Buffer.concat([Buffer.alloc(skipped), raw]).toString('base64').replace(/=*$/, '');
    return coded.slice([0, 2, 3][skipped], Math.floor((skipped + raw.length) * 8 / 6));
  });
  const every = hex.replace(/../g, '%$&');
  return [...new Set([text, ...base64, ...base64.map(b => b.replace(/\+/g, '-').replace(/\//g, '_')), hex, hex.toUpperCase(), encodeURIComponent(text), every, every.toUpperCase()])];
}

test('the search knows a text in each form, wherever it begins', () => {
  const forms = formsOf('é' + MARK); // with what escapes of addresses change
  for (let before = 0; before < 7; before++)
    for (const encoding of ['base64', 'base64url', 'hex', 'utf8']) {
      const coded = Buffer.from(`${'x'.repeat(before)}é${MARK}${'y'.repeat(before % 4)}`).toString(encoding);
      assert.ok(forms.some(f => coded.includes(f)), `${encoding} after ${before} bytes`);
    }
  assert.ok(forms.some(f => encodeURIComponent(`{"é${MARK}"}`).includes(f)));
  assert.ok(!forms.some(f => Buffer.from(`xé${MARK.slice(0, -1)}`).toString('base64').includes(f)), 'and nothing else');
});

/** All memory of PROCESS that it can read itself, searched for WORDS; the sanitizer's shadow is left out. */
function memoryHolds(pid, words) {
  const found = new Set(), mem = openSync(`/proc/${pid}/mem`, 'r'), overlap = 256, step = 1 << 20;
  const needles = words.map(w => Buffer.from(w));
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const m = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
    if (!m || / \[(vvar|vsyscall)/.test(line)) continue;
    const from = BigInt(`0x${m[1]}`), to = BigInt(`0x${m[2]}`);
    if (to - from > 1n << 32n) continue; // reserved, not used
    for (let at = from; at < to; at += BigInt(step)) {
      const buf = Buffer.alloc(Number(to - at < step + overlap ? to - at : BigInt(step + overlap)));
      let n = 0;
      try { n = readSync(mem, buf, 0, buf.length, Number(at)); } catch { continue; }
      for (const [i, needle] of needles.entries()) if (buf.subarray(0, n).includes(needle)) found.add(words[i]);
    }
  }
  closeSync(mem);
  return [...found];
}

test('the marker is nowhere in clear: memory of the broker, log, journal, dump, files', async () => {
  const code = referral.code;
  const sealed = sealTo(key.publicKey, letter(MARK, referral.code));
  const note = expectStatus(await vt.post(`/referrals/${referral.id}/notes`, { keyId: key.id, sealed }), 201);
  openNote(expectStatus(await desk.get(`/notes/${note.id}`), 200));
  const words = [...formsOf(MARK), ...formsOf(PASSPHRASE)];
  assert.ok(words.length > 14 && words.every(w => w.length >= 20 && w.length < 256));
  assert.deepEqual(memoryHolds(x.broker.mark.pid, [...words, code]), [code], 'the search sees what is there');
  assert.ok(x.log().includes('/referrals/{id}/notes') && words.every(w => !x.log().includes(w)));
  const rows = x.sql('SELECT HEX(clear_part), HEX(sealed_part) FROM journal').flat().join('\n');
  assert.ok(rows.length > 1000 && words.every(w => !rows.includes(Buffer.from(w).toString('hex').toUpperCase())));
  const dump = execFileSync('mariadb-dump', ['--no-defaults', `--socket=${x.socket}`, `--user=${userInfo().username}`, '--hex-blob', '--databases', 'plek', 'plek_sealed'], { maxBuffer: 256 << 20 }).toString('latin1');
  const stored = bytes(sealed);
  assert.ok(dump.includes(Buffer.from(stored).toString('hex').toUpperCase()), 'the ciphertext is there');
  for (const w of words) assert.ok(!dump.includes(Buffer.from(w).toString('hex').toUpperCase()) && !dump.includes(w), w);
  await x.killDatabase();
  let sees = false;
  const search = dir => readdirSync(dir).flatMap(name => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return search(path);
    if (!statSync(path).isFile()) return [];
    const all = readFileSync(path);
    sees ||= all.includes(Buffer.from(stored));
    return words.filter(w => all.includes(w)).map(w => `${w} in ${name}`);
  });
  assert.deepEqual(search(join(x.dir, 'db')), []);
  assert.ok(sees, 'the search sees the ciphertext in the files');
  await x.startDatabase();
});
