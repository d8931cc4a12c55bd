// A house stops the intake of a room on the phone, with a reason and until when; whoever looks for a place is not offered
// it and reads why; the house opens it again and it fits again. Somebody else was first: the answer is asked again, not lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, enterHousehold, openPlacer, openShelter, say, sayLike } from '../support/people.mjs';
import { poll } from '../support/wait.mjs';
import { aReport, deskOf, expectStatus, locationOf, phoneOf, poolOf } from '../support/world.mjs';

const SOON = { within: 20_000, every: 50 };

let x, browser, worker, phone, searcher, need, pool;

const verdictNow = async () => expectStatus(await searcher.post('/matches?limit=200', need, { key: null }), 200).places.find(p => p.poolId === pool)?.verdict;
const outByStop = async () => expectStatus(await searcher.post('/matches?verdict=out&rule=stop&limit=200', need, { key: null }), 200).places.find(p => p.poolId === pool);
const poolNow = async () => (await (await x.as(deskOf(pool))).get('/pools?mine=true&limit=200')).json.pools.find(p => p.id === pool);
const row = () => phone.page.locator(`.cap li[data-pool="${pool}"]`);
const intake = () => phone.page.locator(`#intake-${pool}`);
const focused = page => page.evaluate(() => document.activeElement?.id);

before(async () => {
  x = await startExchange('e2e-stop');
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin);
  await openPlacer(worker);
  const asked = worker.page.waitForRequest(r => /\/matches\?limit/.test(r.url()) && r.postDataJSON()?.residence === 'vergunning');
  await enterHousehold(worker);
  need = (await asked).postDataJSON();
  searcher = await x.as('nachtdienst.rotterdam');
  pool = Number(await worker.page.locator('.results > ol.stack > li.place[data-pool]').first().getAttribute('data-pool'));
  phone = await openDesk(browser, x.origin, { viewport: PHONE, expected: [/status of 412/] });
  await openShelter(phone, phoneOf(locationOf(pool).name));
  await beginShift(phone);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

const openSheet = async () => {
  await intake().click();
  await phone.page.waitForSelector('#stop[open]');
};

test('the sheet opens on its heading, Escape closes it and the focus goes back; without a reason nothing is sent', async () => {
  const { page } = phone;
  assert.equal(await verdictNow(), 'fits');
  await openSheet();
  await poll(async () => await focused(page) === 'stop-title', { ...SOON, what: 'the focus on the heading' });
  const seq = (await x.health()).durableSeq;
  await page.click('#stop-confirm');
  await page.locator('#stop-reason-fault .icon').waitFor();
  assert.equal(x.askedForSince(seq), 0);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#stop:not([open])', { state: 'attached' });
  await poll(async () => await focused(page) === `intake-${pool}`, { ...SOON, what: 'the focus back on its button' });
});

test('a stop with a reason and an end: the row says so, the search does not offer the room and says why', async () => {
  const { page } = phone;
  const before = await poolNow();
  await openSheet();
  await page.locator('.picks label').nth(2).click();
  await page.locator('#stop .seg label', { hasText: say('stop.until_tomorrow') }).click();
  await page.click('#stop-confirm');
  await page.locator('#stop-at-fault .icon').waitFor(); // no time yet
  await page.fill('#stop-at', '07:00');
  await page.getByText(say('stop.until_tomorrow_text', { time: '07:00' })).waitFor();
  await page.click('#stop-confirm');
  await row().locator('.held-text', { hasText: '07:00' }).waitFor({ timeout: SOON.within });
  await poll(async () => await focused(page) === `intake-${pool}`, { ...SOON, what: 'the focus on what opens it again' });
  const now = await poolNow();
  assert.deepEqual([now.capacity.stop.reason, now.capacity.stop.source], ['onderhoud', 'hand']);
  const until = Date.parse(now.capacity.stop.untilAt) - Date.now();
  assert.ok(until > 0 && until < 48 * 3600_000, now.capacity.stop.untilAt);
  assert.equal(now.capacity.unitsFree, before.capacity.unitsFree, 'the number stays');
  assert.deepEqual((await outByStop()).rules.includes('stop'), true);
  await worker.page.fill('#find-place', locationOf(pool).name);
  await worker.page.locator('.find .out-list li', { hasText: say('reason.out_stop').replace(/\.$/, '') }).first().waitFor({ timeout: SOON.within });
});

test('opened again while somebody else was first: the answer is asked again, and then the room fits', async () => {
  const { page } = phone;
  const { capacity } = await poolNow();
  const colleague = await x.as(deskOf(pool));
  await page.route('**/capacity-reports', async route => {
    const total = poolOf(pool).units_total;
    const same = aReport(pool, { unitsTotal: total, unitsFree: capacity.unitsFree, unitsOccupied: null, stop: { reason: 'schoonmaak', untilAt: capacity.stop.untilAt } });
    expectStatus(await colleague.post('/capacity-reports', { reports: [same] }), 200, 'a colleague reports');
    await route.continue();
  }, { times: 1 });
  await intake().click();
  const clash = page.locator('#clash');
  await clash.waitFor({ timeout: SOON.within });
  assert.match(await clash.innerText(), sayLike('clash.answer_text', { answer: say('clash.answer_open') }));
  assert.equal((await poolNow()).capacity.stop.reason, 'schoonmaak', 'nothing was opened in between');
  await clash.getByRole('button', { name: say('clash.answer_yes') }).click();
  await row().locator('.held-text', { hasText: '07:00' }).waitFor({ state: 'detached', timeout: SOON.within });
  assert.equal((await poolNow()).capacity.stop, null);
  await poll(async () => await verdictNow() === 'fits', { ...SOON, what: 'the room to fit again' });
  noFaults(phone, 'phone');
  noFaults(worker, 'worker');
});
