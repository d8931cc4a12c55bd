// The night sheet: made while the exchange works, opened when it does not. The broker is killed, and the file is opened from
// disk in a real browser without network, with the passphrase; as referrer and as house.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { judge, NARROW, noFaults, openBrowser, openDesk, PHONE, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { confirmedKey, loseKey, PASSPHRASE } from '../support/sealing.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, ask, demo, deskOf, expectStatus, inMinutes, locationOf, openReferral, organisationOf, placesFor, poolOf } from '../support/world.mjs';

const CALLBACK = '010 000 7788';
let x, browser, dir, vt, house, referral, place, sealed, bridged, bed;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plek-nachtlijst-'));
  x = await startExchange('e2e-night', { settings: { night_sheet_dir: dir, night_helpdesk_number: '088 000 0099' } });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  vt = await x.as('nachtdienst.rotterdam');
  house = await x.as('intake.lindehof-groep');
  referral = await openReferral(vt, aNeed({ callback: CALLBACK }));
  place = (await placesFor(vt, aNeed(), 5)).find(p => organisationOf(p.poolId) === 1);
  sealed = locationOf(place.poolId).sealed;
  bridged = await openReferral(vt, aNeed());
  bed = (await placesFor(vt, aNeed(), 8)).find(p => organisationOf(p.poolId) !== 1 && ['nood', 'crisis'].includes(p.kind));
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
  rmSync(dir, { recursive: true, force: true });
}, { timeout: 60_000 });

const state = async c => expectStatus(await c.get('/keys'), 200).nightSheet;
const fileOf = code => join(dir, `nachtlijst-${code}.html`);

test('an organisation without a key has no sheet, and its pages say why', { timeout: 60_000 }, async () => {
  assert.deepEqual(await state(house), { state: 'no_key', madeAt: null, everyS: 3600 });
  assert.equal((await house.get('/night-sheet')).status, 404);
  const desk = await openDesk(browser, x.origin, { viewport: PHONE });
  await signIn(desk, 'opvang.lindehof', 'main h1');
  await desk.page.getByText(say('nightlink.no_key')).waitFor();
  assert.deepEqual(readdirSync(dir), []);
  await desk.context.close();
});

test('with a key it is made by itself: on disk for its owner only, and behind the door for that organisation', { timeout: 60_000 }, async () => {
  const q = (await ask(vt, referral.id, [place.poolId])).requests[0];
  expectStatus(await house.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await vt.post(`/referrals/${referral.id}/journey`, { etaAt: inMinutes(45) }), 200);
  const b = expectStatus(await vt.post(`/referrals/${bridged.id}/requests`, { poolIds: [bed.poolId], bridge: true }), 201).requests[0];
  expectStatus(await (await x.as(deskOf(bed.poolId))).post(`/requests/${b.id}/acceptance`), 200);
  await confirmedKey(await x.as('beheer.lindehof'), house);
  await confirmedKey(await x.as('beheer.vt-rotterdam'), vt);
  for (const c of [vt, house]) await poll(async () => (await state(c)).state === 'ready', { within: 30_000, every: 100, what: 'a sheet with the key' });
  await poll(() => existsSync(fileOf('vt18')) && existsSync(fileOf('lindehof-groep')), { what: 'both files' });
  for (const name of readdirSync(dir).filter(n => n.endsWith('.html'))) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600, name);
  const got = await vt.get('/night-sheet');
  assert.equal(got.status, 200);
  assert.match(got.headers['content-disposition'], /^attachment; filename="nachtlijst-vt18\.html"$/);
  for (const text of [got.text, readFileSync(fileOf('vt18'), 'utf8'), readFileSync(fileOf('lindehof-groep'), 'utf8')])
    for (const secret of [referral.code, sealed.night_number, sealed.meeting_point, sealed.address, CALLBACK, PASSPHRASE]) assert.ok(!text.includes(secret), secret);
  const log = x.sql("SELECT DISTINCT event, org, object, role FROM access_log WHERE event LIKE 'night_sheet.%'").map(r => r.join(' '));
  assert.ok(log.includes(`night_sheet.reveal ${vt.session.organisationId} ${q.id} system`), log.join('; '));
  const location = poolOf(place.poolId).location;
  assert.ok(log.includes(`night_sheet.number ${vt.session.organisationId} ${location} system`), 'the number of a house to ring');
  assert.ok(!log.some(l => l.startsWith(`night_sheet.number ${house.session.organisationId} `)), 'a house is told no number');
  assert.ok(log.includes(`night_sheet.make ${house.session.organisationId} ${house.session.organisationId} system`));
});

test('the pages of house and referrer link to it and say how old it is', { timeout: 60_000 }, async () => {
  for (const [account, viewport] of [['opvang.lindehof', PHONE], ['nachtdienst.rotterdam', NARROW]]) {
    const desk = await openDesk(browser, x.origin, { viewport });
    await signIn(desk, account, 'main');
    const link = desk.page.getByRole('link', { name: say('nightlink.download') });
    await link.waitFor();
    assert.equal(await link.getAttribute('href'), '/api/v1/night-sheet');
    assert.match(await desk.page.locator('.night-link').innerText(), /Nachtlijst van .*\d\d:\d\d/);
    await judge(desk, `night sheet, ${account}`, { everywhere: true });
    const [download] = await Promise.all([desk.page.waitForEvent('download'), link.click()]);
    assert.match(download.suggestedFilename(), /^nachtlijst-[a-z0-9-]+\.html$/);
    noFaults(desk, account);
    await desk.context.close();
  }
});

// The page's time is the exchange's, which a test cannot move: the sheet is made older than it is, and due at once.
test('a page in view all night asks again by itself where its stream keeps it signed in, elsewhere when somebody is there', { timeout: 120_000 }, async () => {
  for (const [account, waits] of [['opvang.lindehof', false], ['nachtdienst.rotterdam', true]]) {
    const desk = await openDesk(browser, x.origin, { viewport: PHONE });
    let asked = 0;
    await desk.page.route('**/api/v1/keys', route => {
      asked++;
      return route.fulfill({ json: { keys: [], nightSheet: { state: 'ready', madeAt: new Date(Date.now() - 2 * 3600_000).toISOString(), everyS: 0 } } });
    });
    await desk.page.clock.install();
    await signIn(desk, account, 'main');
    await desk.page.getByRole('link', { name: say('nightlink.download') }).waitFor();
    assert.equal(asked, 1);
    // A jump of the page's clock is undone by the next answer of the exchange: a few looks, of which one falls right.
    const minutes = async n => { for (let i = 0; i < n; i++) { await desk.page.clock.fastForward(61_000); await desk.page.evaluate(() => fetch('/api/v1/session')); } };
    if (waits) {
      await minutes(4);
      assert.equal(asked, 1, 'a question keeps the session of an empty desk alive');
      await desk.page.keyboard.press('Shift');
    }
    await poll(async () => { await minutes(1); return asked > 1; }, { what: 'the question for a newer sheet' });
    await desk.context.close();
  }
});

/** The file, opened from disk in a browser that has no network. */
async function openSheet(code, clockMs) {
  const context = await browser.newContext({ offline: true, locale: 'nl-NL' });
  const page = await context.newPage();
  const asked = [], faults = [];
  page.on('request', r => { if (!/^(file|data):/.test(r.url())) asked.push(r.url()); });
  page.on('pageerror', e => faults.push(e.message));
  page.on('console', m => { if (m.type() === 'error') faults.push(m.text()); });
  if (clockMs) await page.clock.setFixedTime(clockMs);
  await page.goto(pathToFileURL(fileOf(code)).href);
  await page.waitForSelector('#passphrase');
  return { context, page, asked, faults };
}
async function enter(page, passphrase) {
  await page.fill('#passphrase', passphrase);
  await page.getByRole('button', { name: say('nightsheet.open'), exact: true }).click();
}

test('the broker is killed; the sheet opens from disk with the passphrase and with no other', { timeout: 120_000 }, async () => {
  await x.killBroker();
  const { context, page, asked, faults } = await openSheet('vt18');
  assert.match(await page.locator('ol').innerText(), /112/, 'what to do stands there before it is opened');
  assert.deepEqual(await page.locator('.numbers > *').allInnerTexts(), [say('nightsheet.number_veilig_thuis'), '0800-2000', say('nightsheet.number_helpdesk'), '088 000 0099'], 'and whom anybody may ring');
  assert.ok(!(await page.locator('main').innerText()).includes(referral.code));
  await enter(page, 'een verkeerde wachtzin');
  await page.getByText(say('nightsheet.wrong')).waitFor();
  await enter(page, PASSPHRASE);
  await page.getByRole('heading', { name: say('nightsheet.houses') }).waitFor();
  const text = await page.locator('main').innerText();
  for (const there of [referral.code, locationOf(place.poolId).name, sealed.night_number, sealed.meeting_point]) assert.ok(text.includes(there), there);
  assert.ok(!demo.locations.some(l => text.includes(l.sealed.address)), 'never an address');
  const bridgeRow = await page.locator('tr', { hasText: bridged.code }).innerText();
  assert.ok(bridgeRow.includes(say('nightsheet.bridge', { house: locationOf(bed.poolId).name })), bridgeRow);
  assert.ok(bridgeRow.includes(say('nightsheet.bridge_eta')) && !bridgeRow.includes(say('nightsheet.unknown')), bridgeRow);
  await judge({ page }, 'night sheet of a desk', { everywhere: true });
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.bar').isVisible(), false, 'no buttons on paper');
  assert.ok((await page.pdf()).length > 5000);
  assert.deepEqual([asked, faults], [[], []]);
  await context.close();
});

test('who has no yes yet finds houses to ring: the nearest first, with what was free and when, and no meeting point', { timeout: 60_000 }, async () => {
  const { context, page, faults } = await openSheet('vt18');
  await enter(page, PASSPHRASE);
  await page.getByRole('heading', { name: say('nightsheet.ring') }).waitFor();
  const cells = await page.locator('h2', { hasText: say('nightsheet.ring') }).locator('xpath=following-sibling::div[1]').locator('tbody tr').evaluateAll(rows => rows.map(r => [...r.children].map(c => c.innerText)));
  assert.ok(cells.length > 20, `${cells.length} houses`);
  const minutes = cells.map(c => Number(c[2].match(/(\d+) minuten/)[1]));
  assert.deepEqual(minutes, [...minutes].sort((a, b) => a - b), 'the nearest first');
  assert.match(cells[0][2], /^Rotterdam/);
  for (const [name, number, , places] of cells) {
    const at = demo.locations.find(l => l.name === name);
    assert.equal(number, at.sealed.night_number, name);
    assert.match(places, /: (\d+ vrij \(.*\d\d:\d\d\)|niet bekend, vraag het|neemt nu niemand op)/, name);
  }
  const kept = demo.pools.filter(p => ['cosm', 'omm', 'jeugd'].includes(p.kind)).map(p => demo.locations[p.location - 1].name);
  const open = demo.pools.filter(p => !['cosm', 'omm', 'jeugd'].includes(p.kind)).map(p => demo.locations[p.location - 1].name);
  for (const [name] of cells) assert.ok(!kept.includes(name) || open.includes(name), `${name} is given out by a gatekeeper`);
  assert.deepEqual(faults, []);
  await context.close();
});

test('the house finds who comes, whom to ring, and its own last numbers', { timeout: 60_000 }, async () => {
  const { context, page, faults } = await openSheet('lindehof-groep');
  await enter(page, PASSPHRASE);
  await page.getByRole('heading', { name: say('nightsheet.coming') }).waitFor();
  const text = await page.locator('main').innerText();
  for (const there of [referral.code, CALLBACK, locationOf(place.poolId).name]) assert.ok(text.includes(there), there);
  const comes = await page.locator('tr', { hasText: referral.code }).innerText();
  for (const whom of [vt.session.organisation, CALLBACK]) assert.ok(comes.includes(whom), `${whom}: ${comes}`);
  for (const number of ['0800-2000', '088 000 0099']) assert.ok(text.includes(number), number);
  await judge({ page }, 'night sheet of a house', { everywhere: true });
  assert.ok(!text.includes(say('nightsheet.ring')), 'it sees no other house');
  assert.ok(await page.locator('tbody').last().locator('tr').count() > 3, 'its pools');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Who is coming' }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('an old sheet says how old it is', { timeout: 60_000 }, async () => {
  const fresh = await openSheet('vt18');
  assert.equal(await fresh.page.locator('.old').count(), 0);
  await fresh.context.close();
  const late = await openSheet('vt18', Date.now() + 5 * 3600_000 + 60_000);
  assert.match(await late.page.locator('.old').innerText(), /5 uur oud/);
  await late.context.close();
});

test('after a restart a lost key takes the file away', { timeout: 60_000 }, async () => {
  await x.startBroker();
  const [key] = expectStatus(await house.get('/keys'), 200).keys;
  await loseKey(house, await x.as('beheer.lindehof'), key);
  await poll(() => !existsSync(fileOf('lindehof-groep')), { within: 20_000, what: 'the file to go' });
  assert.ok(existsSync(fileOf('vt18')));
  assert.deepEqual((await state(house)).state, 'no_key');
});
