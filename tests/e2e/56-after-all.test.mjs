// The way out after a yes, and back in again, as people see it: on the phone a promised place falls through with a reason,
// the worker is alarmed at once and sees why; the household stands at the door after all, and one tap lets it in. Each
// state is judged for accessibility, by day and by night, at three widths.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESKTOP, PHONE, judge, noFaults, openBrowser, openDesk } from '../support/browser.mjs';
import { startExchange } from '../support/exchange.mjs';
import { beginShift, clockIn, enterHousehold, openPlacer, openShelter, press, say, sayLike, seen } from '../support/people.mjs';
import { aMinorAlone, aReport, aWoman, deskOf, expectStatus, openReferral, poolOf } from '../support/world.mjs';

let x, browser, worker, house, poolId;

before(async () => {
  x = await startExchange('e2e-after-all', { settings: { bridge_grace_s: 0 } });
  browser = await openBrowser(`${x.dir}/ca/server.crt`);
  worker = await openDesk(browser, x.origin, { viewport: DESKTOP });
  house = await openDesk(browser, x.origin, { viewport: PHONE });
  await openPlacer(worker);
  await openShelter(house, 'opvang.lindehof');
  await beginShift(house);
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await x?.stop();
}, { timeout: 60_000 });

test('a request of the last free room says that it is kept for it', { timeout: 120_000 }, async () => {
  await enterHousehold(worker);
  const place = worker.page.locator('.results > ol.stack > li.place', { hasText: 'Lindehof' }).first();
  await place.waitFor();
  poolId = Number(await place.getAttribute('data-pool'));
  const total = poolOf(poolId).units_total;
  expectStatus(await (await x.as('opvang.lindehof')).post('/capacity-reports', { reports: [aReport(poolId, { unitsFree: 1, unitsOccupied: total - 1 })] }), 200);
  const last = worker.page.locator(`.results > ol.stack > li.place[data-pool="${poolId}"]`);
  await last.getByRole('button').first().click();
  await worker.page.getByRole('heading', { name: sayLike('track.asked.one') }).waitFor();
  const card = house.page.locator('section.call');
  await card.getByText(sayLike('request.place_kept')).waitFor(); // the numbers may come a moment after the request
  assert.doesNotMatch(await card.innerText(), /\(0 vrij\)/);
  await press(house, 'request.no');
  const sheet = house.page.locator('#decline[open]');
  await sheet.waitFor();
  await sheet.locator('details.more > summary').click();
  assert.ok(await sheet.locator('.choices button').count() > 5);
  assert.equal(await sheet.getByRole('button', { name: 'Anders', exact: true }).count(), 0, 'a reason that says nothing');
  await sheet.getByRole('button', { name: say('dialog.back') }).click();
});

test('the house says that the bed is gone: the worker is alarmed at once and reads why', { timeout: 120_000 }, async () => {
  await press(house, 'request.yes');
  await house.page.getByRole('heading', { name: say('request.promised') }).waitFor();
  await seen(worker, 'arrive.off');
  await press(house, 'arrive.off');
  await house.page.locator('#off[open]').waitFor();
  await judge(house, 'why a promised place falls through');
  await house.page.getByRole('button', { name: say('arrive.off_house_bed_gone') }).click();
  await house.page.getByRole('heading', { name: say('request.promised') }).waitFor({ state: 'detached' });
  await worker.page.getByRole('alert').filter({ hasText: say('timers.alarm_lost') }).waitFor();
  await seen(worker, 'answer.cancelled_bed_gone');
  await seen(worker, 'track.lost');
  await judge(worker, 'a place that fell through');
});

test('they stand at the door after all: found on the phone, also after it was loaded anew, and let in by one tap', { timeout: 120_000 }, async () => {
  await house.page.reload();
  await house.page.waitForSelector('.cap li');
  await house.page.locator('details.lost > summary').click();
  await judge(house, 'who may stand at the door');
  await press(house, 'arrive.after_all');
  await worker.page.getByRole('heading', { name: sayLike('track.admitted') }).waitFor();
  await house.page.locator('details.lost').waitFor({ state: 'detached' });
  assert.equal(await worker.page.getByRole('button', { name: say('arrive.after_all') }).count(), 0);
});

test('the worker undoes a yes for the household, and says that they are there after all', { timeout: 120_000 }, async () => {
  expectStatus(await (await x.as('opvang.lindehof')).post('/capacity-reports', { reports: [aReport(poolId)] }), 200);
  await press(worker, 'track.new_search');
  await press(worker, 'intake.clear');
  await worker.page.waitForSelector('.results .empty');
  const api = await x.as('nachtdienst.rotterdam');
  await enterHousehold(worker, { tigrinya: false });
  const first = worker.page.locator('.results > ol.stack > li.place').first();
  await first.getByRole('button').first().click();
  await worker.page.getByRole('heading', { name: sayLike('track.asked.one') }).waitFor();
  const id = new URL(worker.page.url()).hash.slice(1);
  const [request] = (await api.get(`/referrals/${id}`)).json.requests;
  expectStatus(await (await x.as(deskOf(request.poolId))).post(`/requests/${request.id}/acceptance`), 200);
  await worker.page.getByRole('heading', { name: sayLike('track.reserved', { name: request.locationName }) }).waitFor();
  await press(worker, 'arrive.off');
  await worker.page.locator('#off[open]').waitFor();
  await judge(worker, 'the reasons of the worker');
  await worker.page.getByRole('button', { name: say('arrive.off_household_no') }).click();
  await seen(worker, 'answer.cancelled_household_no');
  assert.equal(await worker.page.getByRole('alert').filter({ hasText: say('timers.alarm_lost') }).count(), 0, 'who says it needs no alarm');
  await press(worker, 'arrive.after_all');
  await worker.page.locator('dialog[open]').getByText(say('arrive.after_all_text')).waitFor();
  await judge(worker, 'what it does when they are there after all');
  await press(worker, 'arrive.after_all_yes');
  await worker.page.getByRole('heading', { name: sayLike('track.admitted') }).waitFor();
  noFaults(worker, 'worker');
  noFaults(house, 'house');
});

/* ---- where they are tonight ---- */

test('at the change of shift it says where a household is, who watches over it, and that a check-in was missed', { timeout: 120_000 }, async () => {
  const api = await x.as('nachtdienst.rotterdam');
  await openReferral(api, aWoman()); // before it, and nothing rings
  const r = await openReferral(api, aWoman());
  const owner = { kind: 'other', role: 'police', organisation: 'Basisteam Noord', callback: '0900 000 0009' };
  expectStatus(await api.post(`/referrals/${r.id}/bridges`, { kind: 'hotel', slept: 'hotel', owner, everyMinutes: 60, times: [new Date(Date.now() + 4_000).toISOString()] }), 201);
  const { page } = worker;
  await page.goto('/dienst');
  const row = page.locator('.shift-rows > li', { hasText: r.code });
  await row.getByText(sayLike('tonight.hotel')).waitFor();
  assert.doesNotMatch(await row.innerText(), sayLike('track.open'), 'nobody needs to ring a shelter first');
  const alarm = row.locator('.bridge-alarms .notice');
  await alarm.waitFor({ timeout: 60_000 });
  assert.match(await alarm.innerText(), /Politie|politie/);
  assert.equal(await alarm.getByRole('link', { name: '0900 000 0009' }).getAttribute('href'), 'tel:09000000009');
  assert.equal(await page.locator('.shift-rows > li').first().getAttribute('class'), await row.getAttribute('class'));
  assert.match(await page.locator('.shift-rows > li').first().innerText(), new RegExp(r.code), 'what rings stands on top');
  await judge(worker, 'the change of shift with a missed check-in');
  await alarm.getByRole('button', { name: say('nobed.say_seen') }).click();
  await row.getByText(sayLike('nobed.seen')).first().waitFor();
});

test('somebody else watches over them from here, and rings at other times', { timeout: 120_000 }, async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const r = await openReferral(api, aWoman());
  expectStatus(await api.post(`/referrals/${r.id}/bridges`, { kind: 'network', slept: 'familie_vrienden' }), 201);
  const { page } = worker;
  await page.goto(`/verwijzing#r=${r.id}`);
  const section = page.locator('#section-nobed');
  await section.getByRole('button', { name: new RegExp(say('nobed.watch')) }).click();
  await page.fill('#nobed-phone', '010 000 0077');
  await page.fill('#nobed-first', clockIn(30));
  await judge(worker, 'who watches over them');
  await section.getByRole('button', { name: say('nobed.save_watch'), exact: true }).click();
  await section.getByRole('link', { name: '010 000 0077' }).waitFor();
  const [b] = expectStatus(await api.get(`/referrals/${r.id}/bridges`), 200).bridges;
  assert.deepEqual([b.owner.callback, b.everyMinutes, b.times.length], ['010 000 0077', 120, 1]);
});

test('a minor at the municipality: who has it, by when, and the way for tonight', { timeout: 120_000 }, async () => {
  const api = await x.as('nachtdienst.rotterdam');
  const r = await openReferral(api, aMinorAlone());
  expectStatus(await api.post(`/referrals/${r.id}/gate-requests`, { kind: 'jeugd' }), 201);
  const { page } = worker;
  await page.goto(`/plaatsen#${r.id}`);
  await page.reload();
  const more = page.locator('#more');
  await more.getByText(say('tonight.gate_title')).waitFor();
  assert.match(await more.innerText(), /uiterlijk/);
  assert.match(await more.innerText(), sayLike('tonight.gate_tonight'));
  assert.equal(await more.getByRole('link', { name: say('tonight.gate_link') }).getAttribute('href'), `/verwijzing#r=${r.id}`);
  await judge(worker, 'a referral that is with its gatekeeper');
  await page.goto('/dienst');
  await page.locator('.shift-rows > li', { hasText: r.code }).getByText(/beslist over een plek/).waitFor();
  noFaults(worker, 'worker');
});
