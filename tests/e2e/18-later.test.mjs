// Parts of a page that come when they are needed do not come: the page says so where the part would stand, asks again at a
// tap, and what was filled in is still there. A request that waits is asked for again by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, openBrowser, openDesk, signIn } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginHousehold, openPlacer, openShelter, say } from '../support/people.mjs';
import { aWoman, ask, expectStatus, openReferral, placesFor, deskOf } from '../support/world.mjs';

const EXPECTED = [/net::ERR_/, /Failed to fetch dynamically imported module/];

let x, browser;
before(async () => {
  x = await startExchange('e2e-later');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

/** Nothing of MODULE comes to DESK until the function that is returned is called. */
async function without(desk, module) {
  const url = `**/js/${module}`;
  await desk.page.route(url, route => route.abort('connectionreset'));
  return () => desk.page.unroute(url);
}

const missing = page => page.getByRole('alert').filter({ hasText: say('frame.part_title') });

test('the list of places does not come: said in its place, and there after a tap, with all answers', async () => {
  const desk = await openDesk(browser, x.origin, { expected: EXPECTED });
  const back = await without(desk, 'placer_work.js');
  await openPlacer(desk);
  await beginHousehold(desk);
  await missing(desk.page).waitFor();
  assert.deepEqual(await axe(desk.page), []);
  await back();
  await missing(desk.page).getByRole('button', { name: say('frame.try_again') }).click();
  await missing(desk.page).waitFor({ state: 'detached' });
  await desk.page.locator('ol.stack > li.place, .route').first().waitFor();
  assert.equal(await desk.page.locator('input[name=urgency]:checked').count(), 1, 'the answers are still there');
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('a region that is not safe is taken though the later part of the form does not come', async () => {
  const desk = await openDesk(browser, x.origin, { expected: EXPECTED });
  const back = await without(desk, 'placer_intake_more.js');
  const failed = desk.page.waitForEvent('requestfailed', r => r.url().endsWith('/placer_intake_more.js'));
  await openPlacer(desk);
  await desk.page.locator('#other-region').fill('Groningen');
  await desk.page.locator('#other-region').press('Enter');
  await desk.page.locator('.unsafe .chip', { hasText: 'Groningen' }).locator('input:checked').waitFor();
  await failed;
  await back();
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('a request whose card does not come is asked for again without a tap', async () => {
  const vt = await x.as('nachtdienst.rotterdam');
  const [place] = await placesFor(vt, aWoman(), 1);
  const desk = await openDesk(browser, x.origin, { viewport: PHONE, expected: EXPECTED });
  const back = await without(desk, 'shelter_work.js');
  await openShelter(desk, deskOf(place.poolId));
  const { id } = await openReferral(vt, aWoman());
  await ask(vt, id, [place.poolId]);
  await missing(desk.page).waitFor();
  await back();
  await desk.page.locator('section.call').waitFor();
  assert.equal(await missing(desk.page).count(), 0);
  expectStatus(await vt.post(`/referrals/${id}/withdrawal`, { reason: 'anders' }), 200);
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('one section of a file does not come: the others stand, and it comes after a tap', async () => {
  const vt = await x.as('nachtdienst.rotterdam');
  const { id } = await openReferral(vt, aWoman());
  const desk = await openDesk(browser, x.origin, { expected: EXPECTED });
  const back = await without(desk, 'dossier_care.js');
  await signIn(desk, 'nachtdienst.rotterdam', '#results');
  await desk.page.goto(`/verwijzing#r=${id}`);
  await desk.page.locator('#section-nobed').waitFor();
  await missing(desk.page).waitFor();
  await back();
  await missing(desk.page).getByRole('button', { name: say('frame.try_again') }).click();
  await desk.page.locator('#section-care').waitFor();
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});

test('the end of a session is said before it comes, by a part that comes after the first screen', async () => {
  const desk = await openDesk(browser, x.origin, { expected: EXPECTED });
  const back = await without(desk, 'session_end.js');
  await signIn(desk, 'nachtdienst.rotterdam', '#results');
  const session = await desk.page.evaluate(async () => (await fetch('/api/v1/session')).json());
  await desk.page.route('**/api/v1/session', route => route.fulfill({ json: { ...session, endsAt: new Date(Date.now() + 100_000).toISOString() } }));
  const failed = desk.page.waitForEvent('requestfailed', r => r.url().endsWith('/session_end.js'));
  await desk.page.reload();
  await failed;
  await back();
  const dialog = desk.page.locator('dialog#session-end[open]');
  await dialog.waitFor(); // asked for again
  assert.match(await dialog.innerText(), new RegExp(say('session.ends_title')));
  await desk.page.unroute('**/api/v1/session');
  await dialog.getByRole('button', { name: say('session.stay') }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.deepEqual(desk.faults, []);
  await desk.context.close();
});
