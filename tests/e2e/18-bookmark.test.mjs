// Who opens a page by a bookmark and signs in first comes to that page; who signs in after somebody else finds nothing of theirs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';

let x, browser;

before(async () => {
  x = await startExchange('e2e-bookmark');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

/** On the sign-in page, where something led: to which page it goes. */
async function signInHere({ page, urls }, username) {
  await page.waitForURL(url => url.pathname === '/inloggen');
  await page.fill('#username', username);
  await page.fill('#password', 'veilige-plek-demo');
  const before = urls.length;
  await page.click('button[type=submit]');
  await page.waitForURL(url => url.pathname !== '/inloggen');
  await page.locator('h1').first().waitFor();
  assert.deepEqual(urls.slice(before).filter(u => u.includes('#')), [], 'no number of a referral');
  return new URL(page.url()).pathname;
}

const visit = () => openDesk(browser, x.origin, { expected: [/status of (401|404)/] });

test('a bookmark in a fresh tab leads there after signing in', { timeout: 120_000 }, async () => {
  const desk = await visit();
  await desk.page.goto('/dienst');
  assert.equal(await signInHere(desk, 'nachtdienst.rotterdam'), '/dienst');
  assert.equal(await desk.page.evaluate(() => sessionStorage.getItem('plek.return')), null);
  noFaults(desk, 'the bookmark');
});

test('a page of another role leads to where the role begins, and no number of a referral is taken along', { timeout: 120_000 }, async () => {
  const other = await visit();
  await other.page.goto('/dienst');
  assert.equal(await signInHere(other, 'opvang.lindehof'), '/opvang');
  const numbered = await visit();
  await numbered.page.goto('/plaatsen#12');
  assert.equal(await signInHere(numbered, 'nachtdienst.rotterdam'), '/plaatsen');
  for (const desk of [other, numbered]) noFaults(desk, 'the bookmark');
});

test('of another person nothing is left to go back to; the same one goes on', { timeout: 120_000 }, async () => {
  const desk = await visit();
  await desk.page.goto('/samenwerken');
  assert.equal(await signInHere(desk, 'nachtdienst.rotterdam'), '/samenwerken');
  // The session ends by itself: what the tab keeps is still theirs.
  await desk.context.clearCookies();
  await desk.page.goto('/dienst');
  assert.equal(await signInHere(desk, 'nachtdienst.rotterdam'), '/dienst');
  await desk.context.clearCookies();
  await desk.page.goto('/verblijf');
  assert.equal(await signInHere(desk, 'nachtdienst.amsterdam'), '/plaatsen');
  noFaults(desk, 'the desk');
});
