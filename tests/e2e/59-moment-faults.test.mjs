// A moment that cannot be says why, at its field, in the words of the page: what the browser sees by itself, and what only
// the exchange knows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, noFaults, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { say } from '../support/people.mjs';
import { openDossier } from '../support/walk_nobed_pages.mjs';
import { aVictim, aWoman, ask, deskOf, expectStatus, openReferral, placesFor } from '../support/world.mjs';

const DAY_MS = 86_400_000;
let x, browser, house, placer, api, referral;

before(async () => {
  x = await startExchange('e2e-moment-faults');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  api = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(api, aWoman(), 1);
  referral = await openReferral(api, aWoman());
  const q = (await ask(api, referral.id, [place.poolId])).requests[0];
  const desk = await x.as(deskOf(place.poolId));
  expectStatus(await desk.post(`/requests/${q.id}/acceptance`), 200);
  expectStatus(await desk.post(`/requests/${q.id}/arrival`), 200);
  const { stayId } = expectStatus(await api.get(`/referrals/${referral.id}`), 200);
  expectStatus(await desk.post(`/stays/${stayId}/departure`, { reason: 'eigen_keuze', destination: 'familie_vrienden' }), 200);
  house = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of 400/] });
  placer = await openDesk(browser, x.origin, { expected: [/status of 400/] });
  await signIn(house, deskOf(place.poolId), 'main');
  await signIn(placer, 'nachtdienst.rotterdam', '#results-title');
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const localTime = (page, ms) => page.evaluate(at => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16), ms);

test('who has left: each wrong moment says why, and the summary says the same', async () => {
  const { page } = house;
  await page.goto('/verblijf');
  const left = page.locator('#vertrokken li', { hasText: referral.code });
  await left.getByText(say('stay.moments'), { exact: true }).click();
  const form = left.locator('form', { has: page.locator('[name=arrivedAt]') });
  const wrong = [
    [Date.now() + DAY_MS, 'in_future'], // the browser sees it
    [Date.now() - 40 * DAY_MS, 'too_long_before'], // and this
    [Date.now() - 3 * DAY_MS, 'before_yes'], // the exchange alone
  ];
  for (const [at, code] of wrong) {
    await form.locator('[name=arrivedAt]').fill(await localTime(page, at));
    await form.getByRole('button', { name: say('stay.moments_save') }).click();
    const field = form.locator('[name=arrivedAt]');
    const words = say(`faults.${code}`, { field: say('stay.moment_came') });
    await form.locator('.field-fault', { hasText: words }).waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true', code);
    const fault = (await field.getAttribute('aria-describedby')).split(' ').find(id => id.endsWith('-fault'));
    assert.equal((await page.locator(`#${fault}`).innerText()).trim(), words);
    assert.equal(await form.locator('.faults li').innerText(), words);
  }
  assert.deepEqual(await axe(page), []);
});

test('a barring order: of tomorrow, and of a month ago', async () => {
  const { page } = placer;
  const other = await openReferral(api, aVictim());
  await openDossier(placer, other.id);
  const section = page.locator('#section-nobed');
  await section.getByRole('button', { name: say('nobed.add_order'), exact: true }).click();
  await section.locator('label', { hasText: say('nobed.given') }).click();
  for (const [at, code] of [[Date.now() + DAY_MS, 'in_future'], [Date.now() - 30 * DAY_MS, 'order_too_old']]) {
    await page.fill('#nobed-imposed', await localTime(page, at));
    await page.locator('#form-order').getByRole('button', { name: say('nobed.save'), exact: true }).click();
    await page.locator('#nobed-imposed-fault', { hasText: say(`faults.${code}`, { field: say('nobed.imposed') }) }).waitFor();
  }
});

test('no fault on any page', async () => {
  await noFaults(house, 'the phone of the house');
  await noFaults(placer, 'the desk');
});
