// What a worker has filled in of a household is theirs: after a session that ended by itself they find it again, and
// whoever else signs in at that desk does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noFaults, openBrowser, openDesk, PASSWORD } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { enterHousehold, openPlacer } from '../support/people.mjs';

const NUMBER = '010 000 0000';
let x, browser, desk;

before(async () => {
  x = await startExchange('e2e-draft-owner');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  desk = await openDesk(browser, x.origin, { expected: [/401/] });
  await openPlacer(desk);
  await enterHousehold(desk, { callback: NUMBER });
  await desk.page.locator('#callback').blur(); // a number counts when it is typed to its end
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

/** The session is over without a word: the page comes to the sign-in by itself, and somebody signs in there. */
async function signInAfterTheEnd(username, goesTo = '/plaatsen', heading = '#results-title') {
  const { page, context } = desk;

  await context.clearCookies();
  await page.reload();
  await page.waitForURL(url => url.pathname === '/inloggen');
  await page.fill('#username', username);
  await page.fill('#password', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL(url => url.pathname === goesTo);
  await page.waitForSelector(heading);
}

const kept = () => desk.page.evaluate(() => Object.entries(sessionStorage));
const isRood = () => desk.page.locator('input[name=threat][value=rood]').isChecked();

test('the same worker finds the household again', async () => {
  await signInAfterTheEnd('nachtdienst.rotterdam');
  assert.equal(await isRood(), true);
  await desk.page.waitForFunction(number => document.querySelector('#callback')?.value === number, NUMBER);
  const entries = await kept();
  assert.ok(entries.some(([key]) => key === 'plek.draft'));
  for (const [key, value] of entries) assert.doesNotMatch(value, /nachtdienst/, key); // whose it is, and not by name
});

test('another finds nothing of it, on the screen or in the tab', async () => {
  await signInAfterTheEnd('nachtdienst.amsterdam');
  assert.equal(await isRood(), false);
  assert.equal(await desk.page.inputValue('#callback'), '');
  for (const [key, value] of await kept()) if (key !== 'plek.codes') assert.doesNotMatch(value, /010 000 0000|rood"/, key); // the public lists name every level
  await desk.page.waitForSelector('.results .empty');
});

test('nor does the first one find it again after that', async () => {
  await signInAfterTheEnd('nachtdienst.rotterdam');
  assert.equal(await isRood(), false);
  assert.equal(await desk.page.inputValue('#callback'), '');
});

test('the page where it ended is for who was there, and for nobody else', async () => {
  await desk.page.goto('/dienst');
  await desk.page.waitForSelector('h1');
  await signInAfterTheEnd('nachtdienst.rotterdam', '/dienst', 'h1');
  await signInAfterTheEnd('nachtdienst.amsterdam');
});

test('where it cannot be told whose it is, nothing stays', async () => {
  await desk.page.goto('/plaatsen');
  await desk.page.waitForSelector('#results-title');
  await desk.page.evaluate(() => { sessionStorage.setItem('plek.callback', '010 000 0000'); });
  await desk.context.addInitScript(() => { crypto.subtle.digest = () => Promise.reject(new Error('no digest')); });
  await desk.page.reload();
  await desk.page.waitForSelector('#results-title');
  assert.equal(await desk.page.inputValue('#callback'), '');
  for (const [key, value] of await kept()) assert.doesNotMatch(value, /010 000 0000/, key);
  noFaults(desk);
});
