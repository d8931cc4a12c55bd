// Two organisations, real browsers: a key made at one desk and confirmed at another, a list ticked on both sides, a note
// sealed in one browser and opened in the other. What goes over the wire is held against what was typed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, judge, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { aNeed, ask, expectStatus, openReferral, organisationOf, placesFor } from '../support/world.mjs';

const PASSPHRASE = 'paard nietje batterij lampion';
const EVERYWHERE = { everywhere: true };
const NOTE = 'Zij durft alleen met de zus te bellen. Medicatie ligt in de blauwe tas. Merk-e2e-8812';

let x, dir, browser, vt, maker, reader, referral;
const sent = [];
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plek-handover-'));
  x = await startExchange('e2e-handover', { settings: { night_sheet_dir: dir } });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  const client = await x.as('nachtdienst.rotterdam');
  referral = await openReferral(client, aNeed());
  const place = (await placesFor(client, aNeed(), 5)).find(p => organisationOf(p.poolId) === 1);
  const q = (await ask(client, referral.id, [place.poolId])).requests[0];
  expectStatus(await (await x.as('intake.lindehof-groep')).post(`/requests/${q.id}/acceptance`), 200);
  vt = await openDesk(browser, x.origin, { viewport: DESKTOP });
  maker = await openDesk(browser, x.origin, { viewport: DESKTOP });
  reader = await openDesk(browser, x.origin, { viewport: PHONE });
  for (const desk of [vt, maker, reader]) desk.page.on('request', r => { if (r.postData()) sent.push(r.postData()); });
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
  if (dir) rmSync(dir, { recursive: true });
}, { timeout: 60_000 });

test('one makes the key, a colleague confirms its digits', { timeout: 120_000 }, async () => {
  const { page } = maker;
  await signIn(maker, 'beheer.lindehof', 'main h1');
  await page.goto('/sleutel');
  await page.getByText(say('key.none')).waitFor();
  await judge(maker, 'handover, no key', EVERYWHERE);
  assert.ok(!maker.urls.some(u => u.includes('vendor/sodium')), 'libsodium is not fetched before it is needed');
  await page.getByRole('button', { name: say('key.make_first') }).click();
  await page.fill('#key-passphrase', 'te kort');
  await page.getByRole('button', { name: say('key.make'), exact: true }).click();
  await page.getByText(say('key.fault_short', { n: 16 })).waitFor();
  await page.fill('#key-passphrase', PASSPHRASE);
  await page.fill('#key-again', `${PASSPHRASE}!`);
  await page.getByRole('button', { name: say('key.make'), exact: true }).click();
  await page.getByText(say('key.fault_differs')).waitFor();
  await page.fill('#key-again', PASSPHRASE);
  await judge(maker, 'handover, making', EVERYWHERE);
  await page.getByRole('button', { name: say('key.make'), exact: true }).click();
  const digits = await page.locator('.fingerprint').innerText({ timeout: 60_000 });
  assert.match(digits, /^(\d{5} ){5}\d{5}$/);
  assert.ok(maker.urls.filter(u => u.includes('vendor/sodium')).length === 2);

  await signIn(reader, 'opvang.lindehof', 'main h1');
  await reader.page.goto('/sleutel');
  await reader.page.fill('#key-digits', digits.replace(/\d/, d => String((Number(d) + 1) % 10)));
  reader.expected.push(/status of 400/);
  await reader.page.getByRole('button', { name: say('key.confirm') }).click();
  await reader.page.locator('.notice.error').waitFor();
  await judge(reader, 'handover, to confirm', EVERYWHERE);
  await reader.page.fill('#key-digits', digits);
  await reader.page.getByRole('button', { name: say('key.confirm') }).click();
  await reader.page.getByRole('heading', { name: say('key.in_use') }).waitFor();
  // The list for the night follows by itself: nobody is told that there is no key beside a key that is in use.
  for (const desk of [reader, maker]) await desk.page.locator('.night-link').getByText(say('nightlink.download')).waitFor({ timeout: 60_000 });
  await judge(reader, 'handover, in use', EVERYWHERE);
  await page.getByRole('heading', { name: say('key.in_use') }).waitFor(); // the page of who made it follows by itself
});

test('both sides tick the list; the page of the other side follows by itself', { timeout: 120_000 }, async () => {
  await signIn(vt, 'nachtdienst.rotterdam', 'main h1');
  await vt.page.goto(`/verwijzing#r=${referral.id}`);
  await reader.page.goto(`/verwijzing#r=${referral.id}`);
  const mine = desk => desk.page.locator('.handover-list input');
  await mine(vt).first().waitFor();
  await mine(vt).first().check();
  await reader.page.locator('.handover-list li').first().getByText(/^Verwijzer om/).waitFor();
  await mine(reader).first().check();
  await vt.page.locator('.handover-list li.done').first().waitFor();
  assert.match(await vt.page.locator('.handover-head').innerText(), /^1 van \d+/);
  await vt.page.getByRole('button', { name: say('handover.meeting_show') }).click();
  await vt.page.locator('.meeting').waitFor();
  const shown = await vt.page.locator('#section-handover').innerText();
  assert.doesNotMatch(shown, /Voorbeeldstraat/, 'never the address');
});

test('a note is sealed here and opened there; only ciphertext goes over the wire', { timeout: 120_000 }, async () => {
  const { page } = vt;
  await page.getByRole('button', { name: say('handover.write') }).click();
  await page.fill('#note-draft', NOTE);
  await judge(vt, 'handover, writing', EVERYWHERE);
  await page.getByRole('button', { name: say('handover.send') }).click();
  await page.getByText(say('handover.note_written')).waitFor({ timeout: 30_000 });

  await reader.page.getByRole('button', { name: say('handover.read') }).click({ timeout: 30_000 });
  await reader.page.fill('#note-passphrase', 'de verkeerde wachtzin 1234');
  await reader.page.getByRole('button', { name: say('handover.open'), exact: true }).click();
  await reader.page.getByText(say('handover.fault_passphrase')).waitFor({ timeout: 60_000 });
  assert.equal(await reader.page.inputValue('#note-passphrase'), '', 'a passphrase that was wrong does not stay');
  await judge(reader, 'handover, opening', EVERYWHERE);
  await reader.page.fill('#note-passphrase', PASSPHRASE);
  await reader.page.getByRole('button', { name: say('handover.open'), exact: true }).click();
  await reader.page.locator('.note-text').waitFor({ timeout: 60_000 });
  assert.equal(await reader.page.locator('.note-text').innerText(), NOTE);
  await judge(reader, 'handover, read', EVERYWHERE);
  await page.getByText(/^Gelezen /).waitFor();
  await reader.page.getByRole('button', { name: say('handover.close'), exact: true }).click();
  await reader.page.locator('.note-text').waitFor({ state: 'detached' });
  await reader.page.getByRole('button', { name: say('handover.read') }).waitFor();

  assert.ok(sent.some(s => s.includes('"sealed"')), 'the note went over the wire');
  for (const secret of [PASSPHRASE, NOTE, 'Merk-e2e-8812']) assert.deepEqual(sent.filter(s => s.includes(secret)), []);
  for (const desk of [vt, maker, reader]) {
    const kept = await desk.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    for (const secret of [PASSPHRASE, 'Merk-e2e-8812']) assert.ok(!kept.includes(secret), 'nothing of it is kept in the browser');
    noFaults(desk, 'handover');
  }
});

test('only the pages that seal may compile WebAssembly, and eval stays forbidden', async () => {
  for (const [path, allowed] of [['/plaatsen', false], ['/opvang', false], ['/koppeling', false], ['/sleutel', true], ['/verwijzing', true]]) {
    const policy = await vt.page.evaluate(async p => (await fetch(p)).headers.get('content-security-policy'), path);
    assert.equal(policy.includes("'wasm-unsafe-eval'"), allowed, path);
    assert.ok(!policy.includes("'unsafe-eval'") && policy.includes("require-trusted-types-for 'script'"), path);
  }
});

test('a lost key: a second person confirms, the pages follow, and the sender is told to write again', { timeout: 120_000 }, async () => {
  await vt.page.getByRole('button', { name: say('handover.write') }).click();
  await vt.page.fill('#note-draft', 'nog een');
  await vt.page.getByRole('button', { name: say('handover.send') }).click();
  await vt.page.getByText(say('handover.note_written')).waitFor({ timeout: 30_000 });
  await reader.page.goto('/sleutel');
  const loaded = async desk => desk.page.evaluate(() => performance.timeOrigin);
  const origins = [await loaded(maker), await loaded(reader)];
  const declare = async reason => {
    await maker.page.getByRole('button', { name: say('key.lose'), exact: true }).click();
    await maker.page.getByText(say('key.lose_two')).waitFor();
    await maker.page.getByText(say('key.lose_text', { n: 1 })).waitFor(); // counted anew: the administrator heard of no note
    await maker.page.getByLabel(say(`key.loss_${reason}`)).check();
    if (reason === 'wachtzin_vergeten') await judge(maker, 'handover, declaring a loss', EVERYWHERE);
    await maker.page.getByRole('button', { name: say('key.lose_ask') }).click();
    await maker.page.getByText(say('key.loss_mine')).waitFor();
  };
  await declare('wachtzin_vergeten');
  await judge(maker, 'handover, loss asked by me', EVERYWHERE);
  assert.equal(await maker.page.getByRole('button', { name: say('key.loss_yes') }).count(), 0, 'no second voice from the first');
  await reader.page.getByText(say('key.loss_theirs')).waitFor();
  await reader.page.getByText(new RegExp(`^${say('key.loss_wachtzin_vergeten')}\\.`)).waitFor();
  await judge(reader, 'handover, loss asked by a colleague', EVERYWHERE);
  await reader.page.getByRole('button', { name: say('key.loss_no') }).click();
  await maker.page.getByRole('button', { name: say('key.lose'), exact: true }).waitFor();
  await declare('medewerker_weg');
  await reader.page.getByRole('button', { name: say('key.loss_yes') }).click();
  await judge(reader, 'handover, confirming a loss', EVERYWHERE);
  await reader.page.getByRole('button', { name: say('key.lose_confirm') }).click();
  for (const desk of [maker, reader]) await desk.page.getByText(say('key.none')).waitFor();
  assert.deepEqual([await loaded(maker), await loaded(reader)], origins, 'neither page was loaded anew');
  await vt.page.getByText(say('handover.write_again')).waitFor();
  await vt.page.getByText(say('handover.no_key', { organisation: 'Lindehof Groep' }).slice(-20)).waitFor();
});
