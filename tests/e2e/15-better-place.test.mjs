// A worker keeps searching, a house says that a unit is free: the page says so in a quiet note, the list waits for the
// button, and nothing is asked until a person asks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { enterHousehold, openPlacer, say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aReport, deskOf, expectStatus, locationOf, poolOf } from '../support/world.mjs';

let x, browser, worker, other, need, pool, name;

before(async () => {
  x = await startExchange('e2e-better-place');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  await openPlacer(worker);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

async function says(poolId, free) {
  const desk = await x.as(deskOf(poolId));
  const total = Math.max(free, poolOf(poolId).units_total);
  expectStatus(await desk.post('/capacity-reports', { reports: [aReport(poolId, { unitsTotal: total, unitsFree: free, unitsOccupied: total - free })] }), 200, 'report');
}

const note = () => worker.page.locator('.results .notice', { has: worker.page.locator('#show-found') });
const listed = () => worker.page.locator('#more li.place[data-pool]').count();

test('every place that fits is taken, and the worker keeps searching', async () => {
  const { page } = worker;
  const asked = page.waitForRequest(r => /\/matches\?limit/.test(r.url()) && r.postDataJSON()?.residence === 'vergunning');
  await enterHousehold(worker);
  need = (await asked).postDataJSON();
  other = await x.as('nachtdienst.rotterdam');
  const found = expectStatus(await other.post('/matches?limit=200', need, { key: null }), 200);
  const fits = found.places.filter(p => p.verdict === 'fits');
  pool = fits.find(p => p.units === 1).poolId;
  name = locationOf(pool).name;
  for (const p of found.places) await says(p.poolId, 0);
  await page.mouse.move(5, 5);
  await page.getByRole('button', { name: say('route.keep') }).click({ timeout: 15_000 });
  await page.getByRole('heading', { name: say('track.open') }).waitFor();
  await page.locator('#more').waitFor();
  await note().waitFor({ state: 'detached' });
});

test('a place that comes free is told in words; nothing is asked, and the list waits for the button', async () => {
  const { page } = worker;
  await page.locator('#more').hover();
  await page.mouse.move(620, 420); // the hand is on the list
  const before = await listed();
  await says(pool, 1);
  await note().waitFor();
  assert.match(await note().innerText(), new RegExp(say('results.fresh', { n: 1 })));
  assert.match(await note().innerText(), new RegExp(say('track.found', { name })));
  assert.ok((await note().getAttribute('class')).includes('info'), 'quiet: not amber');
  assert.equal(await listed(), before, 'the list stands as it stood');
  await page.getByRole('heading', { name: say('track.open') }).waitFor();
  assert.deepEqual(await axe(page), []);
});

test('the button shows it, and asking is a tap of the worker', async () => {
  const { page } = worker;
  await page.click('#show-found');
  await page.locator(`#more li.place[data-pool="${pool}"]`).waitFor();
  await note().waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.id === 'more-title');
  const id = Number(new URL(page.url()).hash.slice(1));
  assert.deepEqual(expectStatus(await other.get(`/referrals/${id}`), 200).requests, [], 'nobody was asked by itself');
  await page.locator(`#more li.place[data-pool="${pool}"]`).getByRole('button', { name: sayLike('place.ask_only') }).click();
  await page.getByRole('heading', { name: say('track.asked', { n: 1 }) }).waitFor();
  noFaults(worker, 'better place');
});

test('another household of the desk is named in the row of what runs', async () => {
  const { page } = worker;
  await says(pool, 0);
  const second = expectStatus(await other.post('/referrals', { ...need, callback: '010 000 0000', ground: 'vital_interest', groundAt: new Date().toISOString(), mdoConsent: 'unknown' }), 201);
  await says(pool, 3);
  const link = page.locator(`nav.running a[href="#${second.id}"]`);
  await poll(async () => (await link.count()) === 1 && (await link.innerText()).includes(say('running.found', { name })), { what: 'the words in the row' });
  noFaults(worker, 'row');
});
