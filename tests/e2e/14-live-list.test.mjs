// What a person looks at while the facts change: the list keeps still under the hand, a place that was just taken says so,
// two people who set the same number are asked which is right. Answers of the exchange are held back here and there, so
// that the order of things that seldom happens happens each time; none is made up.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, axe, drawn, noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginHousehold, beginShift, clearHousehold, enterHousehold, openPlacer, openShelter, say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aNeed, aReport, ask, demo, deskOf, expectStatus, openReferral, poolOf } from '../support/world.mjs';

let x, browser, worker, house;
before(async () => {
  x = await startExchange('e2e-live-list');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  await openPlacer(worker);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const pool = (location, kind, size) => demo.pools.find(p => p.kind === kind && p.unit_size === size && demo.locations[p.location - 1].name === location);
/** A house says a number by another way than the page under test. */
async function report(username, of, free) {
  const client = await x.as(username);
  const total = demo.observations[of.id - 1].units_total;
  const body = { reports: [aReport(of.id, { unitsTotal: total, unitsFree: free, unitsOccupied: total - free })] };
  expectStatus(await client.post('/capacity-reports', body), 200, 'report');
}

/** Hold back requests of PAGE that match until release() is called; waiting() tells how many wait, last() what the last one asked. */
async function hold(page, matches) {
  const held = [];
  let open = false;
  const handler = async route => {
    if (open || !matches(route.request())) return route.fallback();
    held.push(route);
    return undefined;
  };
  await page.route('**/api/v1/**', handler);
  return {
    waiting: () => held.length,
    last: () => held[held.length - 1].request().postDataJSON(),
    async release() {
      open = true;
      await Promise.all(held.map(route => route.continue().catch(() => { /* the page gave it up */ })));
      await page.unroute('**/api/v1/**', handler);
    },
  };
}

const isSearch = request => /\/matches\?limit/.test(request.url()) && request.method() === 'POST';

test('a fact that overtakes the search for a changed answer does not leave the old list standing', async () => {
  const { page } = worker;
  await beginHousehold(worker, 8); // nine grown-ups: nothing fits
  await page.waitForSelector('.route');
  const held = await hold(page, isSearch);
  const minus = page.getByRole('button', { name: say('stepper.less', { name: say('intake.adults') }) });
  for (let i = 0; i < 8; i++) await minus.click();
  await poll(() => held.waiting() >= 1 && held.last().household.length === 1, { what: 'the search for the new answer' });
  const before = held.waiting();
  await report('intake.lindehof-groep', pool('Lindehof', 'crisis', 4), 3);
  await poll(() => held.waiting() > before, { what: 'the search because of the new fact' });
  await page.mouse.move(600, 400); // the list is in use: it does not move by itself for five seconds
  await held.release();
  await page.locator('#ask-best').waitFor({ timeout: 4_000 });
  assert.equal(await page.locator('.route').count(), 0);
  await clearHousehold(worker);
});

/** A place that would fit the household on the page if only it were not full, in a house that is not on the list. */
async function onlyFull(page) {
  // Between the two taps the page may search already: the answer to the second one is the list that stays.
  const asked = page.waitForResponse(r => isSearch(r.request()) && r.request().postDataJSON().threatLevel === 'rood');
  await page.locator('input[name=threat][value=oranje]').check({ force: true });
  await page.locator('input[name=threat][value=rood]').check({ force: true });
  const request = (await asked).request();
  await drawn(page);
  const client = await x.as('nachtdienst.rotterdam');
  const need = { ...request.postDataJSON(), threatLevel: 'rood' };
  const { places } = expectStatus(await client.post('/matches?verdict=out&rule=full&limit=100', need, { key: null }), 200);
  // Nothing is left to ask either: the house takes every kind of threat, and everybody's papers are in order.
  const asksNothing = of => Object.values(of.threat_kinds).every(answer => answer === 'yes') && of.residences.nl === 'yes';
  const found = places.find(p => p.rules.length === 1 && poolOf(p.poolId).units_total > 1 && asksNothing(poolOf(p.poolId)));
  assert.ok(found, 'a place that is only full');
  return found;
}

test('under the hand the list does not move: a new place waits behind a button', async () => {
  const { page } = worker;
  await enterHousehold(worker);
  const names = () => page.locator('.results > ol.stack > li.place h3').allInnerTexts();
  const shown = await names();
  const full = await onlyFull(page);
  await page.locator('.results > ol.stack > li.place').first().hover();
  await report(deskOf(full.poolId), poolOf(full.poolId), 1);
  const note = page.locator('.notice', { hasText: say('results.fresh', { n: 1 }) });
  await note.waitFor();
  assert.deepEqual(await names(), shown, 'the list stands as it stood');
  assert.deepEqual(await axe(page), []);
  await note.getByRole('button').click();
  await page.waitForFunction(n => document.querySelectorAll('.results > ol.stack > li.place').length > n, shown.length);
  assert.equal(await note.count(), 0);
});

test('a place that was given away in between says so, and the next best is one tap away', async () => {
  const { page } = worker;
  const card = page.locator('.results > ol.stack > li.place', { has: page.getByRole('heading', { name: 'De Wulp' }) });
  const id = Number(await card.getAttribute('data-pool'));
  const held = await hold(page, isSearch); // the news does not reach the screen in time
  const rival = await x.as('nachtdienst.amsterdam');
  const theirs = await openReferral(rival, aNeed({ unsafeRegions: [], traits: {} }));
  await ask(rival, theirs.id, [id]);
  worker.expected = [/status of 409/]; // the answer that this is about
  await card.getByRole('button', { name: sayLike('place.ask_only') }).click();
  await poll(() => held.waiting() > 0, { what: 'the search after the refusal' });
  await held.release();
  const alert = page.locator('#message');
  await alert.waitFor();
  assert.equal(await alert.getAttribute('role'), 'alert');
  assert.match(await alert.innerText(), new RegExp(say('conflict.taken', { name: 'De Wulp' })));
  await page.waitForFunction(() => document.activeElement?.id === 'message');
  await page.locator('li.place.gone', { hasText: 'De Wulp' }).waitFor();
  assert.deepEqual(await axe(page), []);
  await alert.getByRole('button').click();
  await page.getByRole('heading', { name: say('track.asked', { n: 1 }) }).waitFor();
  noFaults(worker, 'conflict');
});

test('two who set the same number are asked which is right', async () => {
  house = await openDesk(browser, x.origin, { viewport: PHONE });
  const { page } = house;
  await openShelter(house, 'opvang.esdoorn');
  await beginShift(house);
  const id = Number(await page.locator('.cap li', { has: page.locator('.stepper button[aria-disabled=false]').nth(1) }).first().getAttribute('data-pool'));
  const row = page.locator(`.cap li[data-pool="${id}"]`);
  const of = demo.pools[id - 1];
  const was = Number(await row.locator('output').innerText());
  await row.locator('.stepper button').first().click();
  await page.waitForSelector('.cap li.changed');
  await report('intake.esdoorn', of, was + 1);
  await row.getByText(say('capacity.becomes', { before: was + 1, now: was - 1, total: of.units_total })).waitFor();
  house.expected = [/status of 412/];
  await page.click('#confirm');
  const clash = page.locator('#clash');
  await clash.waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'clash');
  const choices = await clash.getByRole('button').allInnerTexts();
  assert.deepEqual(choices.map(c => c.trim()), [say('clash.is_right', { free: was + 1 }), say('clash.is_right', { free: was - 1 })]);
  assert.deepEqual(await axe(page), []);
  await clash.getByRole('button', { name: say('clash.is_right', { free: was - 1 }), exact: true }).click();
  await clash.waitFor({ state: 'detached' });
  await poll(async () => Number(await row.locator('output').innerText()) === was - 1, { what: 'the number that is right' });
  noFaults(house, 'clash');
});
