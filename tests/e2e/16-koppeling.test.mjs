// The data connection as people meet it, on the real programs: a garbled file is put aside and says in Dutch what is wrong
// with it and where; the profile is mended on disk and the file read again from the page; a file is handed in, looked at
// and taken over, or only tried; hand and feed differ and a tap says which is right; the operator sees a lost adapter.
// Every moment in a file is made of the present one, so that the hour of the day does not matter.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startAdapter } from '../support/adapter.mjs';
import { PHONE, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { ROOT, startExchange } from '../support/exchange.mjs';
import { beginShift, openShelter, say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { demo } from '../support/world.mjs';

const HOUSE = 'havenlicht';
const PLACE = 'Havenlicht';
const [NIGHT, FAMILY] = ['havenlicht-nood-4p', 'havenlicht-crisis-4p'];
const AWAY_S = 2;
const SOON = { within: 20_000, every: 50 };

let x, adapter, browser, profile, phone, desk;

const pool = code => demo.pools.find(p => p.code === code);
const idOf = async code => (await (await x.as(`intake.${HOUSE}`)).get('/pools?mine=true&limit=200')).json.pools.find(p => p.code === code);
const row = code => phone.page.locator(`.cap li[data-pool="${pool(code).id}"]`);
const shown = async code => Number(await row(code).locator('output').innerText());

/** Lines as the house's system exports them; AT may be left out of a row for now. */
function file(rows, at = new Date()) {
  const head = 'Locatie;Plekcode;Omschrijving;Kamers;Bezet;Vrij;Buiten gebruik;Personeel;Peilmoment';
  const line = ({ word, code, total = pool(code).units_total, free, staff = 'ja' }) => [PLACE, word ?? code, 'kamer', total, '', free, 0, staff, at.toISOString()].join(';');
  return `${[head, ...rows.map(line)].join('\n')}\n`;
}

/** The profile on disk, with more words of theirs. */
function writeProfile(words) {
  const own = JSON.parse(readFileSync(join(ROOT, 'adapters/profiles/demo-csv.json'), 'utf8'));
  const places = own.providers[HOUSE].pools[PLACE];
  own.providers[HOUSE].pools[PLACE] = { ...places, ...words };
  writeFileSync(profile, JSON.stringify(own));
}

before(async () => {
  x = await startExchange('e2e-koppeling', { settings: { feed_away_s: AWAY_S } });
  const profiles = join(x.dir, 'profiles');
  mkdirSync(profiles);
  profile = join(profiles, 'demo-csv.json');
  writeProfile({});
  adapter = await startAdapter(x, { profiles });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  phone = await openDesk(browser, x.origin, { viewport: PHONE });
  desk = await openDesk(browser, x.origin);
  await openShelter(phone, `opvang.${HOUSE}`);
  await beginShift(phone);
  await signIn(desk, `intake.${HOUSE}`, '.cap li');
  await desk.page.goto('/koppeling');
  await desk.page.waitForSelector('.feed-card');
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  try {
    await adapter?.stop();
  } finally {
    await x?.stop();
  }
}, { timeout: 60_000 });

const press = (page, key, params) => page.getByRole('button', { name: sayLike(key, params) }).first().click();

test('a good file is there to see: what was understood, and the number on the phone', async () => {
  const free = (await shown(FAMILY)) === 2 ? 3 : 2;
  adapter.drop(HOUSE, 'good.csv', file([{ code: FAMILY, free }]));
  await poll(async () => await shown(FAMILY) === free, { ...SOON, what: 'the number on the phone' });
  const line = desk.page.locator('.read tbody tr', { hasText: pool(FAMILY).name }).first();
  await poll(async () => (await line.count()) > 0 && (await line.innerText()).includes(say('message.free_of', { free, total: pool(FAMILY).units_total })), { ...SOON, what: 'the last message on the page' });
  assert.match(await line.innerText(), /\b2$/, 'the line it stood on');
  await desk.page.locator('.feed-card', { hasText: say('feed.state_ok') }).waitFor({ timeout: SOON.within }); // a late heartbeat of the adapter is the greater trouble while it lasts
  await phone.page.locator('.feed-line').waitFor();
});

test('a garbled file is put aside: line, field and reason in Dutch, and the phone says to report by hand', async () => {
  const seq = (await x.health()).durableSeq;
  adapter.drop(HOUSE, 'garbled.csv', file([{ code: FAMILY, free: 1 }, { code: NIGHT, free: 9 }]));
  const fault = desk.page.locator('.aside .complaints li').first();
  await fault.waitFor({ timeout: SOON.within });
  assert.equal((await fault.innerText()).replace(/\s+/g, ' '), `${say('message.line_of', { line: 3 })}, ${say('field.free')} Dit is meer dan het totaal.`);
  await phone.page.reload();
  const notice = phone.page.locator('#own-feed');
  await notice.waitFor();
  // A late heartbeat of the adapter is the greater trouble while it lasts: the page follows by itself.
  const words = [sayLike('own_feed.quarantined'), new RegExp(say('own_feed.by_hand'))];
  await poll(async () => { const text = await notice.innerText(); return words.every(w => w.test(text)); }, { ...SOON, what: 'the notice that a file was not read, and to report by hand' });
  assert.equal(x.askedForSince(seq), 0, 'nothing of it was used');
  adapter.drop(HOUSE, 'mended.csv', file([{ code: FAMILY, free: 1 }]));
  await poll(async () => await desk.page.locator('.aside').count() === 0, { ...SOON, what: 'the new file to put the old one in the past' });
});

test('the profile is mended on disk, the button reads the file again, and its number is on the phone', async () => {
  const free = (await shown(NIGHT)) === 1 ? 0 : 1;
  adapter.drop(HOUSE, 'unknown-word.csv', file([{ word: 'Nachtkamer', code: NIGHT, free }]));
  const fault = desk.page.locator('.aside .complaints li').first();
  await fault.waitFor({ timeout: SOON.within });
  assert.match(await fault.innerText(), /Deze plek staat niet in het profiel\./);

  await press(desk.page, 'replay.button'); // before it is mended
  await desk.page.locator('.replay.failed').waitFor({ timeout: SOON.within });
  assert.match(await desk.page.locator('.replay.failed').innerText(), sayLike('replay.failed_text'));

  writeProfile({ Nachtkamer: NIGHT });
  await press(desk.page, 'replay.button');
  await desk.page.locator('.notice[id^=done-]').waitFor({ timeout: SOON.within });
  assert.match(await desk.page.locator('.notice[id^=done-]').innerText(), sayLike('replay.done_text', { n: 1 }));
  await poll(async () => await shown(NIGHT) === free, { ...SOON, what: 'the number on the phone' });
  await desk.page.locator('.aside').waitFor({ state: 'detached', timeout: SOON.within });
  assert.deepEqual(adapter.quarantined().filter(q => q.file.includes('unknown-word')), [], 'it left the quarantine');
});

const handIn = async (text, { trial = false } = {}) => {
  await desk.page.setInputFiles('#upload-file', { name: 'stand.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const only = desk.page.getByRole('checkbox', { name: sayLike('upload.try') });
  if (trial) await only.check();
  await press(desk.page, 'upload.send');
};
const effectOf = code => desk.page.locator('.effects li', { hasText: pool(code).name }).first();

test('a trial shows what would change, and changes nothing', async () => {
  const [seq, before] = [(await x.health()).durableSeq, await shown(FAMILY)];
  await handIn(file([{ code: FAMILY, free: before + 1 }]), { trial: true });
  await effectOf(FAMILY).waitFor({ timeout: SOON.within });
  assert.match(await effectOf(FAMILY).innerText(), new RegExp(say('upload.effect_changes')));
  assert.equal(await desk.page.locator('#upload-take').count(), 0, 'a trial cannot be taken over');
  assert.equal(x.askedForSince(seq), 0);
  assert.equal(await shown(FAMILY), before);
  await press(desk.page, 'upload.again');
});

test('a file is looked at, then taken over: before and after, what is the same, what is older', async () => {
  const before = await shown(FAMILY);
  const total = pool(FAMILY).units_total;
  const now = await idOf(NIGHT);
  const same = { code: NIGHT, free: now.capacity.unitsFree };
  await handIn(file([{ code: FAMILY, free: before + 1 }, same]));
  await effectOf(FAMILY).waitFor({ timeout: SOON.within });
  const words = await effectOf(FAMILY).innerText();
  for (const free of [before, before + 1]) assert.match(words, new RegExp(say('upload.free_of', { free, total })));
  assert.match(await effectOf(NIGHT).innerText(), new RegExp(say('upload.effect_confirms')));
  assert.equal(await shown(FAMILY), before, 'nothing before the yes');
  await press(desk.page, 'upload.take', { n: 1 });
  await desk.page.locator('#upload-result.notice').waitFor({ timeout: SOON.within });
  assert.match(await desk.page.locator('#upload-result').innerText(), new RegExp(say('upload.taken')));
  await poll(async () => await shown(FAMILY) === before + 1, { ...SOON, what: 'the number on the phone' });
  assert.equal((await idOf(FAMILY)).capacity.source, 'hand', 'a person vouched for it');
  await press(desk.page, 'upload.again');

  await handIn(file([{ code: FAMILY, free: 0 }], new Date(Date.now() - 3600_000)));
  await effectOf(FAMILY).waitFor({ timeout: SOON.within });
  assert.match(await effectOf(FAMILY).innerText(), new RegExp(say('upload.effect_older')));
  assert.equal(await desk.page.locator('#upload-take').count(), 0);
  await press(desk.page, 'upload.discard');
  await desk.page.locator('#upload-file').waitFor();
  assert.equal(await shown(FAMILY), before + 1);
});

test('an unreadable, an empty and a too large file say so, and more than three tries are no lock', async () => {
  for (let i = 0; i < 4; i++) {
    await handIn('Locatie;Plekcode\nx;y\n');
    await desk.page.locator('.upload-result .complaints li').first().waitFor({ timeout: SOON.within });
    assert.match(await desk.page.locator('.upload-result .complaints').innerText(), /De kolom hiervoor ontbreekt in de eerste regel\./);
    await press(desk.page, 'upload.again');
  }
  for (let i = 0; i < 4; i++) {
    await handIn(file([{ code: FAMILY, free: 1 }]), { trial: true });
    await effectOf(FAMILY).waitFor({ timeout: SOON.within });
    await press(desk.page, 'upload.again');
  }
  const posts = desk.urls.filter(u => u.endsWith('/uploads')).length;
  for (const [text, key] of [['', 'upload.empty'], ['x'.repeat(701 * 1024), 'upload.too_big']]) {
    await handIn(text);
    await desk.page.locator('#upload-fault .icon').waitFor();
    assert.match(await desk.page.locator('#upload-fault').innerText(), sayLike(key));
  }
  assert.equal(desk.urls.filter(u => u.endsWith('/uploads')).length, posts, 'nothing was sent');
});

/** A colleague at another screen of the house says N. */
async function reportByHand(code, n) {
  const { id, capacity } = await idOf(code), colleague = await x.as(`intake.${HOUSE}`);
  await poll(() => Date.now() > Date.parse(capacity.observedAt), { what: 'a later moment' });
  const r = await colleague.post('/capacity-reports', { reports: [{ poolId: id, reportId: `hand-${code}-${n}`, observedAt: new Date().toISOString(), source: 'hand', unitsTotal: capacity.unitsTotal, unitsFree: n }] });
  assert.equal(r.status, 200, r.text);
}

test('hand and feed differ: the phone asks, a tap says which is right, and the mark stays until the next message', async () => {
  // What people correct: the feed says two, they say none, the feed says two again.
  adapter.drop(HOUSE, 'says.csv', file([{ code: FAMILY, free: 2 }]));
  // Two it was before too, as a person had vouched for: what follows hangs on who says it now.
  await poll(async () => {
    const { unitsFree, source } = (await idOf(FAMILY)).capacity;
    return unitsFree === 2 && source !== 'hand' && await shown(FAMILY) === 2;
  }, { ...SOON, what: 'the number of the feed on the phone' });
  await reportByHand(FAMILY, 0);
  await poll(async () => await shown(FAMILY) === 0, { ...SOON, what: 'the correction on the phone' });
  const hand = (await idOf(FAMILY)).capacity.observedAt;
  await poll(() => Date.now() > Date.parse(hand), { what: 'the feed to speak later' });
  adapter.drop(HOUSE, 'differs.csv', file([{ code: FAMILY, free: 2 }]));
  const question = row(FAMILY).locator('.differ');
  await question.waitFor({ timeout: SOON.within });
  assert.match(await question.innerText(), sayLike('differ.ask_free', { feed: 2, hand: 0 }));

  const version = (await idOf(FAMILY)).version;
  await press(phone.page, 'capacity.still_right'); // one tap for all other rooms
  await poll(async () => (await idOf(NIGHT)).capacity.source === 'hand', { ...SOON, what: 'the other rooms to be confirmed' });
  assert.equal((await idOf(FAMILY)).version, version, 'who did not read the question has not answered it');

  await question.getByRole('button', { name: sayLike('clash.is_right', { free: 0 }) }).click();
  await row(FAMILY).locator('.by-hand').waitFor({ timeout: SOON.within });
  assert.match(await row(FAMILY).locator('.by-hand').innerText(), sayLike('differ.hand'));
  assert.equal(await shown(FAMILY), 0);

  const corrected = (await idOf(FAMILY)).capacity.observedAt;
  await poll(() => Date.now() > Date.parse(corrected), { what: 'the feed to speak later' });
  adapter.drop(HOUSE, 'agrees.csv', file([{ code: FAMILY, free: 0 }]));
  await row(FAMILY).locator('.by-hand').waitFor({ state: 'detached', timeout: SOON.within });
  assert.equal(await row(FAMILY).locator('.differ').count(), 0);
  assert.equal(await shown(FAMILY), 0);
  noFaults(phone, 'phone');
  noFaults(desk, 'desk');
});

test('the administrator of who is no shelter is told so, and is offered no upload and no advice to report', async () => {
  const admin = await openDesk(browser, x.origin);
  await signIn(admin, 'beheer.vt-rotterdam', '#feeds-title');
  await admin.page.getByText(say('feeds.not_house')).waitFor();
  assert.equal(await admin.page.locator('#upload-file').count(), 0);
  assert.equal(await admin.page.getByText(say('feed.advice')).count(), 0);
  noFaults(admin, 'admin');
  await admin.context.close();
  const own = await openDesk(browser, x.origin);
  await signIn(own, 'beheer.lindehof', '#upload-file');
  await own.context.close();
});

test('the operator sees at once that the adapter is gone, trouble first, and the house is told', async () => {
  const operator = await openDesk(browser, x.origin);
  await signIn(operator, 'beheer.uitwisseling', '.feeds-table tbody tr');
  const mine = operator.page.locator('.feeds-table tr', { hasText: PLACE });
  await mine.getByText(say('feed.state_ok')).first().waitFor({ timeout: SOON.within });
  await adapter.stop();
  adapter = undefined;
  await poll(async () => (await mine.innerText()).includes(say('feed.state_adapter_away')), { within: 30_000, every: 100, what: 'the lost adapter on the operator’s page' });
  assert.match(await operator.page.locator('.feeds-table tbody tr').first().getAttribute('class'), /trouble/);
  await mine.getByRole('button').click();
  await operator.page.locator('.feed-card.trouble').waitFor();
  assert.equal(await operator.page.locator('#upload-file').count(), 0, 'the operator hands in nothing');
  await operator.page.goBack();
  await operator.page.locator('.feeds-table').waitFor();
  noFaults(operator, 'operator');
  await phone.page.reload();
  await phone.page.locator('#own-feed', { hasText: sayLike('own_feed.adapter_away') }).waitFor({ timeout: SOON.within });
});
