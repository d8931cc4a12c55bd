// What a worker taps is what the page keeps, also when the taps are faster than its drawing and when a list changes under
// them: an answer that is lost without a word could send a household to the region it flees.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { clearHousehold, openPlacer } from '../support/people.mjs';

let x, browser, worker;

before(async () => {
  x = await startExchange('e2e-intake');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  await openPlacer(worker);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const isSearch = request => /\/matches\?limit/.test(request.url()) && request.method() === 'POST';
const box = name => worker.page.getByRole('checkbox', { name, exact: true });

test('answers given before the page draws again are all kept', async () => {
  const { page } = worker;
  const asked = page.waitForRequest(isSearch);
  // In one turn of the page, as on a phone that is busy: each tap finds the page as it was before the first.
  await page.evaluate(() => {
    document.querySelector('input[name=urgency][value=nu]').click();
    document.querySelector('input[name=threat][value=rood]').click();
    document.querySelector('.unsafe .chips input').click();
    document.querySelector('.chip.tri').click();
  });
  const need = (await asked).postDataJSON();
  assert.equal(need.urgency, 'nu');
  assert.equal(need.threatLevel, 'rood');
  assert.equal(need.unsafeRegions?.length, 1);
  assert.equal(Object.keys(need.traits).length, 1);
  assert.equal(await page.locator('input[name=threat][value=rood]').isChecked(), true);
  assert.equal(await page.locator('.unsafe .chips input').first().isChecked(), true);
  await clearHousehold(worker);
});

test('a region that is taken off the list leaves the next one ticked', async () => {
  const { page } = worker;
  for (const name of ['Groningen', 'Maastricht']) {
    await page.fill('#other-region', name);
    await page.press('#other-region', 'Enter');
    await box(name).waitFor({ state: 'attached' });
    assert.equal(await box(name).isChecked(), true, name);
  }
  const takeOff = async name => {
    await page.locator('label', { has: box(name) }).click();
    await box(name).waitFor({ state: 'detached' });
  };
  await takeOff('Groningen');
  assert.equal(await box('Maastricht').isChecked(), true, 'shown as it is kept');
  const asked = page.waitForRequest(isSearch);
  await page.locator('label', { has: page.locator('input[name=urgency][value=nu]') }).check();
  assert.equal((await asked).postDataJSON().unsafeRegions.length, 1);
  await takeOff('Maastricht');
  noFaults(worker, 'intake');
});
